"""Makes Tests/Fixtures/safetensors/types.safetensors with Hugging Face's own package.

    python make_safetensors.py

Needs torch and safetensors. A tensor of every type that torch has, of every rank from 0, one of them empty, given in an
order that is neither that of the file nor of the names; the bytes of their values are 0, 1, 2, …
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent / "../../Tests/Fixtures/safetensors"
TYPES = {
    "bool": torch.bool, "u8": torch.uint8, "i8": torch.int8, "f8e5m2": torch.float8_e5m2, "f8e4m3": torch.float8_e4m3fn,
    "f8e8m0": torch.float8_e8m0fnu, "i16": torch.int16, "u16": torch.uint16, "f16": torch.float16,
    "bf16": torch.bfloat16, "i32": torch.int32, "u32": torch.uint32, "f32": torch.float32, "c64": torch.complex64,
    "f64": torch.float64, "i64": torch.int64, "u64": torch.uint64,
}
SHAPES = {"b.é\"\\": (2, 3), "B": (), "a": (3,), "c\t": (0, 5), "b.10": (1, 2, 1, 2), "b.9": (1,)}


def values(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    count = torch.Size(shape).numel()
    data = torch.arange(count * dtype.itemsize, dtype=torch.uint8)
    return (data % 2 if dtype == torch.bool else data).view(dtype).reshape(shape)


tensors = {f"{kind}": values((2,), dtype) for kind, dtype in TYPES.items()}
tensors |= {name: values(shape, torch.float32) for name, shape in SHAPES.items()}
tensors |= {f"{name} f16": values(shape, torch.float16) for name, shape in SHAPES.items()}
FOLDER.mkdir(exist_ok=True)
save_file(tensors, FOLDER / "types.safetensors", metadata={"format": "pt"})
