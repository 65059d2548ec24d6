"""The page of em: turns by a slider, and starting means that are dropped by hand."""
import json
import math

from pages import close


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


def drive(pages):
    browser, check = pages.browser, pages.check
    pages.open("em", has_script=False)
    panels = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].map((e) => e.id)")
    check("without script all panels are there", len(panels) > 8, panels)
    pages.open("em")
    plane = [name for name in panels if "-2d-" in name][-1]
    figure = f"document.getElementById('{plane}')"
    seen = browser.value("[...document.querySelectorAll('figure[id^=mixture]')].filter((e) => !e.hidden).length")
    check("with it there are two", seen == 2, seen)
    values = json.loads(browser.value(figure + ".dataset.values"))
    found = browser.value(figure + ".likelihoods()")
    fit = pages.results("em")["fits"][1]
    expected = fit["meanLogLikelihoods"]
    check(f"{len(found) - 1} iterations, as the program's", len(found) == len(expected), (len(found), len(expected)))
    check("their likelihoods are the program's", all(close(a, b, 1e-9) for a, b in zip(found, expected)))

    box = pages.box(f"#{plane} svg")
    means = []
    for x, y in ((0.3, 0.3), (0.5, 0.7), (0.8, 0.4)):
        place = (round(box[0] + x * box[2]), round(box[1] + y * box[3]))
        pages.press(*place)
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
