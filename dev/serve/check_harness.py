"""Usage: check_harness.py ADDRESS MODEL TEXT FOLDER

Lets lm-evaluation-harness, as it is, score two tasks made of the lines of TEXT, in the shapes of HellaSwag and LAMBADA: once
through the gpt2-serve at ADDRESS (local-completions, its remote tokenizer), once by transformers on MODEL, the same model as a
Hugging Face folder. Accuracies must be the same and log-likelihoods nearly so. FOLDER is for the tasks.
"""
import json
import os
import random
import sys

os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
import lm_eval
from lm_eval.tasks import TaskManager

address, model, text, folder = sys.argv[1:]
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
print("DIFFERS" if differs else "passed")
sys.exit(1 if differs else 0)
