"""What the checks of all pages share: the browser, the program, and what people do with a mouse and a keyboard."""
import base64
import io
import json
import pathlib
import subprocess
import sys

from PIL import Image


class Pages:
    """The pages that `ladder` wrote to a folder, one open in a browser."""

    def __init__(self, browser, ladder, folder, pictures, data=None):
        self.browser = browser
        self.ladder = ladder
        self.folder = pathlib.Path(folder).resolve()
        self.pictures = pathlib.Path(pictures)
        # What the pages learnt from, if it is there: the folder that scripts/fetch-lessons.sh fills.
        self.data = pathlib.Path(data).resolve() if data else None
        self.fixtures = pathlib.Path(__file__).parent / "../../Tests/Fixtures/lessons"

    def has(self, name):
        return (self.folder / name / "index.html").exists()

    def check(self, what, holds, found=None):
        """Says whether something holds; what does not ends the program, and leaves a picture of it."""
        print(("ok      " if holds else "DIFFERS ") + what + ("" if holds or found is None else f": {found}"), flush=True)
        if not holds:
            self.browser.picture(self.pictures / "failed.png")
            sys.exit(1)

    def results(self, *arguments):
        """What the program says with --json."""
        return json.loads(subprocess.run([self.ladder, *arguments, "--json"], check=True, capture_output=True).stdout)

    def open(self, name, has_script=True):
        """The page of a rung; of the index, if it has no name."""
        self.browser.call("Emulation.setScriptExecutionDisabled", value=not has_script)
        self.browser.call("Page.navigate", url=(self.folder / name / "index.html").as_uri())
        self.browser.wait("document.readyState === 'complete'", "the page " + name)

    def set_slider(self, selector, value):
        self.browser.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(str(value))};"
            " e.dispatchEvent(new Event('input', {bubbles: true})); })()")

    def box(self, selector):
        """Left, top, width and height of an element, which is brought into view."""
        return self.browser.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            " const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")

    def drag(self, selector, fraction):
        """Presses the mouse on a slider's middle, moves it to a fraction of its width, and lets it go."""
        left, top, width, height = self.box(selector)
        y = top + height / 2
        for kind, x in (("mousePressed", left + width / 2), ("mouseMoved", left + width * fraction),
                        ("mouseReleased", left + width * fraction)):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def press(self, x, y):
        """Presses the mouse at a place of the screen, and lets it go."""
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def look(self, name):
        """Holds a page against what all are held to, and takes pictures of it: both themes, on a screen and on a phone."""
        for width, dark in ((1280, False), (1280, True), (390, False), (390, True)):
            self.browser.look(width, dark=dark)
            self.open(name)
            widest = self.browser.value("document.documentElement.scrollWidth")
            self.check(f"{name or 'index'}: no wider than {width}", widest <= width, widest)
            self.check(f"{name or 'index'}: all drawings can be read at {width}", *self.letters(10 if width < 500 else 8.5))
            self.browser.picture(self.pictures / f"{name or 'index'}-{width}-{'dark' if dark else 'light'}.png")
        self.check(f"{name or 'index'}: everything has a name", self.browser.nameless() == [], self.browser.nameless())

    def letters(self, least):
        """Whether all text in drawings is at least so many pixels high, and no single letter lies on its side."""
        faults = self.browser.value("""[...document.querySelectorAll('svg text')].flatMap((e) => {
          if (e.getClientRects().length === 0 || getComputedStyle(e).visibility !== 'visible' || e.textContent === '') return [];
          const m = e.getScreenCTM(), height = parseFloat(getComputedStyle(e).fontSize) * Math.hypot(m.a, m.b);
          const name = (e.closest('figure')?.id ?? '') + ': ' + e.textContent;
          return height < %s ? [name + ' is ' + height.toFixed(1) + ' high']
            : [...e.textContent].length === 1 && Math.abs(m.b) > 1e-6 ? [name + ' lies on its side'] : [];
        })""" % least)
        return faults == [], (len(faults), faults[:8])

    def document(self, name, pose=None, height=1700):
        """Takes the picture that the rung's page in Lessons.docc shows, into the folder docs of the pictures."""
        self.browser.look(1200)
        self.open(name)
        if pose:
            pose(self)
        self.browser.value("(() => { document.activeElement?.blur(); scrollTo(0, 0); })()")
        whole = self.browser.value("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": 1200, "height": min(height, whole), "scale": 1}
        answer = self.browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        folder = self.pictures / "docs"
        folder.mkdir(exist_ok=True)
        picture = Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB")
        # Charts have few colours: a palette makes the file a third as large.
        picture.quantize(128, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)


def close(a, b, tolerance=1e-12):
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-30)


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
