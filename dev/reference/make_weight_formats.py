"""Makes Tests/Fixtures/weight_formats.bin: awkward values, and what ggml's formats make of them.

    python make_weight_formats.py

Needs numpy and gguf. The file, little-endian: an int32 count N; N float32; their bytes in F16, BF16, Q8_0 and
Q4_0; then what each of these decodes to, N float32 each.
"""

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import quants

OUTPUT = Path(__file__).parent / "../../Tests/Fixtures/weight_formats.bin"


def blocks() -> np.ndarray:
    random = np.random.default_rng(1)
    normal = lambda scale: random.normal(0, scale, 32)
    ramp = np.arange(32) - 15.5
    tie = np.tile([1.0, -1.0], 16)
    rows = [
        np.zeros(32),
        np.full(32, -0.0),
        np.where(np.arange(32) == 9, 1e30, normal(1)),  # one huge value, above fp16's scales
        np.where(np.arange(32) == 31, -3000.0, normal(1)),
        normal(1e-6),  # scales that are subnormal in fp16
        normal(1e-9),  # scales that are 0 in fp16
        normal(1e-37),
        -abs(normal(1)),  # the extreme is negative
        abs(normal(1)),
        tie, -tie,  # the first of two extremes decides
        np.arange(32) - 127.0 + 96, # codes that are exact
        (np.arange(32) + 96) * 1.0,
        (np.arange(32) + 0.5) * (127 / 127.0) - np.where(np.arange(32) == 0, 127.5, 0),  # halves between codes
        np.where(np.arange(32) == 0, -8.0, ramp / 2),
        np.where(np.arange(32) == 0, 8.0, ramp / 2),
        ramp * 2.0**-24 / 4, ramp * 2.0**-25,  # around fp16's smallest, and ties there
        65504.0 + ramp, 65520.0 + ramp,  # around fp16's largest
        1 + ramp * 2.0**-12, 1 + ramp * 2.0**-9,  # ties of fp16 and of bf16
        np.full(32, np.finfo(np.float32).max),
        2.0 ** (np.arange(32) - 30), -(2.0 ** (np.arange(32) - 14)),
    ]
    rows += [normal(scale) for scale in np.geomspace(1e-4, 1e4, 16)]
    return np.array(rows, dtype=np.float32)


def main() -> None:
    values = blocks()
    types = [Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0]
    with np.errstate(over="ignore", invalid="ignore"):
        encoded = [quants.quantize(values, t) for t in types]
        decoded = [quants.dequantize(e, t).astype("<f4") for e, t in zip(encoded, types)]
    with open(OUTPUT, "wb") as file:
        file.write(np.int32(values.size).astype("<i4").tobytes())
        file.write(values.astype("<f4").tobytes())
        for array in encoded + decoded:
            file.write(np.ascontiguousarray(array).tobytes())


main()
