"""Usage: check_harness.py ADDRESS MODEL TEXT FOLDER GPT2

Lets lm-evaluation-harness, as it is, score two tasks made of the lines of TEXT, in the shapes of HellaSwag and LAMBADA: once
through the gpt2-serve at ADDRESS (local-completions, its remote tokenizer), once by transformers on MODEL, the same model as a
Hugging Face folder. Accuracies must be the same and log-likelihoods nearly so. Then the command GPT2 evaluates the same
documents, LAMBADA's as they are and HellaSwag's as llm.c's file of choices, and must come to the harness's own numbers.
FOLDER is for the tasks.
"""
import json
import os
import random
import struct
import subprocess
import sys

os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
import lm_eval
from lm_eval.tasks import TaskManager
from transformers import AutoTokenizer

address, model, text, folder, gpt2 = sys.argv[1:]
DOCUMENTS = 24

random.seed(1)
lines = [line for line in open(text, encoding="utf-8").read().split("\n") if len(line) > 25]
choices, last = [], []
for count in range(DOCUMENTS):
    at = random.randrange(len(lines) - 5)
    endings = [" " + lines[at + 2]] + [" " + random.choice(lines) for _ in range(3)]
    if count % 5 == 0:
        endings[1] = " — café “naïve” 日本"  # Tokens that are no whole characters.
    order = list(range(4))
    random.shuffle(order)
    choices.append(
        {"ctx": lines[at] + "\n" + lines[at + 1], "endings": [endings[place] for place in order], "label": order.index(0)}
    )
    last.append({"text": " ".join(lines[at : at + 3])})

TASK = """task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    validation: {folder}/{name}.json
validation_split: validation
target_delimiter: ""
"""
SHAPES = {
    "made_choices": (choices, """output_type: multiple_choice
doc_to_text: "{{ctx}}"
doc_to_target: "{{label}}"
doc_to_choice: "{{endings}}"
metric_list:
  - metric: acc
  - metric: acc_norm
"""),
    "made_last_words": (last, """output_type: loglikelihood
doc_to_text: "{{text.split(' ')[:-1]|join(' ')}}"
doc_to_target: "{{' ' + text.split(' ')[-1]}}"
metric_list:
  - metric: perplexity
  - metric: acc
"""),
}
for name, (documents, shape) in SHAPES.items():
    with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, documents)))
    with open(f"{folder}/{name}.yaml", "w", encoding="utf-8") as file:
        file.write(TASK.format(name=name, folder=folder) + shape)


def evaluate(kind, arguments):
    return lm_eval.simple_evaluate(
        model=kind, model_args=arguments, tasks=list(SHAPES), task_manager=TaskManager(include_path=folder),
        bootstrap_iters=0, log_samples=True,
    )


def responses(result, name):
    samples = sorted(result["samples"][name], key=lambda sample: sample["doc_id"])
    return [tuple(response[0]) for sample in samples for response in sample["resps"]]


served = evaluate(
    "local-completions",
    {"model": "checked", "base_url": address + "/v1/completions", "tokenizer_backend": "remote", "max_length": 1024,
     "num_concurrent": 4, "tokenized_requests": True},
)
own = evaluate("hf", {"pretrained": model, "dtype": "float32", "device": "cpu", "batch_size": 16})
differs = False
for name in SHAPES:
    a, b = responses(served, name), responses(own, name)
    largest = max(abs(float(x[0]) - float(y[0])) for x, y in zip(a, b))
    greedy = sum(str(x[1]) != str(y[1]) for x, y in zip(a, b))
    numbers = {key: (served["results"][name][key], own["results"][name][key])
               for key in served["results"][name] if key.startswith(("acc,", "acc_norm,", "perplexity,"))}
    print(f"{name}: {len(a)} log-likelihoods, largest difference {largest:.1e} (of {min(float(y[0]) for y in b):.1f} at the "
          f"least), {greedy} differ in whether they are greedy; {numbers}")
    differs |= len(a) != len(b) or largest > 1e-2 or greedy > 0
    differs |= any(abs(x - y) > 1e-3 * abs(y) for x, y in numbers.values())


def choices_file(path):
    """The documents in llm.c's format, with the tokens that the harness has: those of context and ending as one text."""
    tokenizer, streams = AutoTokenizer.from_pretrained(model), []
    for index, document in enumerate(choices):
        context = tokenizer.encode(document["ctx"])
        body = [index, document["label"], len(document["endings"]), len(context), *context]
        for ending in document["endings"]:
            tokens = tokenizer.encode(document["ctx"] + ending)[len(context):]
            body += [len(tokens), *tokens]
        streams.append(struct.pack(f"<{len(body) + 2}H", 65535, 2 * (len(body) + 2), *body))
    header = [20240522, 1, len(streams), max(map(len, streams))] + [0] * 252
    with open(path, "wb") as file:
        file.write(struct.pack("<256i", *header) + b"".join(streams))


def by_command(*options):
    command = [gpt2, "evaluate", "--model", model, "--json", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


choices_file(f"{folder}/choices.bin")
found = by_command("--choices", f"{folder}/choices.bin")
expected = own["results"]["made_choices"]["acc,none"]
print(f"gpt2 evaluate --choices: accuracy {found['accuracy']}, the harness's {expected}")
differs |= abs(found["accuracy"] - expected) > 1e-6
found, expected = by_command("--lambada", f"{folder}/made_last_words.json"), own["results"]["made_last_words"]
print(f"gpt2 evaluate --lambada: accuracy {found['accuracy']}, perplexity {found['perplexity']}; the harness's "
      f"{expected['acc,none']}, {expected['perplexity,none']}")
differs |= abs(found["accuracy"] - expected["acc,none"]) > 1e-6
differs |= abs(found["perplexity"] / expected["perplexity,none"] - 1) > 1e-4
print("DIFFERS" if differs else "passed")
sys.exit(1 if differs else 0)
