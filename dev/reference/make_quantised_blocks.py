"""Makes Tests/Fixtures/quantised_blocks.bin: blocks of every quantised format, and what ggml's Python package makes of them.

    python make_quantised_blocks.py

Needs numpy and gguf. Blocks are random bytes, as ggml's package has no encoder for most formats; only the scales in fp16
are drawn with care: positive, negative, subnormal, zeros of both signs, the largest, and ordinary ones.

The file, little-endian, for each format in the order of FORMATS: BLOCKS blocks, then the BLOCKS times as many float32 that
they decode to.
"""

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
}
SPECIAL = np.array([0x0000, 0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFBFF, 0x3C00, 0xBC00], dtype="<u2")


def main() -> None:
    random = np.random.default_rng(1)
    with open(OUTPUT, "wb") as file:
        for kind, places in FORMATS.items():
            _, size = GGML_QUANT_SIZES[kind]
            blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
            for place in places:
                scales = random.normal(0, 0.05, BLOCKS).astype("<f2").view("<u2")
                scales[: len(SPECIAL)] = random.permutation(SPECIAL)
                blocks[:, place : place + 2] = scales.view(np.uint8).reshape(BLOCKS, 2)
            decoded = quants.dequantize(blocks, kind).astype("<f4")
            file.write(blocks.tobytes() + decoded.tobytes())


main()
