"""Drives the page of the rung nanogpt, by keyboard and mouse.

What it shows is held to `gpt2 inspect` on the model that lies beside the page; the command is the one beside `ladder`.
"""
import json
import math
import pathlib
import subprocess


def drive(pages):
    browser, check, open_page, folder = pages.browser, pages.check, pages.open, pages.folder / "nanogpt"
    open_page("nanogpt", has_script=False)
    check("nanogpt: without script there is nothing to press",
          browser.value("document.querySelectorAll('input, button').length") == 0)
    size = (folder / "index.html").stat().st_size
    check(f"nanogpt: the page has {size / 1e6:.2f} MB", size < 1_500_000)
    open_page("nanogpt")
    values = json.loads(browser.value("document.querySelector('#attention').dataset.values"))
    layers, heads, count = values["layers"], values["heads"], len(values["tokens"])
    command = [pathlib.Path(pages.ladder).with_name("gpt2"), "inspect", "--model", str(folder), "--json", "--lens", "--top", "5",
               "--prompt-tokens", ",".join(map(str, values["tokens"])), "--attention",
               ",".join(f"{layer}:{head}" for layer in range(layers) for head in range(heads))]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for one in report["attention"]:
        found = [browser.value(f"document.querySelector('#attention').weights({one['layer']}, {one['head']}, {t})")
                 for t in (0, count // 2, count - 1)]
        expected = [one["weights"][t] for t in (0, count // 2, count - 1)]
        check(f"nanogpt: layer {one['layer']}, head {one['head']} looks where `gpt2 inspect` says",
              all(abs(a - b) < 1e-6 for mine, theirs in zip(found, expected) for a, b in zip(mine, theirs)))
    last = report["lens"][-1]
    for blocks in range(layers + 1):
        found = browser.value(f"document.querySelector('#attention').lens({blocks}, {last['position']})")
        expected = [(token["id"], math.exp(token["log_probability"])) for token in last["layers"][blocks]["likeliest"]]
        check(f"nanogpt: after {blocks} layers it would say what `gpt2 inspect` says",
              [token for token, _ in found] == [token for token, _ in expected][:len(found)]
              and all(abs(a - b) < 1e-5 for (_, a), (_, b) in zip(found, expected)), (found, expected))

    said = lambda: browser.text("#attention .said")
    check("nanogpt: it begins at the last position", f"From position {count - 1}," in said(), said())
    browser.click("#attention [aria-label=layer] button:nth-child(2)")
    browser.click("#attention [aria-label=head] button:nth-child(3)")
    check("nanogpt: buttons choose a head", "layer 1, head 2 looks" in said(), said())
    browser.value("document.querySelector('#attention input[type=range]').focus()")
    browser.key("Home", 36)
    check("nanogpt: a key chooses a position", "From position 0," in said() and "(100.0 %)" in said(), said())
    browser.value("document.querySelectorAll('#attention g.image')[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    check("nanogpt: a small picture chooses a head", "layer 0, head 0 looks" in said(), said())
    rows = browser.texts("#attention tbody tr")
    check("nanogpt: a row for each layer", len(rows) == layers + 1, rows)
