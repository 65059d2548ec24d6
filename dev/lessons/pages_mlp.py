"""The page of mlp: names that are typed, what both models expect next, and letters that move to their places."""
import array
import base64
import json
import math
import shutil
import subprocess

from pages import shown

# Down to the letters.
HEIGHT = 2380


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


def check_names(pages):
    browser, check = pages.browser, pages.check
    pages.open("mlp", has_script=False)
    drawn = browser.value("[...document.querySelectorAll('#next .bars title')].map((e) => e.textContent)")
    pages.open("mlp")
    values = json.loads(browser.value("document.querySelector('#next').dataset.values"))
    neural, counting = plain_names(values)
    training = (pages.data / "names/train.txt").read_text().replace("\n", ".")
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


def plain_axes(rows):
    """The two directions in which the rows differ most, by power iteration; and their share of the variance."""
    width = len(rows[0])
    mean = [sum(row[d] for row in rows) / len(rows) for d in range(width)]
    centred = [[value - centre for value, centre in zip(row, mean)] for row in rows]
    whole = sum(value * value for row in centred for value in row)
    axes, kept = [], 0
    for _ in range(2):
        axis = [1.0 / (1 + d) for d in range(width)]
        for _ in range(500):
            for other in axes:
                part = dot(axis, other)
                axis = [a - part * b for a, b in zip(axis, other)]
            along = [dot(row, axis) for row in centred]
            axis = [sum(value * row[d] for value, row in zip(along, centred)) for d in range(width)]
            length = math.sqrt(dot(axis, axis))
            axis = [a / length for a in axis]
        axes.append([-a for a in axis] if max(axis, key=abs) < 0 else axis)
        kept += sum(dot(row, axis) ** 2 for row in centred)
    return axes, kept / whole


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def table(pages):
    """The embeddings of the page that is open, and their letters."""
    model = json.loads(pages.browser.value("document.querySelector('#next').dataset.values"))
    numbers, width = array.array("f", base64.b64decode(model["parameters"])), model["embeddingSize"]
    letters = model["letters"]
    return [list(numbers[at:at + width]) for at in range(0, len(letters) * width, width)], letters


def check_map(pages, figure):
    """Where the letters are in the end, and how alike they were moved, by plain Python."""
    browser, check = pages.browser, pages.check
    values = json.loads(browser.value(f"document.querySelector('{figure}').dataset.values"))
    end, letters = table(pages)
    drawn = set(browser.texts("#likeness title"))
    caption = browser.text(figure + " figcaption")
    # Where they were after one update, each number by less than 0.001 from where they began.
    subprocess.run([pages.ladder, "mlp", "--data", pages.data / "names", "--steps", "1", "--output", pages.folder / "mlp-start"],
                   check=True, capture_output=True)
    pages.open("mlp-start")
    start, _ = table(pages)
    shutil.rmtree(pages.folder / "mlp-start")
    pages.open("mlp")
    ways = [[a - b for a, b in zip(one, other)] for one, other in zip(end, start)]
    axes, share = plain_axes(ways)
    far = max(abs(dot(row, axis) - place) for row, at in zip(end, values["places"][-1]) for axis, place in zip(axes, at))
    check("each letter is where plain Python has it in the end", far < 0.05, far)
    check("the plane has as much of the ways' variance as it says", f"with {100 * share:.0f} % of" in caption, (share, caption))
    # What mlp.md says.
    for a, b, said in (("m", "v", "0.55"), ("i", "y", "0.51"), ("c", "k", "0.50")):
        one, other = ways[letters.index(a)], ways[letters.index(b)]
        cosine = dot(one, other) / math.sqrt(dot(one, one) * dot(other, other))
        shown = [float(text.split(": ")[1]) for text in drawn if text.startswith(f"{a}, {b}: ")]
        check(f"{a} and {b} are moved alike: {said}", f"{cosine:.2f}" == said and abs(shown[0] - cosine) < 0.005, (cosine, shown))


def check_letters(pages):
    browser, check = pages.browser, pages.check
    pages.open("mlp", has_script=False)
    stills = browser.value("[...document.querySelectorAll('figure[id^=letters-]')].map((e) => e.id)")
    check("without script the letters are there at the start, in the middle and at the end", len(stills) == 3, stills)
    pages.open("mlp")
    seen = browser.value("[...document.querySelectorAll('figure[id^=letters-]')].filter((e) => !e.hidden).map((e) => e.id)")
    check("with it there is one that moves", seen == stills[-1:], seen)
    figure = "#" + stills[-1]
    values = json.loads(browser.value(f"document.querySelector('{figure}').dataset.values"))
    check_map(pages, figure)

    at = lambda letter: browser.value(
        f"(() => {{ const e = [...document.querySelectorAll('{figure} .wide svg > text')].find((e) => e.firstChild.data === '{letter}');"
        # In the drawing: pressing a button moves the page.
        " const b = e.getBoundingClientRect(), whole = e.ownerSVGElement.getBoundingClientRect();"
        " return [b.left - whole.left, b.top - whole.top]; })()")
    stopped = "document.getAnimations().length === 0"
    browser.wait(stopped, "letters that stand still")
    end = at("q")
    browser.value(f"document.querySelector('{figure} input').focus()")
    browser.key("Home", 36)
    browser.wait(stopped, "letters that stand still")
    start = at("q")
    check("a key moves the letters", math.dist(start, end) > 20, (start, end))
    check("and it says where it stands", browser.text(figure + " output") == f"0 of {values['steps'][-1]}", browser.text(figure + " output"))
    browser.click(figure + " .buttons button")
    check("it plays", browser.text(figure + " .buttons button") == "stop")
    browser.wait(f"document.querySelector('{figure} .buttons button').textContent === 'play'", "the end of the film")
    browser.wait(stopped, "letters that stand still")
    check("and ends where it began", math.dist(at("q"), end) < 0.5, (at("q"), end))
    browser.click(figure + " .buttons button")
    browser.click(figure + " .buttons button")
    check("it can be stopped", browser.text(figure + " .buttons button") == "play" and browser.text(figure + " output") != f"{values['steps'][-1]} of {values['steps'][-1]}")


def drive(pages):
    check_names(pages)
    check_letters(pages)
    # The original's last validation loss, and the loss that the page compares with counting's.
    losses = json.loads((pages.fixtures / "mlp.json").read_text())["validation_losses"]
    text, card = pages.browser.text("#losses figcaption"), pages.browser.text(".headline .card .value").removesuffix("nats")
    pages.check("both validation losses are said, and why they are two",
                f"ends at {losses[-1]:.4f} and not at the {card} above" in text, (losses[-1], card, text))
