"""Makes Tests/Fixtures/gguf with ggml's own Python package.

    python make_gguf.py

Needs numpy and gguf.

types.gguf: metadata of every type, and a tensor of every type that is read.
model_q8_0.gguf: a GPT-2 of one layer as llama.cpp's convert_hf_to_gguf.py writes it in Q8_0, with the tokenizer
Tests/Fixtures/tokenizer/small.bin. Its weights follow from their place, so that a test can make the same ones.
"""

from pathlib import Path

import gguf
import numpy as np
from byte_pairs import byte_to_unicode, halves, read_tokenizer
from gguf import GGMLQuantizationType as Type
from gguf import quants

FIXTURES = Path(__file__).parent / "../../Tests/Fixtures"
MAX_SEQUENCE, LAYERS, HEADS, CHANNELS = 8, 1, 2, 32


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_types(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "test")
    writer.add_uint8("a.uint8", 200)
    writer.add_int8("a.int8", -100)
    writer.add_uint16("a.uint16", 60000)
    writer.add_int16("a.int16", -30000)
    writer.add_uint32("a.uint32", 4000000000)
    writer.add_int32("a.int32", -2000000000)
    writer.add_float32("a.float32", 0.1)
    writer.add_bool("a.bool", True)
    writer.add_string("a.string", "Ġé😀")
    writer.add_array("a.strings", ["", "b", "ćd"])
    writer.add_array("a.int32s", [1, -2, 3])
    writer.add_array("a.float32s", [1.5, -0.25])
    writer.add_array("a.bools", [True, False])
    writer.add_uint64("a.uint64", 2**63 + 1)
    writer.add_int64("a.int64", -(2**62))
    writer.add_float64("a.float64", 0.1)
    values = (np.arange(192, dtype=np.float32) - 95.5) / 8
    for kind, shape in [
        (Type.F32, (3,)), (Type.F16, (2, 5)), (Type.Q8_0, (3, 64)), (Type.Q4_0, (1, 2, 32)), (Type.BF16, (1, 1, 2, 7)),
    ]:
        data = quants.quantize(values[: np.prod(shape)].reshape(shape), kind)
        writer.add_tensor("tensor." + kind.name.lower(), data, raw_dtype=kind)
    finish(writer)


def add_tokenizer(writer: gguf.GGUFWriter, tokens: list[bytes], end_of_text: int) -> None:
    spelling = byte_to_unicode()
    spell = lambda token: "".join(spelling[b] for b in token)
    ranks = {token: i for i, token in enumerate(tokens) if i != end_of_text}
    kinds = [gguf.TokenType.CONTROL if i == end_of_text else gguf.TokenType.NORMAL for i in range(len(tokens))]
    merges = [halves(token, ranks) for token in ranks if len(token) > 1]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([spell(token) for token in tokens])
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(map(spell, pair)) for pair in merges if len(pair) == 2])
    writer.add_bos_token_id(end_of_text)
    writer.add_eos_token_id(end_of_text)


def shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    c = CHANNELS
    result = {"token_embd.weight": (vocabulary, c), "position_embd.weight": (MAX_SEQUENCE, c)}
    linear = {"attn_qkv": (3 * c, c), "attn_output": (c, c), "ffn_up": (4 * c, c), "ffn_down": (c, 4 * c)}
    for n in range(LAYERS):
        for name in ["attn_norm", "attn_qkv", "attn_output", "ffn_norm", "ffn_up", "ffn_down"]:
            shape = linear.get(name, (c,))
            result[f"blk.{n}.{name}.weight"] = shape
            result[f"blk.{n}.{name}.bias"] = shape[:1]
    return {**result, "output_norm.weight": (c,), "output_norm.bias": (c,)}


def write_model(path: Path) -> None:
    tokens, end_of_text = read_tokenizer(FIXTURES / "tokenizer/small.bin")
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_type("model")
    writer.add_block_count(LAYERS)
    writer.add_context_length(MAX_SEQUENCE)
    writer.add_embedding_length(CHANNELS)
    writer.add_feed_forward_length(4 * CHANNELS)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_tokenizer(writer, tokens, end_of_text)
    for index, (name, shape) in enumerate(shapes(len(tokens)).items()):
        place = np.arange(np.prod(shape), dtype=np.uint32) + np.uint32(1000 * index)
        values = (place * np.uint32(2654435761)).view(np.int32).astype(np.float32) * np.float32(2.0**-33)
        kind = Type.Q8_0 if len(shape) == 2 and name != "position_embd.weight" else Type.F32
        writer.add_tensor(name, quants.quantize(values.reshape(shape), kind), raw_dtype=kind)
    finish(writer)


(FIXTURES / "gguf").mkdir(exist_ok=True)
write_types(FIXTURES / "gguf/types.gguf")
write_model(FIXTURES / "gguf/model_q8_0.gguf")
