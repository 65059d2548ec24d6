"""Usage: check_openai.py ADDRESS KEY

Asks a gpt2-serve with the model "checked" by openai-python as it is, and reads its metrics by prometheus_client's parser.
"""
import math
import sys
import threading
import urllib.request

import openai
from prometheus_client.parser import text_string_to_metric_families

address, key = sys.argv[1:]
client = openai.OpenAI(base_url=address + "/v1", api_key=key, max_retries=0)


def check(what, holds):
    print(("ok      " if holds else "DIFFERS ") + what)
    if not holds:
        sys.exit(1)


def fails(kind, **fields):
    try:
        client.completions.create(**{"model": "checked", "prompt": "To be", **fields})
    except kind as error:
        return error
    return None


print("openai-python", openai.__version__)
check("models", [model.id for model in client.models.list()] == ["checked"])
check("one model", client.models.retrieve("checked").object == "model")

greedy = {"model": "checked", "prompt": "To be, or not", "max_tokens": 20, "temperature": 0}
whole = client.completions.create(**greedy)
check("a completion", whole.usage.completion_tokens == 20 and whole.choices[0].finish_reason == "length")
check("again the same", client.completions.create(**greedy).choices[0].text == whole.choices[0].text)
events = list(client.completions.create(**greedy, stream=True, stream_options={"include_usage": True}))
check("a stream of it", "".join(e.choices[0].text for e in events if e.choices) == whole.choices[0].text)
check("its usage", events[-1].usage == whole.usage and events[-1].choices == [])

several = client.completions.create(model="checked", prompt=["A", "The"], n=2, max_tokens=8, seed=7, top_p=0.9)
again = client.completions.create(model="checked", prompt=["A", "The"], n=2, max_tokens=8, seed=7, top_p=0.9)
check("four texts, by seed", [c.text for c in several.choices] == [c.text for c in again.choices])
check("their places", [choice.index for choice in several.choices] == [0, 1, 2, 3])

scored = client.completions.create(**greedy, logprobs=3, echo=True)
list_ = scored.choices[0].logprobs
check("log-probabilities of prompt and text", len(list_.tokens) == len(list_.token_logprobs) == 25)
check("the first has none", list_.token_logprobs[0] is None and list_.top_logprobs[0] is None)
check("tokens make the text", "".join(list_.tokens) == scored.choices[0].text)
check("offsets", all(scored.choices[0].text[o:].startswith(t) for o, t in zip(list_.text_offset, list_.tokens)))
check(
    "greedy tokens are the likeliest",
    all(own == max(top.values()) for own, top in zip(list_.token_logprobs[5:], list_.top_logprobs[5:])),
)
check("probabilities are below one", all(sum(map(math.exp, top.values())) < 1 + 1e-6 for top in list_.top_logprobs[1:]))
alone = client.completions.create(model="checked", prompt="To be, or not", max_tokens=0, echo=True, logprobs=0)
check("a prompt alone", alone.choices[0].logprobs.token_logprobs == list_.token_logprobs[:5])
stopped = client.completions.create(**{**greedy, "stop": whole.choices[0].text[5:8]})
check("a stop string", stopped.choices[0].text == whole.choices[0].text[:5] and stopped.choices[0].finish_reason == "stop")

error = fails(openai.BadRequestError, prompt=[5] * 1025)
check("a prompt too long", error and error.code == "context_length_exceeded" and "1025" in error.message)
error = fails(openai.BadRequestError, temperature="hot")
check("a wrong type", error and error.param == "temperature")
error = fails(openai.NotFoundError, model="nobody")
check("an unknown model", error and error.code == "model_not_found")
stranger = client.with_options(api_key="another")
try:
    stranger.models.list()
    check("another key", False)
except openai.AuthenticationError as error:
    check("another key", error.code == "invalid_api_key")
try:
    client.chat.completions.create(model="checked", messages=[{"role": "user", "content": "Hello"}])
    check("a chat", True)
except openai.BadRequestError as error:
    check("no chat without a template", error.code == "no_chat_template")

stream = client.completions.create(model="checked", prompt="A", max_tokens=4000, stream=True)
next(iter(stream))
stream.close()

together = [None] * 8


def ask(place):
    together[place] = client.completions.create(**{**greedy, "seed": place, "temperature": 1}).choices[0].text


threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
single = [client.completions.create(**{**greedy, "seed": s, "temperature": 1}).choices[0].text for s in range(8)]
check("eight at once are what each is alone", together == single)

request = urllib.request.Request(address + "/metrics", headers={"Authorization": "Bearer " + key})
text = urllib.request.urlopen(request).read().decode()
families = {family.name: family for family in text_string_to_metric_families(text)}
check("metrics", families["gpt2_written_tokens"].samples[0].value > 100)
check("histograms", families["gpt2_first_token_seconds"].type == "histogram")
check("nothing is left of the stream that was closed", families["gpt2_texts_running"].samples[0].value == 0)
print("passed")
