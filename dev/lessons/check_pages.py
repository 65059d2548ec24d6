"""Usage: check_pages.py LADDER PAGES PICTURES

Drives the pages that `ladder` wrote to the folder PAGES in a real Chromium (CHROMIUM names another program), and holds what
they compute against the program LADDER, and against what the originals printed. PICTURES is a folder for what they look like.
"""
import json
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
    check("the index leads to three rungs", links == [f"{name}/index.html" for name in ("circuits", "micrograd", "symmetry")])
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


browser.look(1280)
check_index()
check_tyre()
check_boundary()
for name in ("", "circuits", "micrograd", "symmetry"):
    look(name)
foreign = [url for url in browser.requests if not url.startswith(("file:", "data:"))]
check("nothing is asked of a network", foreign == [], foreign)
check("nothing went wrong", browser.faults == [], browser.faults)
print("all is as it should be")
