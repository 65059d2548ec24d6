"""Makes Tests/Fixtures/inspection with transformers: what is inside two small models while they read.

    python make_inspection.py

Needs torch and transformers. Random models of 43 tokens, 19 positions, 3 layers and 3 heads of 5 channels:

gpt2/: a GPT-2 as transformers writes it.
relative/: one with 37 neurons a layer, the exact GELU, scores scaled by layer, another epsilon and a head of its own.
expected.json: for each, what transformers computes in float64 with eager attention, with everything on and with some
neurons and heads switched off; `inspection.py` says what of what shape.
"""

import json
import shutil
from pathlib import Path

import torch
from inspection import Inside, effect, lens
from transformers import GPT2Config, GPT2LMHeadModel

FOLDER = Path(__file__).parent / "../../Tests/Fixtures/inspection"
SIZES = {"vocab_size": 43, "n_positions": 19, "n_embd": 15, "n_layer": 3, "n_head": 3, "bos_token_id": None, "eos_token_id": None}
TOKENS = [7, 42, 0, 19, 19, 3, 30, 11, 25, 1, 8, 40, 7]
CASES = {
    "gpt2": {},
    "relative": {
        "n_inner": 37, "activation_function": "gelu", "scale_attn_by_inverse_layer_idx": True,
        "layer_norm_epsilon": 0.03, "tie_word_embeddings": False,
    },
}
NEURONS = [(0, 5), (1, 0), (1, 36), (2, 13)]
HEADS = [(0, 2), (2, 0), (2, 1)]
EFFECT = (1, 36)
LENS_POSITION = 4


def random_model(**changes: object) -> GPT2LMHeadModel:
    torch.manual_seed(16)
    model = GPT2LMHeadModel(GPT2Config(**SIZES, **changes, attn_implementation="eager")).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.5)
    return model


def rounded(tensor: torch.Tensor) -> list:
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda x: round(float(x), 9))


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
expected = {}
for name, changes in CASES.items():
    model = random_model(**changes)
    model.save_pretrained(FOLDER / name)
    model.double()
    inside = Inside(model, TOKENS)
    expected[name] = {
        "states": [rounded(state) for state in inside.states],
        "final": rounded(inside.final),
        "mean": rounded(inside.final.mean(0)),
        "attentions": [rounded(weights) for weights in inside.attentions],
        "activations": [rounded(values) for values in inside.activations],
        "log_probabilities": rounded(inside.logits.log_softmax(-1)),
        "lens": [rounded(lens(model, state[LENS_POSITION]).log_softmax(-1)) for state in inside.states],
        "effect": rounded(effect(model, *EFFECT)),
        "neurons_off": rounded(Inside(model, TOKENS, neurons=NEURONS).logits[-1]),
        "heads_off": rounded(Inside(model, TOKENS, heads=HEADS).logits[-1]),
        "both_off": rounded(Inside(model, TOKENS, NEURONS, HEADS).logits[-1]),
    }
expected |= {
    "tokens": TOKENS, "neurons": NEURONS, "heads": HEADS, "effect_of": EFFECT, "lens_position": LENS_POSITION,
}
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")
for path in FOLDER.rglob("*"):
    if path.is_file():
        path.chmod(0o644)
