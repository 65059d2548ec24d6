"""Makes Tests/Fixtures/quantised_blocks.bin: blocks of every quantised format, and what ggml's Python package makes of them.

    python make_quantised_blocks.py

Needs numpy and gguf, and llama-cpp-python for the two formats that the package does not know: those ggml's own library
decodes. Blocks are random bytes, as ggml's package has no encoder for most formats; only the scales are drawn with care. In
fp16: positive, negative, subnormal, zeros of both signs, the largest, and ordinary ones; those of eight bits likewise.

The file, little-endian, for each format in the order of FORMATS: BLOCKS blocks, then the BLOCKS times as many float32 that
they decode to.
"""

import ctypes
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, quants
from gguf import GGMLQuantizationType as Type

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/quantised_blocks.bin"
BLOCKS = 16
# Each with where its scales in fp16 are.
FORMATS = {
    Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
    Type.IQ4_NL: [0], Type.IQ4_XS: [0],
    Type.IQ1_S: [0], Type.IQ1_M: "parts", Type.IQ2_XXS: [0], Type.IQ2_XS: [0], Type.IQ2_S: [0], Type.IQ3_XXS: [0],
    Type.IQ3_S: [0], Type.TQ1_0: [52], Type.TQ2_0: [64], Type.Q1_0: [0], "q2_0": [0],
    Type.MXFP4: "exponents", Type.NVFP4: "bytes",
}
SPECIAL = np.array([0x0000, 0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFBFF, 0x3C00, 0xBC00], dtype="<u2")
# Zero, the least and the largest, of a format with eight bits of exponent, and of one with four and three of fraction.
EXPONENTS = [0, 1, 2, 127, 128, 253, 254, 255]
BYTES = [0x00, 0x01, 0x07, 0x08, 0x7E, 0x7F, 0x80, 0xFF]
# Of the two that the package has no decoder for: values and bytes of a block.
SIZES = {Type.Q1_0: (128, 18), "q2_0": (64, 18)}


def decoded(blocks: np.ndarray, kind: Type | str) -> np.ndarray:
    if kind not in SIZES:
        return quants.dequantize(blocks, kind).astype("<f4")
    import llama_cpp

    name = kind if isinstance(kind, str) else kind.name.lower()
    library = ctypes.CDLL(Path(llama_cpp.__file__).parent / "lib/libggml-base.so")
    values = np.empty((len(blocks), SIZES[kind][0]), dtype="<f4")
    decode = library[f"dequantize_row_{name}"]
    decode.argtypes, decode.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64], None
    decode(blocks.ctypes.data, values.ctypes.data, values.size)
    return values


def set_scales(blocks: np.ndarray, places: list[int] | str, random: np.random.Generator) -> None:
    if places == "exponents":
        blocks[:, 0] = random.integers(115, 126, BLOCKS)
        blocks[: len(EXPONENTS), 0] = random.permutation(EXPONENTS)
        return
    if places == "bytes":
        blocks[:, :4] = random.integers(0x10, 0x50, (BLOCKS, 4))
        for place in range(4):
            blocks[: len(BYTES), place] = random.permutation(BYTES)
        return
    for place in [0] if places == "parts" else places:
        scales = random.normal(0, 0.05, BLOCKS).astype("<f2").view("<u2")
        scales[: len(SPECIAL)] = random.permutation(SPECIAL)
        if places == "parts":
            # Four bits in the upper half of each second byte, the lowest first.
            for part in range(4):
                bits = (scales >> (4 * part) & 15).astype(np.uint8)
                blocks[:, 49 + 2 * part] = blocks[:, 49 + 2 * part] & 15 | bits << 4
        else:
            blocks[:, place : place + 2] = scales.view(np.uint8).reshape(BLOCKS, 2)


def main() -> None:
    random = np.random.default_rng(1)
    with open(OUTPUT, "wb") as file:
        for kind, places in FORMATS.items():
            _, size = SIZES[kind] if kind in SIZES else GGML_QUANT_SIZES[kind]
            blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
            set_scales(blocks, places, random)
            file.write(blocks.tobytes() + decoded(blocks, kind).tobytes())


main()
