"""The page of micrograd: a formula that can be moved and gone through backwards, and a boundary over the steps."""
import json

from pages import close, shown


HEIGHT = 1900


def pose(pages):
    """The backward pass, under way."""
    pages.set_slider("#tyre .slider:nth-of-type(4) input", 6)


def drive(pages):
    check_tyre(pages)
    check_boundary(pages)


def check_tyre(pages):
    browser, check = pages.browser, pages.check
    numbers = "#tyre .node text, #tyre .edge text"
    pages.open("micrograd", has_script=False)
    drawn = browser.texts(numbers)
    check("without script there is nothing to press", browser.value("document.querySelectorAll('input, button').length") == 0)
    pages.open("micrograd")
    check("the script computes what the program drew", browser.texts(numbers) == drawn)

    for speed, temperature, humidity in ((180, 40, 0.1), (60, -5, 0.85)):
        expected = pages.results("micrograd", "--steps", "1", f"--speed={speed}", f"--temperature={temperature}",
                           f"--humidity={humidity}")["tyreWear"]
        for place, value in enumerate((speed, temperature, humidity), 1):
            pages.set_slider(f"#tyre .slider:nth-of-type({place}) input", value)
        said = browser.text("#tyre .said")
        wanted = (f"wear {shown(expected['wear'])} mm in 1000 km; slope by speed {shown(expected['bySpeed'])}, slope by "
                  f"temperature {shown(expected['byTemperature'])}, slope by humidity {shown(expected['byHumidity'])}.")
        check(f"wear and slopes at {speed} km/h are the program's", said == wanted, f"{said} / {wanted}")
        written, raised = browser.text("#tyre .formula"), browser.texts("#tyre .formula sup")
        numbers = f"({speed} / 100){raised[0]} · e{raised[1]} · (1 − 0.4 · tanh(2 · {humidity})) = {shown(expected['wear'])} "
        check("the formula has them too", numbers in written and raised == ["2.1", f"(({temperature} − 20) / 30)".replace("-", "−")],
              (written, raised))

    pages.drag("#tyre .slider input", 0.9)
    speed = float(browser.value("document.querySelector('#tyre .slider input').value"))
    wear = pages.results("micrograd", "--steps", "1", f"--speed={speed}", "--temperature=-5", "--humidity=0.85")["tyreWear"]
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
    browser.value("document.querySelector('#tyre .slider:nth-of-type(4) input').focus()")
    before = nodes
    for _ in range(15):
        browser.key("ArrowRight", 39)
        check("each step reaches more", unknown() < before)
        before = unknown()
    check("in the end all have theirs", browser.texts("#tyre .node text") == final)


def check_boundary(pages):
    browser, check = pages.browser, pages.check
    pages.open("micrograd")
    trace = json.loads((pages.fixtures / "micrograd.json").read_text())["moons"]
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
