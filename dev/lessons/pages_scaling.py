"""Drives the page of the rung scaling.

What the page says of sizes and tokens is held to the program's numbers (`--json`), and to plain Python; and it is driven by
keyboard and mouse.
"""
import math


def close(a, b, tolerance=1e-12):
    return abs(a - b) <= tolerance * abs(b)


def drive(pages):
    browser, check, open_page = pages.browser, pages.check, pages.open
    open_page("scaling", has_script=False)
    check("scaling: without script there is nothing to press",
          browser.value("document.querySelectorAll('input, button').length") == 0)
    check("scaling: and a picture", browser.value("document.querySelectorAll('#reach svg path').length") > 2)
    open_page("scaling")
    results = pages.results("scaling")
    predictions = results["heldOut"] + results["target"]
    check("scaling: there is something to predict", len(predictions) >= 4, len(predictions))
    for one in predictions:
        found = browser.value(f"document.querySelector('#reach').ask('{one['size']}', {one['tokens']})")
        same = close(found["loss"], one["loss"]) and close(found["range"][0], one["low"]) and close(found["range"][1], one["high"])
        check(f"scaling: {one['size']} of {one['tokens']:.4g} tokens is the program's", same, (found, one))
    law = results["fits"][0]["law"]
    for run in results["runs"]:
        expected = math.exp(law["logE"]) + math.exp(law["logA"]) / run["parameters"] ** law["alpha"] \
            + math.exp(law["logB"]) / run["tokens"] ** law["beta"]
        found = browser.value(f"document.querySelector('#reach').ask('{run['size']}', {run['tokens']}).loss")
        check(f"scaling: {run['size']} of {run['tokens']} tokens by plain Python", close(found, expected, 1e-9), (found, expected))

    said = lambda: browser.text("#reach .said")
    count = lambda what: browser.value(f"document.querySelectorAll('#reach svg {what}').length")
    last = results["target"][-1]
    start = said()
    check("scaling: it begins with the target", start.startswith("d12 of 10G tokens"), start)
    check("scaling: and says how long it takes", start.endswith(" at 500 GFLOP/s."), start)
    check("scaling: the loss is the program's, nearly", abs(float(start.split(": ")[1].split()[0]) - last["loss"]) < 0.01, start)
    check("scaling: a band and a curve", count("polygon.band") == 1 and count("polyline") == 1)
    check("scaling: what was measured of d12", count("circle") == sum(run["size"] == "d12" for run in results["runs"]))
    browser.value("document.querySelector('#reach input[aria-label^=size]').focus()")
    browser.key("Home", 36)
    check("scaling: a key goes to the smallest", said().startswith("d2 of "), said())
    check("scaling: whose runs are drawn", count("circle") == sum(run["size"] == "d2" for run in results["runs"]))
    pages.drag("#reach input[aria-label^=tokens]", 0.0)
    check("scaling: dragged to the fewest tokens", said().startswith("d2 of 100k tokens"), said())
    pages.set_slider("#reach input[type=number]", 1000)
    check("scaling: twice as fast", said().endswith(" at 1k GFLOP/s."), said())
    pages.set_slider("#reach input[type=number]", "")
    check("scaling: without a speed there is no time", "GFLOP/s" not in said(), said())
