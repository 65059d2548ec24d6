"""Usage: check_page.py ADDRESS KEY PICTURES RUN

Drives the page of a gpt2-serve with the models "checked" and "small", make_small.py's, and "run", of the run directory RUN, in a real Chromium (CHROMIUM names another program), as people do, and
holds what it shows against /inspect. PICTURES is a folder for what it looks like.
"""
import array
import json
import math
import os
import pathlib
import re
import sys
import urllib.request

from browser import Browser

address, key, pictures = sys.argv[1].rstrip("/"), sys.argv[2], pathlib.Path(sys.argv[3])
run = pathlib.Path(sys.argv[4])
pictures.mkdir(parents=True, exist_ok=True)


def check(what, holds, found=None):
    print(("ok      " if holds else "DIFFERS ") + what + ("" if holds or found is None else f": {found}"), flush=True)
    if not holds:
        browser.picture(pictures / "failed.png")
        sys.exit(1)


def ask(path, body):
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"Authorization": "Bearer " + key})
    return json.load(urllib.request.urlopen(request))


def inspect(**body):
    return ask("/inspect/checked", body)


def percent(log_probability):
    """As the page writes it."""
    value = 100 * math.exp(log_probability)
    if value >= 0.001:
        return "%.3g\u00a0%%" % value
    return re.sub("e-0*", "e-", "%.1e" % value) + "\u00a0%"


def spelt(token):
    if "bytes" in token:
        return "⟨" + " ".join("%02x" % byte for byte in token["bytes"]) + "⟩"
    text = token["text"].replace("\n", "↵").replace("\t", "⇥").replace("\r", "␍")
    return re.sub("[\x00-\x1f\x7f]", lambda found: "⟨%02x⟩" % ord(found[0]), text)


def marked(token):
    return re.sub("^ ", "␣", spelt(token))


def quoted(token):
    return "“" + re.sub("^ ", "\u00a0", spelt(token)) + "”"


def titles():
    return browser.value("[...document.querySelectorAll('#text .token')].map((e) => e.title)")[:-1]


def shown():
    """The tokens of the text, without the place for the next."""
    return browser.texts("#text .token")[:-1]


def press(place):
    browser.click(f"#text [data-place='{place}']")
    idle()


def idle():
    """Until all that was asked for is shown."""
    browser.wait("Object.keys(running).length > 0 && pending === 0 && !writing", "the page")


def reload(tokens):
    """Loads the page again, which forgets the key, and waits for the address's text, of so many tokens."""
    browser.call("Page.reload")
    browser.wait("byId('page-error').textContent.includes('no valid key')", "that the key is forgotten")
    browser.type("#key", key)
    browser.key("Enter", 13)
    browser.wait(f"document.querySelectorAll('#text .token').length === {tokens}", "the text after a reload")
    idle()


def rows(body):
    return browser.value(f"[...document.querySelectorAll('#{body} tr')].map((r) => [...r.cells].map((c) => c.textContent))")


browser = Browser(os.environ.get("CHROMIUM", "chromium"))
browser.look(1200)
browser.call("Page.navigate", url=address + "/")
browser.wait("byId('page-error').textContent.includes('no valid key')", "the refusal without a key")
browser.type("#key", key)
browser.key("Enter", 13)
browser.wait("document.readyState === 'complete' && document.querySelector('#model').value === 'checked'", "the models")

# Write and continue.
prompt = "Alan Turing was born in London. As a boy,"
browser.type("#prompt", prompt)
browser.type("#temperature", "0")
browser.type("#count", "16")
browser.click("#continue")
browser.wait("document.querySelector('#status').textContent === '16 tokens written.'", "16 tokens")
idle()
whole = ask("/v1/completions", {"prompt": prompt, "max_tokens": 16, "temperature": 0})["choices"][0]["text"]
check("the text is the server's", "".join(shown()) == (prompt + whole).replace("\n", "↵"), shown())
ids = ask("/tokenize", {"prompt": prompt + whole})["tokens"]
report = inspect(tokens=ids, scores={"top": 10}, next={"top": 10})
expected = ["nothing before it"] + [f"{percent(s['log_probability'])}, rank {s['rank']:,}" for s in report["scores"]]
check("every token's probability and rank", titles() == expected, list(zip(titles(), expected)))

# Alternatives, and a branch from them.
first = browser.value("location.hash")
place = len(ids) - 12
press(place)
likeliest = report["scores"][place - 1]["likeliest"]
check("the alternatives", browser.texts("#choices button")
      == [f"{marked(token)}  {percent(token['log_probability'])}" for token in likeliest], browser.texts("#choices button"))
browser.look(360, 800)
browser.picture(pictures / "alternatives.png")
browser.look(1200)
other = next(token for token in likeliest if token["id"] != ids[place])
browser.click(f"#choices [data-id='{other['id']}']")
browser.wait(f"location.hash !== {json.dumps(first)}", "a new address")
idle()
check("the keyboard is at its token", browser.value("document.activeElement.dataset.place") == str(place))
check("a branch", shown() == [spelt(t) for t in report["tokens"][:place]] + [spelt(other)], shown())
browser.type("#count", "6")
browser.click("#continue")
browser.wait("document.querySelector('#status').textContent.includes('6 tokens written')", "6 tokens")
idle()
check("it goes on", len(shown()) == place + 7)
branched, second = shown(), browser.value("location.hash")
check("the tree", len(browser.texts("#tree button")) == 3, browser.texts("#tree button"))
browser.value("history.back()"), browser.value("history.back()")
browser.wait(f"location.hash === {json.dumps(first)}", "the first address")
browser.wait(f"document.querySelectorAll('#text .token').length === {len(ids) + 1}", "the first text")
idle()
check("back", "".join(shown()) == (prompt + whole).replace("\n", "↵"))
browser.value("history.forward()"), browser.value("history.forward()")
browser.wait(f"location.hash === {json.dumps(second)}", "the second address")
browser.wait(f"document.querySelectorAll('#text .token').length === {len(branched) + 1}", "the second text")
idle()
check("forward", shown() == branched)
reload(len(branched) + 1)
check("the address alone brings it back", shown() == branched and browser.value("byId('prompt').value") == prompt)
check("its tree too", len(browser.texts("#tree button")) == 3)
browser.click("#tree > li > ul > li > button")
browser.wait(f"document.querySelectorAll('#text .token').length === {len(ids) + 1}", "the first branch")
idle()

# Attention.
look = 8
press(look)
browser.choose("#attention-layer", 4)
browser.choose("#head", 7)
idle()
weights = inspect(tokens=ids, attention=[{"layer": 4, "heads": [7]}])["attention"][0]["weights"]
order = sorted(range(look + 1), key=lambda t: -weights[look][t])[:5]
sentence = ", ".join(f"{quoted(report['tokens'][t])} ({t}) {percent(math.log(weights[look][t]))}" for t in order)
check("where a head looks", browser.text("#looks") == f"{quoted(report['tokens'][look])} looks at {sentence}.",
      (browser.text("#looks"), sentence))
check("its arcs", browser.value("document.querySelectorAll('#arcs path').length") == sum(w >= 0.01 for w in weights[look]))
pixels = browser.value(
    "(() => { const c = byId('map'), g = c.getContext('2d'), n = %d, s = c.width / n; const list = [];"
    "for (let t = 0; t < n; t++) for (let u = 0; u <= t; u++) if (t !== %d) list.push(["
    "Math.abs(t - %d) > 1 ? [...g.getImageData((u + .5) * s, (t + .5) * s, 1, 1).data].slice(0, 3) : null, t, u]);"
    "return list; })()" % (len(ids), look, look))
ramp = [[0, 34, 78], [67, 78, 108], [125, 124, 120], [188, 174, 108], [254, 232, 56]]


def colour(weight):
    place = min(math.sqrt(weight), 1) * 4
    index = min(int(place), 3)
    return [a + (b - a) * (place - index) for a, b in zip(ramp[index], ramp[index + 1])]


check("its map", all(max(abs(a - b) for a, b in zip(pixel, colour(weights[t][u]))) <= 2 for pixel, t, u in pixels if pixel))

# The logit lens.
lens = inspect(tokens=ids, lens={"positions": [look], "top": 1})["lens"][0]
expected = [[str(l["blocks"]), marked(l["likeliest"][0]), percent(l["likeliest"][0]["log_probability"]),
             f"{l['rank']:,}", percent(l["log_probability"])] for l in lens["layers"]]
check("the logit lens", rows("lens") == expected, rows("lens"))

# Neurons, and the most active one off.
layers = report["model"]["layers"]
browser.choose("#neuron-layer", layers - 1)
idle()
neurons = inspect(tokens=ids, neurons=[{"layer": layers - 1, "position": look, "activations": True}])["neurons"][0]
expected = [[str(n["neuron"]), "%.3f" % n["activation"], "".join(map(marked, n["promotes"])),
             "".join(map(marked, n["suppresses"]))] for n in neurons["neurons"]]
check("the neurons", [row[:2] + row[3:] for row in rows("neurons")] == expected, rows("neurons"))


def effect(ablation):
    """The page's table against /inspect."""
    wanted = {"top": 8, "token": ids[look + 1]}
    answer = inspect(tokens=ids[:look + 1], next=wanted, ablation=ablation)["next"]
    lines = {row[0].removesuffix(" (came next)"): row[1:3] for row in rows("effect")}
    tokens = answer["likeliest"] + answer["intact_likeliest"] + [answer["target"]]
    same = all(lines.get(marked(t)) == [percent(t["intact_log_probability"]), percent(t["log_probability"])] for t in tokens)
    sentence = browser.text("#changed")
    return answer["changed_tokens"], same and sentence.startswith(f"{answer['changed_tokens']:,} tokens changed"), sentence


most = neurons["neurons"][0]["neuron"]
browser.click(f"#neurons [data-neuron='{most}'] button")
idle()
changed, same, sentence = effect({"neurons": [{"layer": layers - 1, "neuron": most}]})
check("the keyboard stays", browser.value("document.activeElement.ariaLabel") == f"Switch on neuron {most} of layer {layers - 1}")
check(f"neuron {most} off", changed > 0 and same, (sentence, rows("effect")))
browser.picture(pictures / "neuron-off.png")
browser.click("#head-off")
idle()
changed, same, sentence = effect({"neurons": [{"layer": layers - 1, "neuron": most}], "heads": [{"layer": 4, "head": 7}]})
check("and head 7 of layer 4", changed > 0 and same and "1 neuron and 1 head" in sentence, (sentence, rows("effect")))
check("it can be switched on again", browser.text("#head-off") == "Switch this head on")
browser.type("#off-neurons", "0:0-99, 3:7")
browser.type("#off-heads", "2:1, 5:0-3")
browser.click("#off-apply")
idle()
changed, same, sentence = effect({
    "neurons": [{"layer": 0, "neuron": n} for n in range(100)] + [{"layer": 3, "neuron": 7}],
    "heads": [{"layer": 2, "head": 1}] + [{"layer": 5, "head": n} for n in range(4)]})
check("101 neurons and 5 heads off", changed > 0 and same and "101 neurons and 5 heads" in sentence, sentence)
off = inspect(tokens=ids, scores={"top": 1}, ablation={"neurons": [{"layer": 0, "neuron": n} for n in range(100)] + [
    {"layer": 3, "neuron": 7}], "heads": [{"layer": 2, "head": 1}] + [{"layer": 5, "head": n} for n in range(4)]})
check("and the text's probabilities without them",
      titles()[1:] == [f"{percent(s['log_probability'])}, rank {s['rank']:,}" for s in off["scores"]])
hash_off = browser.value("location.hash")
check("the address has what is off", hash_off.endswith("&n=0:0-99,3:7&h=2:1,5:0-3"), hash_off)
reload(len(ids) + 1)
check("it brings it back",
      titles()[1:] == [f"{percent(s['log_probability'])}, rank {s['rank']:,}" for s in off["scores"]]
      and browser.value("byId('off-neurons').value") == "0:0-99, 3:7"
      and browser.value("byId('off-heads').value") == "2:1, 5:0-3" and "101 neurons and 5 heads" in browser.text("#write-off"))
browser.type("#off-neurons", "3-17")
browser.click("#off-apply")
idle()
check("what is no neuron is said", "3-17" in browser.text("#off-error"), browser.text("#off-error"))
browser.type("#off-neurons", "999:1")
browser.click("#off-apply")
idle()
check("the server's error is shown", "999" in browser.text("#off-error"), browser.text("#off-error"))
browser.click("#off-clear")
idle()
check("all on again", browser.text("#changed") == "Nothing is switched off." and browser.text("#off-error") == "")

# What it looks like.
for name, width, dark in (("light", 1200, False), ("dark", 1200, True), ("phone-light", 360, False), ("phone-dark", 360, True)):
    browser.look(width, 800, dark)
    browser.value("lookInside()")
    idle()
    check(f"{name}: nothing is wider than {width}", browser.value("document.documentElement.scrollWidth") <= width)
    browser.picture(pictures / f"{name}.png")
browser.look(1200)

# By keyboard.
browser.value("document.querySelector('#text [data-place=\"3\"]').focus()")
browser.key("Enter", 13)
idle()
check("a token by keyboard", browser.text("#alternatives-title").startswith(f"{quoted(report['tokens'][3])} had "))
check("all can be named", browser.nameless() == [], browser.nameless())

# Stopping, and text that looks like markup.
browser.type("#count", "400")
browser.type("#temperature", "0")
browser.click("#continue")
browser.wait("document.querySelectorAll('#text .written').length > 22", "some tokens")
browser.click("#stop")
browser.wait("document.querySelector('#status').textContent.includes('then stopped')", "the end")
idle()
check("a text that is stopped keeps what it had", 22 < len(browser.texts("#text .written")) < 400)
markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"
browser.type("#prompt", markup)
browser.click("#read")
browser.wait("document.querySelector('#status').textContent.endsWith('read.')", "the prompt")
idle()
check("markup stays text", "".join(shown()) == markup and browser.value("document.querySelectorAll('img').length") == 0)
browser.type("#prompt", "word " * 3000)
browser.click("#read")
browser.wait("byId('write-error').textContent !== ''", "an error")
check("a prompt that is too long", "expected at most" in browser.text("#write-error"), browser.text("#write-error"))

# A small model: what was 0 changes nothing, and a text ends with the positions.
browser.choose("#model", "small")
browser.type("#prompt", "A small model")
browser.click("#read")
browser.wait("document.querySelector('#status').textContent === '13 tokens read.'", "the small model")
idle()
small = ask("/inspect/small", {"text": "A small model", "neurons": [{"layer": 1, "activations": True}]})["neurons"][0]
check("its inactive neurons", browser.text("#inactive") == f"{small['inactive']} neuron{'s' * (small['inactive'] != 1)} of 128 "
      + ("is" if small["inactive"] == 1 else "are") + " exactly 0 here: "
      + ", ".join(str(n) for n, value in enumerate(small["activations"]) if value == 0) + ".", browser.text("#inactive"))
browser.click("#inactive-off")
idle()
check("off, they change exactly nothing", browser.text("#changed").startswith("0 tokens changed of 257"), browser.text("#changed"))
browser.look(360, 800)
browser.picture(pictures / "small.png")
browser.look(1200)
browser.type("#off-heads", "0:0-1, 1:0-1")
browser.click("#off-apply")
idle()
ablation = {"neurons": [{"layer": 1, "neuron": 5}], "heads": [{"layer": l, "head": h} for l in (0, 1) for h in (0, 1)]}
browser.type("#temperature", "0")
browser.click("#continue")
browser.wait("document.querySelector('#status').textContent.includes('written')", "its text")
idle()
check("it writes to the last position" if len(shown()) == 48 else "it writes to a document's end",
      len(shown()) == 48 or shown()[-1] == "<|endoftext|>", shown())
check("without its heads", all(title.endswith("rank 1") for title in titles()[13:]), titles()[13:])
if len(shown()) == 48:
    browser.click("#continue")
    idle()
    check("and says when it is full", "48 positions" in browser.text("#write-error"), browser.text("#write-error"))

# A run of which the server finds a newer checkpoint.
browser.choose("#model", "run")
browser.type("#prompt", "A run")
browser.click("#read")
browser.wait("document.querySelector('#status').textContent === '5 tokens read.'", "the run")
idle()
before = titles()
weights = (run / "model_00000001.bin").read_bytes()
numbers = array.array("f", weights[1024:])
(run / "new").write_bytes(weights[:1024] + array.array("f", [1.25 * number for number in numbers]).tobytes())
(run / "new").rename(run / "model_00000002.bin")
(run / "DONE_00000002").touch()
browser.wait("byId('newer').textContent.includes('model_00000002.bin')", "the newer checkpoint")
idle()
now = ask("/inspect/run", {"text": "A run", "scores": {"top": 1}})["scores"]
check("the page follows it", titles() != before
      and titles()[1:] == [f"{percent(s['log_probability'])}, rank {s['rank']:,}" for s in now], titles())

others = [url for url in browser.requests if not url.startswith(address + "/") and url != "about:blank"]
check("nothing is asked of others", others == [], others)
# The browser itself logs the answers with an error that were asked for above.
faults = [fault for fault in browser.faults if "status of 40" not in fault]
check("nothing went wrong in the page", faults == [], faults)
