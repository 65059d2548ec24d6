"""The page of mlp: names that are typed, and what both models expect next."""
import array
import base64
import json
import math

from pages import shown


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


def drive(pages):
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
