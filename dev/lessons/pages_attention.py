"""Drives the page of the rung attention.

What the page computes is held to the program's numbers (`--json`), before and after the training; and it is driven by
keyboard and mouse.
"""
import json

TEXTS = ("a3b7c1d4b", "h0", "a1a2a", "g9f8e7d6c5b4a3f8g")


def close(a, b, tolerance=1e-12):
    return abs(a - b) <= tolerance


def drive(pages):
    browser, check, open_page = pages.browser, pages.check, pages.open
    open_page("attention", has_script=False)
    check("attention: without script there is nothing to press",
          browser.value("document.querySelectorAll('input, button').length") == 0)
    drawn = browser.value("[...document.querySelectorAll('#recall rect title')].map((e) => e.textContent)")
    check("attention: and a picture", len(drawn) == 81, len(drawn))
    rows = browser.texts("section table tbody tr")
    open_page("attention")
    for text in TEXTS:
        expected = pages.results("attention", "--text", text)["shown"]
        for is_trained, name in ((0, "Before"), (1, "")):
            found = browser.value(f"document.querySelector('#recall').read({json.dumps(text)}, {is_trained})")
            same = all(close(a, b) for mine, theirs in zip(found["weights"], expected["weights" + name])
                       for a, b in zip(mine, theirs))
            check(f"attention: weights over {text} {name or 'after'} are the program's", same)
            check(f"attention: and what comes next", all(
                close(a, b) for a, b in zip(found["probabilities"][-1], expected["probabilities" + name])))
    written = browser.texts("section table tbody tr")
    check("attention: the row in numbers is the program's", written == rows, (written, rows))

    said = lambda: browser.text("#recall .said")
    check("attention: it expects 7", "expects 7 " in said(), said())
    browser.type("#recall input[type=text]", "c5a2c")
    check("attention: typed, it expects 5", "After “c5a2c”" in said() and "expects 5 " in said(), said())
    check("attention: 15 squares", browser.value("document.querySelectorAll('#recall svg rect title').length") == 15)
    browser.value("document.querySelector('#recall input[type=range]').focus()")
    browser.key("ArrowLeft", 37)
    check("attention: a key goes back", said().startswith("After “c5a2”"), said())
    browser.value("document.querySelectorAll('#recall svg rect')[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    check("attention: a square chooses its row", said().startswith("After “c”"), said())
    browser.click("#recall .buttons button:nth-child(1)")
    check("attention: before training it says so",
          browser.value("document.querySelector('#recall .buttons button').getAttribute('aria-pressed')") == "true")
    browser.type("#recall input[type=text]", "a1z")
    check("attention: a character that there is not is named", "“z”" in said(), said())
    browser.type("#recall input[type=text]", "")
    check("attention: nothing typed", said().startswith("Type a text"), said())
