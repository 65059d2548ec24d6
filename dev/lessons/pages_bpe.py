"""Drives the page of the rung bpe, learnt from Shakespeare."""
import json


def merged(pieces, merges):
    """Plain Python: each merge in its order, wherever its pair stands."""
    tokens = []
    for piece in pieces:
        row = list(piece.encode())
        for number, pair in enumerate(merges):
            joined, i = [], 0
            while i < len(row):
                step = 2 if row[i : i + 2] == pair else 1
                joined.append(256 + number if step == 2 else row[i])
                i += step
            row = joined
        tokens += row
    return tokens


def drive(pages):
    browser, check, open_page, set_slider = pages.browser, pages.check, pages.open, pages.set_slider
    open_page("bpe", has_script=False)
    check("bpe: without script there is nothing to press", browser.value("document.querySelectorAll('input, button').length") == 0)
    drawn = browser.value("document.querySelectorAll('#passage g rect').length")
    check("bpe: the passage is drawn", drawn > 100, drawn)

    open_page("bpe")
    found = pages.results("bpe", "--text", str(pages.data / "tinyshakespeare.txt"))
    values = json.loads(browser.value("document.querySelector('#passage').dataset.values"))
    tokens = lambda: browser.value("document.querySelector('#passage').tokens")
    said = lambda: browser.text("#passage .said")
    for kind in ("whole", "pieces"):
        pairs = [[merge["left"], merge["right"]] for merge in found[kind]]
        check(f"bpe: the merges of {kind} are the program's", values[kind] == pairs)
    all_merges = len(values["whole"])
    passage, size = values["text"], len(values["text"].encode())
    check("bpe: it begins with all merges", browser.text("#passage output") == f"{all_merges} of {all_merges}")
    last = tokens()
    check("bpe: and with fewer tokens than bytes", len(last) < size)

    set_slider("#passage .slider input", 0)
    check("bpe: without merges every byte is a token", tokens() == list(passage.encode()), tokens())
    check("bpe: and it says so", said() == f"{size} bytes are {size} tokens, 1.00 bytes each.", said())
    browser.click("#passage .buttons button:nth-child(4)")
    for count in (1, 20, all_merges):
        set_slider("#passage .slider input", count)
        check(f"bpe: {count} merges of the whole text are plain Python's", tokens() == merged([passage], values["whole"][:count]))
    browser.value("document.querySelector('#passage .slider input').focus()")
    browser.key("ArrowLeft", 37)
    check("bpe: with the keyboard one less", browser.text("#passage output") == f"{all_merges - 1} of {all_merges}")
    browser.click("#passage .buttons button:nth-child(2)")
    check("bpe: with a button one more", browser.text("#passage output") == f"{all_merges} of {all_merges}")
    check("bpe: the pressed kind says so", browser.value(
        "[...document.querySelectorAll('#passage .buttons button')].map((e) => e.getAttribute('aria-pressed'))")
        == [None, None, "false", "true"])

    browser.click("#passage .buttons button:nth-child(3)")
    check("bpe: back inside pieces", tokens() == last)
    for words, pieces in (("the therefore the", ["the", " therefore", " the"]), ("It's 12 o'clock", ["It", "'s", " 12", " o", "'", "clock"]),
                          ("né 🙂\n\n  x", ["né", " 🙂", "\n\n ", " x"]), ("", [])):
        browser.type("#passage textarea", words)
        check(f"bpe: {words!r} is cut and merged", tokens() == merged(pieces, values["pieces"]), tokens())
    check("bpe: nothing is nothing", said().endswith("0 bytes are 0 tokens."), said())
