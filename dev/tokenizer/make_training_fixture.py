"""Makes Tests/Fixtures/tokenizer/training.json: merges that Hugging Face's tokenizers learns from the texts of awkward.py.

    pip install tokenizers
    python make_training_fixture.py

For each text and minimum frequency all merges that are possible, up to MOST. 0.23.3 of tokenizers made the file.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from awkward import TEXTS

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/tokenizer/training.json"
MOST = 400


def trainer(vocabulary_size, minimum_frequency):
    return trainers.BpeTrainer(
        vocab_size=vocabulary_size, min_frequency=minimum_frequency, special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return made


def merges(made):
    return [pair if isinstance(pair, list) else pair.split(" ") for pair in json.loads(made.to_str())["model"]["merges"]]


def record(name, text, minimum_frequency):
    made = tokenizer()
    made.train_from_iterator([text], trainer(257 + MOST, minimum_frequency))
    # Its tokens of the text, spelt: its ids are others, since the special token comes first there.
    tokens = made.encode(text).tokens
    return {"name": name, "minimum_frequency": minimum_frequency, "text": text,
            "merges": [" ".join(pair) for pair in merges(made)], "tokens": len(tokens)}


def main():
    records = [record(name, text, minimum) for name, text in TEXTS.items() for minimum in (1, 2)]
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]
    OUTPUT.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    for record_ in records:
        print(record_["name"], record_["minimum_frequency"], len(record_["merges"]), "merges")


if __name__ == "__main__":
    main()
