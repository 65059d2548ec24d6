"""The page of mnist: digits that are drawn, and hidden units that are switched off."""
import array
import base64
import json
import math

from pages import close


def network(values):
    """The values of DigitNetwork, by plain Python: a function of pixels and of units that are off."""
    numbers = array.array("f", base64.b64decode(values["parameters"]))
    hidden, classes, inputs = values["hidden"], values["classes"], values["rows"] * values["columns"]
    bias1, weight2 = hidden * inputs, hidden * (inputs + 1)
    bias2 = weight2 + classes * hidden

    def gelu(x):
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    def units(x):
        return [gelu(numbers[bias1 + unit] + sum(numbers[unit * inputs + i] * value for i, value in enumerate(x) if value))
                for unit in range(hidden)]

    def probabilities(x, off=()):
        h = units(x)
        z = [numbers[bias2 + k] + sum(numbers[weight2 + k * hidden + u] * h[u] for u in range(hidden) if u not in off)
             for k in range(classes)]
        powers = [math.exp(value - max(z)) for value in z]
        return [power / sum(powers) for power in powers]

    return units, probabilities


def percents(pages):
    browser = pages.browser
    return [float(text.removesuffix(" %")) for text in browser.texts("#samples .drawing output")]


def drive(pages):
    browser, check = pages.browser, pages.check
    pages.open("mnist")
    values = json.loads(browser.value("document.querySelector('#samples').dataset.values"))
    units, probabilities = network(values)
    pixels = [[byte / 255 for byte in base64.b64decode(image)] for image in values["images"]]
    for index, label in enumerate(values["labels"]):
        read = browser.value(f"document.querySelector('#samples').read({index})")
        check(f"the {label} is read with the program's probability", abs(max(read) - values["confidences"][index]) < 1e-5,
              (max(read), values["confidences"][index]))
        check("and all ten are plain Python's", all(close(a, b, 1e-6) for a, b in zip(read, probabilities(pixels[index]))))

    # The sample and the unit that are nearest to 0: of 0 the part in every logit is 0.
    every = [units(x) for x in pixels]
    sample, least = min(((i, u) for i in range(len(every)) for u in range(len(every[i]))), key=lambda at: abs(every[at[0]][at[1]]))
    given = every[sample]
    most = max(range(len(given)), key=lambda unit: abs(given[unit]))
    browser.click(f"#samples .buttons button:nth-child({sample + 2})")
    whole = probabilities(pixels[sample])
    check(f"a {values['labels'][sample]} is chosen", all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(pages), whole)))
    before = percents(pages)
    browser.click(f"#samples .units button:nth-child({least + 1})")
    said = browser.text("#samples .said")
    check(f"unit {least}, which gives {given[least]:.6f}, off changes nothing",
          percents(pages) == before and (given[least] != 0 or "change by nothing." in said) and f"Unit {least} gives " in said, said)
    browser.click(f"#samples .units button:nth-child({most + 1})")
    check(f"unit {most}, which gives {given[most]:.2f}, does change something",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(pages), probabilities(pixels[sample], {least, most})))
          and "change by 0.0000" not in browser.text("#samples .said"), browser.text("#samples .said"))
    browser.value("document.querySelector('#samples .buttons:last-child button:nth-child(3)').click()")
    check("all on again", "units off" not in browser.text("#samples .said"))
    browser.value("document.querySelector('#samples .buttons:last-child button:nth-child(1)').click()")
    off = {unit for unit, value in enumerate(given) if abs(value) < 0.005}
    check(f"{len(off)} units that give 0.00, off together, change it by less than a point",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(pages), probabilities(pixels[sample], off)))
          and max(abs(a - b) for a, b in zip(whole, probabilities(pixels[sample], off))) < 0.01)
    browser.value("document.querySelector('#samples .buttons:last-child button:nth-child(3)').click()")

    # A one, far from the middle and small, by the mouse; and one by the keyboard.
    browser.value("document.querySelector('#samples canvas').scrollIntoView({block: 'center'})")
    left, top, size = browser.value(
        "(() => { const b = document.querySelector('#samples canvas').getBoundingClientRect(); return [b.left, b.top, b.width]; })()")
    x = left + size * 0.2
    browser.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=top + size * 0.1, button="left", buttons=1, clickCount=1)
    for step in range(1, 9):
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=top + size * (0.1 + 0.05 * step), button="left", buttons=1)
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=top + size * 0.5, button="left", clickCount=1)
    drawn = browser.value("document.querySelector('#samples').pixels()")
    mass = sum(drawn)
    centre = [sum(value * (place % 28 + 0.5) for place, value in enumerate(drawn)) / mass,
              sum(value * (place // 28 + 0.5) for place, value in enumerate(drawn)) / mass]
    rows = [place // 28 for place, value in enumerate(drawn) if value > 0.01]
    check("what is drawn is centred by its mass", all(14 <= value <= 15 for value in centre), centre)
    check("and is 20 pixels high", 19 <= max(rows) - min(rows) + 1 <= 21, (min(rows), max(rows)))
    check("a line is a 1", "Read as 1," in browser.text("#samples .said"), browser.text("#samples .said"))
    check("and its probabilities are plain Python's",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(pages), probabilities(drawn))))
    browser.click("#samples .buttons button:nth-child(1)")
    check("cleared", not any(browser.value("document.querySelector('#samples').pixels()")))
    browser.value("document.querySelector('#samples canvas').focus()")
    browser.key(" ", 32)
    for _ in range(12):
        browser.key("ArrowDown", 40)
    browser.key(" ", 32)
    browser.key("ArrowLeft", 37)
    check("so is one by the keyboard", "Read as 1," in browser.text("#samples .said"), browser.text("#samples .said"))
