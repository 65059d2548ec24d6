"""The page of em: turns by a slider, and starting means that are dropped by hand."""
import json
import math

from pages import close


def plain_em(values, means):
    """Mean log-likelihoods from means that were dropped, by plain Python with covariances inverted outright."""
    points, count = values["points"], len(means)
    dimensions = range(len(means[0]))
    middle = [sum(p[d] for p in points) / len(points) for d in dimensions]
    spread = [sum((p[d] - middle[d]) ** 2 for p in points) / len(points) for d in dimensions]
    mixture = [(1 / count, mean, [[spread[d] if d == e else 0.0 for e in dimensions] for d in dimensions]) for mean in means]
    likelihoods = []
    while True:
        shares, total = [], 0.0
        for point in points:
            row = [weight * density(point, mean, covariance) for weight, mean, covariance in mixture]
            total += math.log(sum(row))
            shares.append([value / sum(row) for value in row])
        likelihoods.append(total / len(points))
        n = len(likelihoods)
        if n > values["iterations"] or n > 2 and abs(likelihoods[-2] - likelihoods[-3]) < values["tolerance"]:
            return likelihoods
        mixture = []
        for k in range(count):
            mass = sum(row[k] for row in shares)
            mean = [sum(row[k] * p[d] for row, p in zip(shares, points)) / mass for d in dimensions]
            covariance = [[sum(row[k] * (p[d] - mean[d]) * (p[e] - mean[e]) for row, p in zip(shares, points)) / mass
                           + (values["regularisation"] if d == e else 0) for e in dimensions] for d in dimensions]
            mixture.append((mass / len(points), mean, covariance))


def density(point, mean, covariance):
    """Of a Gaussian of one dimension or two."""
    away = [value - centre for value, centre in zip(point, mean)]
    if len(away) == 1:
        return math.exp(-away[0] ** 2 / covariance[0][0] / 2) / math.sqrt(2 * math.pi * covariance[0][0])
    (a, b), (_, c) = covariance
    determinant = a * c - b * b
    square = (c * away[0] ** 2 - 2 * b * away[0] * away[1] + a * away[1] ** 2) / determinant
    return math.exp(-square / 2) / (2 * math.pi * math.sqrt(determinant))


# Where the drawings have their axes: left, right, bottom, top, and how high they are.
DRAWINGS = {1: (30, 410, 240, 40, 280), 2: (30, 410, 370, 10, 400)}


def check_turns(pages, dimensions, panels, fit):
    """The slider, and means dropped with the mouse and with the keyboard, of the fit of so many dimensions."""
    browser, check = pages.browser, pages.check
    name, last = f"{dimensions}-D", [panel for panel in panels if f"-{dimensions}d-" in panel][-1]
    figure = f"document.getElementById('{last}')"
    values = json.loads(browser.value(figure + ".dataset.values"))
    found, expected = browser.value(figure + ".likelihoods()"), fit["meanLogLikelihoods"]
    check(f"{name}: {len(found) - 1} iterations, as the program's", len(found) == len(expected), (len(found), len(expected)))
    check(f"{name}: their likelihoods are the program's", all(close(a, b, 1e-9) for a, b in zip(found, expected)))
    drawn = lambda: browser.value(f"[...{figure}.querySelectorAll('path.line')].map((e) => e.getAttribute('d')).join()")
    seen = set()
    for turn in range(len(found)):
        pages.set_slider(f"#{last} input", turn)
        seen.add(drawn())
    # The last turns move less than a hundredth of a pixel.
    check(f"{name}: the slider shows {len(found)} states", len(seen) > len(found) - 3, len(seen))

    left, right, bottom, top, height = DRAWINGS[dimensions]
    box = pages.box(f"#{last} svg")
    means = []
    for x, y in ((0.3, 0.3), (0.5, 0.7), (0.8, 0.4)):
        place = (round(box[0] + x * box[2]), round(box[1] + y * box[3]))
        pages.press(*place)
        along, down = (place[0] - box[0]) / box[2] * 420, (place[1] - box[1]) / box[3] * height
        mean = (values["x"][0] + (along - left) / (right - left) * (values["x"][1] - values["x"][0]),
                values["y"][0] + (bottom - down) / (bottom - top) * (values["y"][1] - values["y"][0]))
        means.append(mean[:dimensions])
    found, expected = browser.value(figure + ".likelihoods()"), plain_em(values, means)
    check(f"{name}: from means that were dropped, {len(found) - 1} iterations as in plain Python",
          len(found) == len(expected), (len(found), len(expected)))
    check(f"{name}: and their likelihoods", all(close(a, b, 1e-8) for a, b in zip(found, expected)))
    said = lambda: browser.value(figure + ".querySelector('.said').textContent")
    check(f"{name}: it stands at the start", said() == f"The start: log-likelihood −{-expected[0]:.4f} nats a point.", said())
    browser.value(figure + ".querySelector('input').focus()")
    browser.key("ArrowRight", 39)
    check(f"{name}: a key goes on", said().startswith("After 1 iteration: "), said())
    browser.value(figure + ".querySelector('svg').focus()")
    for count in range(3):
        browser.key("ArrowRight", 39)
        browser.key("Enter", 13)
        if count < 2:
            check(f"{name}: {count + 1} dropped", said() == f"{count + 1} of 3 starting means dropped.", said())
    check(f"{name}: means are dropped with the keyboard too", said().startswith("The start: "), said())
    browser.click(f"#{last} .buttons button")
    found = browser.value(figure + ".likelihoods()")
    check(f"{name}: the program's start again", len(found) == len(fit["meanLogLikelihoods"])
          and all(close(a, b, 1e-9) for a, b in zip(found, fit["meanLogLikelihoods"])), said())


def drive(pages):
    browser, check = pages.browser, pages.check
    pages.open("em", has_script=False)
    panels = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].map((e) => e.id)")
    check("without script all panels are there", len(panels) > 8, panels)
    pages.open("em")
    seen = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].filter((e) => !e.hidden).length")
    check("with it there are two", seen == 2, seen)
    fits = pages.results("em")["fits"]
    check_turns(pages, 1, panels, fits[0])
    check_turns(pages, 2, panels, fits[1])
