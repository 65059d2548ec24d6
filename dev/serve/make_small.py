"""Usage: make_small.py FOLDER

Writes FOLDER/small.bin and FOLDER/bytes.bin, llm.c's files of a model of single bytes with random weights, 48 positions,
2 layers and 2 heads of 16 channels. Neuron 5 of layer 1 is 0 whatever the text: its row and its bias are.
"""
import pathlib
import random
import struct
import sys

folder = pathlib.Path(sys.argv[1])
T, V, L, NH, C = 48, 257, 2, 2, 32
draws = random.Random(7)
shapes = [
    ("wte", V * C), ("wpe", T * C), ("ln1w", L * C), ("ln1b", L * C), ("qkvw", L * 3 * C * C), ("qkvb", L * 3 * C),
    ("attprojw", L * C * C), ("attprojb", L * C), ("ln2w", L * C), ("ln2b", L * C), ("fcw", L * 4 * C * C),
    ("fcb", L * 4 * C), ("fcprojw", L * 4 * C * C), ("fcprojb", L * C), ("lnfw", C), ("lnfb", C),
]
values = {name: [draws.gauss(0, 0.3) for _ in range(count)] for name, count in shapes}
for name in ("ln1w", "ln2w", "lnfw"):
    values[name] = [1 + value for value in values[name]]
neuron = 4 * C + 5
values["fcw"][neuron * C:(neuron + 1) * C] = [0] * C
values["fcb"][neuron] = 0
with open(folder / "small.bin", "wb") as file:
    file.write(struct.pack("<256i", 20240326, 3, T, V, L, NH, C, V, *[0] * 248))
    for name, count in shapes:
        file.write(struct.pack(f"<{count}f", *values[name]))
with open(folder / "bytes.bin", "wb") as file:
    file.write(struct.pack("<256I", 20240328, 2, V, 256, *[0] * 252))
    for token in [bytes([byte]) for byte in range(256)] + [b"<|endoftext|>"]:
        file.write(bytes([len(token)]) + token)
