"""The page of convnet: a digit is drawn, and followed through the layers."""
import array
import base64
import gzip
import json
import math

from pages import close


def floats(text):
    return array.array("f", base64.b64decode(text))


def network(values):
    """ConvNet by plain Python, place by place as a convolution is defined: a function of pixels that gives maps, code, probabilities."""
    numbers, kernel = iter(floats(values["parameters"])), values["kernel"]
    take = lambda count: [next(numbers) for _ in range(count)]
    size, layers = (values["rows"], values["columns"]), []
    for channels, maps in zip(values["channels"], values["maps"]):
        kernels = [[take(kernel * kernel) for _ in range(channels)] for _ in range(maps)]
        layers.append((kernels, take(maps), size))
        size = [(side - kernel + 1) // 2 for side in size]
    features, hidden, classes = values["maps"][-1] * size[0] * size[1], values["hidden"], values["classes"]
    weight3, bias3 = [take(features) for _ in range(hidden)], take(hidden)
    weight4, bias4 = [take(hidden) for _ in range(classes)], take(classes)
    dot = lambda a, b: math.fsum(x * y for x, y in zip(a, b))

    def layer(channels, kernels, biases, size):
        rows, columns = (side - kernel + 1 for side in size)
        patches = [[[image[(y + i) * size[1] + x + j] for i in range(kernel) for j in range(kernel)] for image in channels]
                   for y in range(rows) for x in range(columns)]
        maps = [[max(0.0, bias + sum(dot(a, b) for a, b in zip(own, patch))) for patch in patches]
                for own, bias in zip(kernels, biases)]
        pooled = [[max(of[y * columns + x], of[y * columns + x + 1], of[(y + 1) * columns + x], of[(y + 1) * columns + x + 1])
                   for y in range(0, rows - 1, 2) for x in range(0, columns - 1, 2)] for of in maps]
        return maps, pooled

    def run(pixels):
        found, channels = [], [pixels]
        for kernels, biases, size in layers:
            maps, channels = layer(channels, kernels, biases, size)
            found.append([value for of in maps for value in of])
        flat = [value for of in channels for value in of]
        code = [max(0.0, dot(row, flat) + bias) for row, bias in zip(weight3, bias3)]
        logits = [dot(row, code) + bias for row, bias in zip(weight4, bias4)]
        powers = [math.exp(value - max(logits)) for value in logits]
        return found, code, [power / sum(powers) for power in powers]

    return run


def alike(found, expected, tolerance=1e-9):
    """Whether all are within a share of the largest."""
    largest = max(max(map(abs, expected)), 1e-9)
    return len(found) == len(expected) and all(abs(a - b) <= tolerance * largest for a, b in zip(found, expected))


def centre(pixels, columns=28):
    """Of the mass: from the left and from the top, in pixels."""
    mass = sum(pixels)
    return [sum(value * (of(place) + 0.5) for place, value in enumerate(pixels) if value) / mass
            for of in (lambda place: place % columns, lambda place: place // columns)]


def longer_side(pixels, columns=28):
    """Of the box that the ink is in."""
    places = [place for place, value in enumerate(pixels) if value]
    return max(max(side) - min(side) + 1 for side in ([p % columns for p in places], [p // columns for p in places]))


def check_makers(pages):
    """What convnet.md says of how MNIST's images lie."""
    path = pages.data / "mnist/t10k-images-idx3-ubyte.gz"
    bytes_ = gzip.decompress(path.read_bytes())[16:]
    images = [bytes_[start:start + 784] for start in range(0, len(bytes_), 784)]
    centres = [value for image in images for value in centre(image)]
    pages.check(f"the centre of mass of {len(images)} test images is in the pixel right of and below the middle",
                len(images) == 10_000 and min(centres) >= 14 and max(centres) < 15, (min(centres), max(centres)))
    twenty = sum(longer_side(image) == 20 for image in images)
    pages.check("and 9,997 of them are 20 pixels high or wide", twenty == 9997, twenty)


def drive(pages):
    browser, check = pages.browser, pages.check
    if pages.data and (pages.data / "mnist/t10k-images-idx3-ubyte.gz").exists():
        check_makers(pages)
    pages.open("convnet", has_script=False)
    check("without script there is nothing to press", browser.value("document.querySelectorAll('button, canvas').length") == 0)
    names = ["samples", "kernels", "maps-1", "maps-2", "confusion", "neighbours", "misread", "loss", "accuracy", "mistakes"]
    there = browser.value("[...document.querySelectorAll('figure')].filter((e) => e.querySelector('svg')).map((e) => e.id)")
    check("but all pictures are there", there == names, there)

    pages.open("convnet")
    figure = "document.querySelector('#samples')"
    values = json.loads(browser.value(figure + ".dataset.values"))
    plain = network(values)
    run = lambda pixels: browser.value(f"{figure}.pass({json.dumps(pixels)})")
    percents = lambda: [float(text.removesuffix(" %")) for text in browser.texts("#samples .drawing output")]
    samples = [[byte / 255 for byte in base64.b64decode(image)] for image in values["images"]]
    for label, pixels, confidence in zip(values["labels"], samples, values["confidences"]):
        found = run(pixels)["probabilities"]
        check(f"the {label} is read with the program's probability", abs(max(found) - confidence) < 1e-5, (max(found), confidence))
    hidden, codes = values["hidden"], floats(values["training"]["codes"])
    count = len(values["training"]["labels"])
    for image in range(0, count, max(1, count // 10)):
        found = run(browser.value(f"{figure}.known({image})"))["code"]
        check(f"training image {image} has the program's {hidden} hidden units",
              alike(found, codes[image * hidden:(image + 1) * hidden], 1e-4))
    for index in (0, len(samples) - 1):
        found, (maps, code, probabilities) = run(samples[index]), plain(samples[index])
        check(f"every map, unit and probability of the {values['labels'][index]} is plain Python's",
              all(alike(a, b) for a, b in zip(found["maps"] + [found["code"]], maps + [code]))
              and all(close(a, b, 1e-6) for a, b in zip(found["probabilities"], probabilities)))
    again = [browser.value(f"{figure}.drawnAgain({index})") for index in range(len(samples))]
    same = sum(all(abs(a - b) < 1e-9 for a, b in zip(*pair)) for pair in zip(again, samples))
    check(f"of {len(samples)} test digits that are drawn again {same} come out as their makers made them, pixel by pixel",
  same >= len(samples) // 2, same)

    browser.click("#samples .buttons button:nth-child(4)")
    check(f"a {values['labels'][2]} is chosen", f"Read as {values['labels'][2]}," in browser.text("#samples .said"))
    line(pages, 0.2, 0.1, 0.5)
    drawn = browser.value(figure + ".pixels()")
    check("what is drawn lies as they do", all(14 <= value <= 15 for value in centre(drawn)), centre(drawn))
    check("and is 20 pixels high", longer_side(drawn) == 20, longer_side(drawn))
    maps, code, probabilities = plain(drawn)
    check("a line is a 1", browser.text("#samples .said").startswith("Read as 1,"), browser.text("#samples .said"))
    check("and its probabilities are plain Python's", all(abs(a - 100 * b) < 0.006 for a, b in zip(percents(), probabilities)))
    distances = [math.dist(code, codes[image * hidden:(image + 1) * hidden]) for image in range(count)]
    nearest = sorted(range(count), key=distances.__getitem__)[:6]
    shown = browser.texts("#samples .neighbours p")
    check("so are its neighbours", shown == [str(values["training"]["labels"][image]) for image in nearest], shown)
    inked = browser.value(
        "[...document.querySelectorAll('#samples canvas.maps')].map((e) => new Set(e.getContext('2d')"
        ".getImageData(0, 0, e.width, e.height).data.filter((_, i) => i % 4 === 0)).size)")
    check("the maps are painted", len(inked) == 3 and all(colors > 5 for colors in inked), inked)

    browser.click("#samples .buttons button:nth-child(1)")
    check("cleared", not any(browser.value(figure + ".pixels()")))
    browser.value("document.querySelector('#samples canvas').focus()")
    browser.key(" ", 32)
    for _ in range(12):
        browser.key("ArrowDown", 40)
    browser.key(" ", 32)
    browser.key("ArrowLeft", 37)
    check("a line by the keyboard is a 1, too", browser.text("#samples .said").startswith("Read as 1,"),
          browser.text("#samples .said"))


def line(pages, x, top, bottom):
    """Draws a line downwards with the mouse, in shares of the square."""
    browser = pages.browser
    left, above, width, height = pages.box("#samples canvas")
    place = lambda share: {"x": left + width * x, "y": above + height * share, "button": "left"}
    browser.call("Input.dispatchMouseEvent", type="mousePressed", buttons=1, clickCount=1, **place(top))
    for step in range(1, 9):
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", buttons=1, **place(top + (bottom - top) * step / 8))
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", clickCount=1, **place(bottom))
