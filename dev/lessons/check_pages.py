"""Usage: check_pages.py LADDER PAGES PICTURES [NAMES]

Drives the pages that `ladder` wrote to the folder PAGES in a real Chromium (CHROMIUM names another program), and holds what
they compute against the program LADDER, and against what the originals printed. PICTURES is a folder for what they look like; NAMES the
directory of the names that the page of mlp learnt from, if there is one.
"""
import array
import base64
import json
import math
import os
import pathlib
import subprocess
import sys

from browser import Browser

ladder, pages, pictures = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
pictures.mkdir(parents=True, exist_ok=True)
fixtures = pathlib.Path(__file__).parent / "../../Tests/Fixtures/lessons"
browser = Browser(os.environ.get("CHROMIUM", "chromium"))


def check(what, holds, found=None):
    print(("ok      " if holds else "DIFFERS ") + what + ("" if holds or found is None else f": {found}"), flush=True)
    if not holds:
        browser.picture(pictures / "failed.png")
        sys.exit(1)


def results(*arguments):
    return json.loads(subprocess.run([ladder, *arguments, "--json"], check=True, capture_output=True).stdout)


def open_page(name, has_script=True):
    browser.call("Emulation.setScriptExecutionDisabled", value=not has_script)
    browser.call("Page.navigate", url=(pages / name / "index.html").as_uri())
    browser.wait("document.readyState === 'complete'", "the page " + name)


def close(a, b, tolerance=1e-12):
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-30)


def set_slider(selector, value):
    browser.value(
        f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(str(value))};"
        " e.dispatchEvent(new Event('input', {bubbles: true})); })()")


def drag(selector, fraction):
    """Presses the mouse on a slider's middle, moves it to a fraction of its width, and lets it go."""
    left, top, width, height = browser.value(
        f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
        " const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
    y = top + height / 2
    for kind, x in (("mousePressed", left + width / 2), ("mouseMoved", left + width * fraction),
                    ("mouseReleased", left + width * fraction)):
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)


def shown(value):
    """A number below 1,000 as the pages write it."""
    if abs(value) < 0.001:
        mantissa, power = f"{value:.3e}".split("e")
        raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return mantissa.rstrip("0").rstrip(".").replace("-", "−") + "×10" + raised
    digits = f"{abs(value):.4g}"
    whole, _, rest = digits.partition(".")
    significant = len((whole + rest).lstrip("0"))
    text = digits if significant >= 4 else (digits if rest else whole + ".") + "0" * (4 - significant)
    return ("−" if value < 0 else "") + text


def look(name):
    for width, dark in ((1280, False), (1280, True), (390, False), (390, True)):
        browser.look(width, dark=dark)
        open_page(name)
        widest = browser.value("document.documentElement.scrollWidth")
        check(f"{name or 'index'}: no wider than {width}", widest <= width, widest)
        browser.picture(pictures / f"{name or 'index'}-{width}-{'dark' if dark else 'light'}.png")
    check(f"{name or 'index'}: everything has a name", browser.nameless() == [], browser.nameless())


def check_index():
    open_page("")
    links = browser.value("[...document.querySelectorAll('h2 a')].map((e) => e.getAttribute('href'))")
    there = [name for name in ("circuits", "micrograd", "symmetry", "mlp", "em", "mnist") if (pages / name).exists()]
    check("the index leads to the rungs that are there", links == [f"{name}/index.html" for name in there], links)
    browser.click("h2 a")
    browser.wait("document.title === 'Circuits of real numbers'", "the first rung")
    browser.click("nav a[href='../micrograd/index.html']")
    browser.wait("document.title === 'Backpropagation of single numbers'", "the second")
    browser.click("nav a[href='../circuits/index.html']")
    browser.wait("document.title === 'Circuits of real numbers'", "the first again")
    for page in ("", "circuits", "micrograd", "symmetry"):
        open_page(page)
        for link in browser.value("[...document.querySelectorAll('a')].map((e) => e.href)"):
            if link.startswith("file://"):
                place = pathlib.Path(link.removeprefix("file://"))
                check(f"{page or 'index'}: there is {place.name}", place.exists(), link)


def check_tyre():
    numbers = "#tyre .node text, #tyre .edge text"
    open_page("micrograd", has_script=False)
    drawn = browser.texts(numbers)
    check("without script there is nothing to press", browser.value("document.querySelectorAll('input, button').length") == 0)
    open_page("micrograd")
    check("the script computes what the program drew", browser.texts(numbers) == drawn)

    for speed, temperature, humidity in ((180, 40, 0.1), (60, -5, 0.85)):
        expected = results("micrograd", "--steps", "1", f"--speed={speed}", f"--temperature={temperature}",
                           f"--humidity={humidity}")["tyreWear"]
        for place, value in enumerate((speed, temperature, humidity), 1):
            set_slider(f"#tyre .slider:nth-child({place}) input", value)
        said = browser.text("#tyre .said")
        wanted = (f"wear {shown(expected['wear'])} mm in 1000 km; slope by speed {shown(expected['bySpeed'])}, slope by "
                  f"temperature {shown(expected['byTemperature'])}, slope by humidity {shown(expected['byHumidity'])}.")
        check(f"wear and slopes at {speed} km/h are the program's", said == wanted, f"{said} / {wanted}")

    drag("#tyre .slider input", 0.9)
    speed = float(browser.value("document.querySelector('#tyre .slider input').value"))
    wear = results("micrograd", "--steps", "1", f"--speed={speed}", "--temperature=-5", "--humidity=0.85")["tyreWear"]
    check(f"dragged to {speed} km/h too", speed > 250 and browser.text("#tyre .said").startswith(f"wear {shown(wear['wear'])} "))

    # Backward, node by node: with the mouse, then with the keyboard.
    final = browser.texts("#tyre .node text")
    browser.click("#tyre button:nth-child(1)")
    unknown = lambda: browser.value(
        "[...document.querySelectorAll('#tyre .node')].filter((e) => e.textContent.endsWith('grad ?')).length")
    nodes = browser.value("document.querySelectorAll('#tyre .node').length")
    check("at first only the result has a gradient", unknown() == nodes - 1, unknown())
    browser.click("#tyre button:nth-child(3)")
    check("the last product hands on to two", unknown() == nodes - 3, unknown())
    check("one node and its two edges stand out", browser.value("document.querySelectorAll('#tyre .now').length") == 3)
    check("it says what it hands on", " to “" in browser.text("#tyre .said") and browser.text("#tyre .said").startswith("Step 1 of 16"))
    browser.value("document.querySelector('#tyre .slider:nth-child(4) input').focus()")
    before = nodes
    for _ in range(15):
        browser.key("ArrowRight", 39)
        check("each step reaches more", unknown() < before)
        before = unknown()
    check("in the end all have theirs", browser.texts("#tyre .node text") == final)


def check_boundary():
    open_page("micrograd")
    trace = json.loads((fixtures / "micrograd.json").read_text())["moons"]
    snapshots = browser.value("JSON.parse(document.querySelector('#moons').dataset.values).snapshots.map((s) => [s.step, s.loss])")
    check("21 places to stand at", [step for step, _ in snapshots] == list(range(0, 101, 5)))
    check("losses are the original's", all(close(loss, trace["losses"][step], 1e-6) for step, loss in snapshots[:-1]))
    for index, (step, loss) in enumerate(snapshots[:-1]):
        right = browser.value(
            f"{json.dumps(trace['points'])}.filter(([x, y, label]) => "
            f"(document.querySelector('#moons').score({index}, [x, y]) > 0) === (label > 0)).length")
        check(f"step {step}: the page has as many right as the original", right == trace["accuracies"][step],
              (right, trace["accuracies"][step]))
    final = browser.value("document.querySelector('#moons .regions path').getAttribute('d')")
    browser.value("document.querySelector('#moons input').focus()")
    browser.key("Home", 36)
    first = browser.value("document.querySelector('#moons .regions path').getAttribute('d')")
    check("the slider moves the boundary", first != final)
    check("and says where it stands", browser.text("#moons output").startswith("0: loss 0.8958, 50 %"), browser.text("#moons output"))


def plain_em(values, means):
    """Mean log-likelihoods from means that were dropped, by plain Python with covariances inverted outright."""
    points, count = values["points"], len(means)
    middle = [sum(p[d] for p in points) / len(points) for d in (0, 1)]
    a, c = (sum((p[d] - middle[d]) ** 2 for p in points) / len(points) for d in (0, 1))
    mixture = [(1 / count, mean, (a, 0.0, c)) for mean in means]
    likelihoods = []
    while True:
        shares, total = [], 0.0
        for x, y in points:
            row = []
            for weight, (mx, my), (a, b, c) in mixture:
                determinant = a * c - b * b
                square = (c * (x - mx) ** 2 - 2 * b * (x - mx) * (y - my) + a * (y - my) ** 2) / determinant
                row.append(weight * math.exp(-square / 2) / (2 * math.pi * math.sqrt(determinant)))
            total += math.log(sum(row))
            shares.append([value / sum(row) for value in row])
        likelihoods.append(total / len(points))
        n = len(likelihoods)
        if n > values["iterations"] or n > 2 and abs(likelihoods[-2] - likelihoods[-3]) < values["tolerance"]:
            return likelihoods
        mixture = []
        for k in range(count):
            mass = sum(row[k] for row in shares)
            mx, my = (sum(row[k] * p[d] for row, p in zip(shares, points)) / mass for d in (0, 1))
            a = sum(row[k] * (p[0] - mx) ** 2 for row, p in zip(shares, points)) / mass + values["regularisation"]
            b = sum(row[k] * (p[0] - mx) * (p[1] - my) for row, p in zip(shares, points)) / mass
            c = sum(row[k] * (p[1] - my) ** 2 for row, p in zip(shares, points)) / mass + values["regularisation"]
            mixture.append((mass / len(points), (mx, my), (a, b, c)))


def check_mixture():
    open_page("em", has_script=False)
    panels = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].map((e) => e.id)")
    check("without script all panels are there", len(panels) > 8, panels)
    open_page("em")
    figure = f"document.getElementById('{[name for name in panels if '-2d-' in name][-1]}')"
    seen = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].filter((e) => !e.hidden).length")
    check("with it there are two", seen == 2, seen)
    values = json.loads(browser.value(figure + ".dataset.values"))
    found = browser.value(figure + ".likelihoods()")
    fit = results("em")["fits"][1]
    expected = fit["meanLogLikelihoods"]
    check(f"{len(found) - 1} iterations, as the program's", len(found) == len(expected), (len(found), len(expected)))
    check("their likelihoods are the program's", all(close(a, b, 1e-9) for a, b in zip(found, expected)))

    box = browser.value(f"(() => {{ const s = {figure}.querySelector('svg'); s.scrollIntoView({{block: 'center'}});"
                        " const b = s.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
    means = []
    for x, y in ((0.3, 0.3), (0.5, 0.7), (0.8, 0.4)):
        place = (round(box[0] + x * box[2]), round(box[1] + y * box[3]))
        for kind in ("mousePressed", "mouseReleased"):
            browser.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
        left, top = (place[0] - box[0]) / box[2] * 420, (place[1] - box[1]) / box[3] * 400
        means.append((values["x"][0] + (left - 30) / 380 * (values["x"][1] - values["x"][0]),
                      values["y"][0] + (370 - top) / 360 * (values["y"][1] - values["y"][0])))
    found, expected = browser.value(figure + ".likelihoods()"), plain_em(values, means)
    check(f"from means that were dropped, {len(found) - 1} iterations as in plain Python", len(found) == len(expected),
          (len(found), len(expected)))
    check("and their likelihoods", all(close(a, b, 1e-8) for a, b in zip(found, expected)))
    said = lambda: browser.value(figure + ".querySelector('.said').textContent")
    check("it stands at the start", said() == f"The start: log-likelihood −{-expected[0]:.4f} nats a point.", said())
    browser.value(figure + ".querySelector('input').focus()")
    browser.key("ArrowRight", 39)
    check("a key goes on", said().startswith("After 1 iteration: "), said())
    browser.value(figure + ".querySelector('svg').focus()")
    for _ in range(3):
        browser.key("ArrowUp", 38)
        browser.key("Enter", 13)
    check("means are dropped with the keyboard too", said().startswith("The start: "), said())


def plain_names(values):
    """Both models of the rung mlp, by plain Python: functions of a text."""
    numbers = array.array("f", base64.b64decode(values["parameters"]))
    letters, length, width, hidden = (values[key] for key in ("letters", "contextLength", "embeddingSize", "hiddenSize"))
    size, inputs = len(letters), length * width
    weight1 = size * width
    bias1 = weight1 + hidden * inputs
    weight2 = bias1 + hidden
    bias2 = weight2 + size * hidden

    def context(text):
        return (values["before"] + text)[-length:]

    def neural(text):
        x = [numbers[letters.index(c) * width + e] for c in context(text) for e in range(width)]
        h = [math.tanh(numbers[bias1 + u] + sum(numbers[weight1 + u * inputs + i] * x[i] for i in range(inputs)))
             for u in range(hidden)]
        z = [numbers[bias2 + k] + sum(numbers[weight2 + k * hidden + u] * h[u] for u in range(hidden)) for k in range(size)]
        powers = [math.exp(value - max(z)) for value in z]
        return [power / sum(powers) for power in powers]

    def counting(text, training):
        window = context(text)
        found = [sum(training.startswith(window + c, at) for at in range(len(training))) for c in letters]
        return [(count + values["smoothing"]) / (sum(found) + size * values["smoothing"]) for count in found]

    return neural, counting


def check_names(names):
    open_page("mlp", has_script=False)
    drawn = browser.value("[...document.querySelectorAll('#next .bars title')].map((e) => e.textContent)")
    open_page("mlp")
    values = json.loads(browser.value("document.querySelector('#next').dataset.values"))
    neural, counting = plain_names(values)
    training = (names / "train.txt").read_text().replace("\n", ".")
    by_page = browser.value("document.querySelector('#next').after('richard')")
    size = len(values["letters"])
    for model, name in enumerate(("MLP", "counting")):
        said = [f"{name}, {letter}: " + shown(value) for letter, value in zip(values["letters"], by_page[model])]
        check(f"after richard, {name} is the program's", drawn[model * size:(model + 1) * size] == said,
              (drawn[model * size:model * size + 3], said[:3]))
    for name in ("", "m", "zz", "ann.x", "isabel"):
        browser.type("#next input", name)
        page = [float(text.removesuffix(" %")) / 100 for text in browser.texts("#next .pair output")]
        wanted = [value for pair in zip(neural(name), counting(name, training)) for value in pair]
        check(f"after “{name}” both are plain Python's", all(abs(a - b) < 0.00006 for a, b in zip(page, wanted)))
    browser.type("#next input", "zoë")
    check("a letter that there is not is named", "“ë”" in browser.text("#next .said"), browser.text("#next .said"))


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


def percents():
    return [float(text.removesuffix(" %")) for text in browser.texts("#samples .drawing output")]


def check_digits():
    open_page("mnist")
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
    check(f"a {values['labels'][sample]} is chosen", all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(), whole)))
    before = percents()
    browser.click(f"#samples .units button:nth-child({least + 1})")
    said = browser.text("#samples .said")
    check(f"unit {least}, which gives {given[least]:.6f}, off changes nothing",
          percents() == before and (given[least] != 0 or "change by nothing." in said) and f"Unit {least} gives " in said, said)
    browser.click(f"#samples .units button:nth-child({most + 1})")
    check(f"unit {most}, which gives {given[most]:.2f}, does change something",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(), probabilities(pixels[sample], {least, most})))
          and "change by 0.0000" not in browser.text("#samples .said"), browser.text("#samples .said"))
    browser.value("document.querySelector('#samples .buttons:last-child button:nth-child(3)').click()")
    check("all on again", "units off" not in browser.text("#samples .said"))
    browser.value("document.querySelector('#samples .buttons:last-child button:nth-child(1)').click()")
    off = {unit for unit, value in enumerate(given) if abs(value) < 0.005}
    check(f"{len(off)} units that give 0.00, off together, change it by less than a point",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(), probabilities(pixels[sample], off)))
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
    check("what is drawn is centred by its mass", all(abs(value - 14) < 0.1 for value in centre), centre)
    check("and is 20 pixels high", 19 <= max(rows) - min(rows) + 1 <= 21, (min(rows), max(rows)))
    check("a line is a 1", "Read as 1," in browser.text("#samples .said"), browser.text("#samples .said"))
    check("and its probabilities are plain Python's",
          all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(), probabilities(drawn))))
    browser.click("#samples .buttons button:nth-child(1)")
    check("cleared", not any(browser.value("document.querySelector('#samples').pixels()")))
    browser.value("document.querySelector('#samples canvas').focus()")
    browser.key(" ", 32)
    for _ in range(12):
        browser.key("ArrowDown", 40)
    browser.key(" ", 32)
    browser.key("ArrowLeft", 37)
    check("so is one by the keyboard", "Read as 1," in browser.text("#samples .said"), browser.text("#samples .said"))


browser.look(1280)
check_index()
check_tyre()
check_boundary()
check_mixture()
names = ["", "circuits", "micrograd", "symmetry", "em"]
if (pages / "mnist").exists():
    check_digits()
    names.append("mnist")
else:
    print("SKIPPED mnist: it has no images to learn from")
if (pages / "mlp").exists():
    check_names(pathlib.Path(sys.argv[4]))
    names.append("mlp")
else:
    print("SKIPPED mlp: it has no names to learn from")
for name in names:
    look(name)
foreign = [url for url in browser.requests if not url.startswith(("file:", "data:"))]
check("nothing is asked of a network", foreign == [], foreign)
check("nothing went wrong", browser.faults == [], browser.faults)
print("all is as it should be")
