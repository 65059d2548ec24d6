"""Says which headers Hugging Face's own safetensors package reads, and which it refuses.

    python try_safetensors.py

Needs numpy and safetensors. Tests/SafeTensorsTests has the same cases: what is read here must be read there, what is
refused here must be refused there, but for the last group, which is refused there on purpose.
"""

import struct
import tempfile
from pathlib import Path

from safetensors import safe_open


def entry(name: str, kind: str, shape: str, offsets: str) -> str:
    return f'"{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":{offsets}}}'


A, B = entry("a", "F32", "[2,3]", "[0,24]"), entry("b", "BF16", "[1]", "[24,26]")


def empty(place: int) -> str:
    return entry("z", "F32", "[0,5]", f"[{place},{place}]")


# The header, and how many bytes of values follow it.
CASES = {
    "white space": {
        "space": (f" {{{A}}}", 24), "line end": (f"\n{{{A}}}", 24), "several": (f"\t\r\n {{{A}}}", 24),
        "form feed": (f"\f{{{A}}}", 24), "byte-order mark": (f"\ufeff{{{A}}}", 24), "zero byte": (f"\0{{{A}}}", 24),
        "space alone": ("  ", 0), "an array": (" []", 0),
    },
    "metadata": {
        text: (f'{{"__metadata__":{text},{A}}}', 24) for text in ["null", "{}", "[]", '{"a":1}', '{"a":null}', '"x"']
    },
    "empty tensors": {
        **{f"at {place}": (f"{{{A},{B},{empty(place)}}}", 26) for place in [0, 12, 24, 25, 26, 27, 1000]},
        "first in the header": (f"{{{empty(26)},{A},{B}}}", 26), "alone": (f"{{{empty(0)}}}", 0),
        "with bytes": (f'{{{A},{entry("z", "F32", "[0]", "[24,28]")}}}', 28),
        "of a size that overflows": (f'{{{entry("z", "F32", "[4611686018427387904,4,0]", "[0,0]")}}}', 0),
    },
    # A name twice is ambiguous, whoever wins; types of half bytes are nobody's weights here.
    "refused there": {
        "a name twice in the metadata": (f'{{"__metadata__":{{"a":"b","a":"c"}},{A}}}', 24),
        "half bytes": (f'{{{entry("a", "F4", "[2]", "[0,1]")}}}', 1),
        "a tensor as an array": ('{"a":["U8",[1],[0,1]]}', 1),
        "an extent beyond 63 bits": (f'{{{entry("a", "U8", "[0,18446744073709551615]", "[0,0]")}}}', 0),
    },
}

for group, cases in CASES.items():
    print(group)
    for name, (header, values) in cases.items():
        text = header.encode()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "case.safetensors"
            path.write_bytes(struct.pack("<Q", len(text)) + text + b"\1" * values)
            try:
                with safe_open(path, "np") as file:
                    print(f"  read     {name}: {sorted(file.keys())}")
            except Exception as error:
                print(f"  refused  {name}: {error}")
