"""What make_inspection.py and inspection_round_trip.py share: what transformers computes inside a model on its way."""

import torch
from torch import Tensor
from transformers import GPT2LMHeadModel


class Inside:
    """One pass over `tokens`, with eager attention, with neurons and heads switched off: pairs of (layer, number)."""

    def __init__(self, model: GPT2LMHeadModel, tokens: list[int], neurons=(), heads=()):
        self.activations: list[Tensor] = []  # a layer (T, H), before any is switched off
        self.last_block: Tensor | None = None
        self.head_size = model.config.n_embd // model.config.n_head
        handles = [model.transformer.h[-1].register_forward_hook(self.keep_last_block)]
        for layer, block in enumerate(model.transformer.h):
            off = [number for place, number in neurons if place == layer]
            handles.append(block.mlp.c_proj.register_forward_pre_hook(self.keep_and_switch_off_neurons(off)))
            off = [number for place, number in heads if place == layer]
            handles.append(block.attn.c_proj.register_forward_pre_hook(self.switch_off_heads(off)))
        with torch.no_grad():
            output = model(torch.tensor([tokens]), output_attentions=True, output_hidden_states=True)
        for handle in handles:
            handle.remove()
        self.logits = output.logits[0]  # (T, V)
        self.attentions = [weights[0] for weights in output.attentions]  # a layer (NH, T, T)
        # Behind 0, 1, ... L blocks, (T, C): the last of transformers' own is normalised.
        self.states = [state[0] for state in output.hidden_states[:-1]] + [self.last_block]
        self.final = output.hidden_states[-1][0]  # (T, C)

    def keep_last_block(self, module, inputs, output) -> None:
        self.last_block = (output[0] if isinstance(output, tuple) else output)[0]

    def keep_and_switch_off_neurons(self, off: list[int]):
        def hook(module, inputs):
            self.activations.append(inputs[0][0].clone())
            values = inputs[0].clone()
            values[..., off] = 0
            return (values,)
        return hook

    def switch_off_heads(self, off: list[int]):
        def hook(module, inputs):
            values = inputs[0].clone()
            for head in off:
                values[..., head * self.head_size : (head + 1) * self.head_size] = 0
            return (values,)
        return hook


def lens(model: GPT2LMHeadModel, state: Tensor) -> Tensor:
    """The logits (..., V) of a residual stream, if no block came after it."""
    with torch.no_grad():
        return model.lm_head(model.transformer.ln_f(state))


def effect(model: GPT2LMHeadModel, layer: int, neuron: int) -> Tensor:
    """What a neuron's activation adds to each logit, (V): its column through the classifier."""
    with torch.no_grad():
        return model.lm_head(model.transformer.h[layer].mlp.c_proj.weight[neuron])
