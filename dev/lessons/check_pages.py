"""Usage: check_pages.py LADDER PAGES PICTURES [DATA]

Drives the pages that `ladder` wrote to the folder PAGES in a real Chromium (CHROMIUM names another program), and holds what
they compute against the program LADDER, and against what the originals printed. PICTURES is a folder for what they look like;
DATA the folder that the pages learnt from, if there is one.

What a page is held to by itself is in pages_RUNG.py, as a function `drive` of the `Pages` in pages.py. PICTURES/docs has the
pictures that the rungs' pages in Lessons.docc show; `pose` and HEIGHT of the module say what of the page.
"""
import importlib
import os
import pathlib
import sys

from browser import Browser
from pages import Pages

ladder, folder, pictures = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
pictures.mkdir(parents=True, exist_ok=True)
pages = Pages(Browser(os.environ.get("CHROMIUM", "chromium")), ladder, folder, pictures, *sys.argv[4:5])
driven = sorted(path.stem.removeprefix("pages_") for path in pathlib.Path(__file__).parent.glob("pages_*.py"))
there = sorted(path.parent.name for path in pages.folder.glob("*/index.html"))

for name in driven:
    if name != "index" and name not in there:
        print(f"SKIPPED {name}: there is no such page")
        continue
    pages.browser.look(1280)
    importlib.import_module("pages_" + name).drive(pages)
for name in ["", *there]:
    pages.look(name)
for name in there:
    # A rung's module may say what is to be seen on its picture.
    module = importlib.import_module("pages_" + name) if name in driven else None
    pages.document(name, getattr(module, "pose", None), getattr(module, "HEIGHT", 1700))
foreign = [url for url in pages.browser.requests if not url.startswith(("file:", "data:"))]
pages.check("nothing is asked of a network", foreign == [], foreign)
pages.check("nothing went wrong", pages.browser.faults == [], pages.browser.faults)
print("all is as it should be")
