"""The page that leads from rung to rung."""
import pathlib
import subprocess


def drive(pages):
    browser, check = pages.browser, pages.check
    pages.open("")
    links = browser.value("[...document.querySelectorAll('h2 a')].map((e) => e.getAttribute('href'))")
    listed = subprocess.run([pages.ladder, "list"], check=True, capture_output=True, text=True).stdout
    there = [line.split()[0] for line in listed.splitlines() if pages.has(line.split()[0])]
    check("the index leads to the rungs that are there", links == [f"{name}/index.html" for name in there], links)
    browser.click("h2 a")
    for place, name in enumerate(there):
        browser.wait(f"location.pathname.endsWith('/{name}/index.html')", "the page of " + name)
        if place + 1 < len(there):
            browser.click(f"nav a[href='../{there[place + 1]}/index.html']")
    for name in reversed(there[:-1]):
        browser.click(f"nav a[href='../{name}/index.html']")
        browser.wait(f"location.pathname.endsWith('/{name}/index.html')", "the page of " + name)
    check(f"from the first of {len(there)} to the last, and back", True)
    for page in ("", *there):
        pages.open(page)
        for link in browser.value("[...document.querySelectorAll('a')].map((e) => e.href)"):
            if link.startswith("file://"):
                place = pathlib.Path(link.removeprefix("file://"))
                check(f"{page or 'index'}: there is {place.name}", place.exists(), link)
