"""Trains a version 3 checkpoint over several processes with PyTorch's DistributedDataParallel (gloo), and holds the
losses of `gpt2 train` under mpirun against it.

Both take the same batches: process r of P reads B·T + 1 tokens from (step·P + r)·B·T, as llm.c's loader does without
shuffling. AdamW decays only the matrices; the learning rate is constant, without warm-up. The loss of a step is the mean
over all processes, before its update.

    python3 dev/reference/distributed.py --gpt2 .build-mpi/release/gpt2 --model base.bin --data text_train.bin
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as processes
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from binary_files import read_checkpoint, read_tokens
from gpt2 import MATRICES, Configuration, Parameters, logits_of, loss_of


class Model(nn.Module):
    """The loss as a module, which is what DistributedDataParallel wraps."""

    def __init__(self, configuration: Configuration, parameters: Parameters) -> None:
        super().__init__()
        self.configuration = configuration
        self.tensors = nn.ParameterDict({name: nn.Parameter(tensor.clone()) for name, tensor in parameters.items()})

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        return loss_of(logits_of(dict(self.tensors), self.configuration, inputs), targets)


def train(rank: int, options: argparse.Namespace, start: str, output: str) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{start}", rank=rank, world_size=options.processes)
    configuration, parameters = read_checkpoint(options.model)
    tokens = read_tokens(options.data)
    B, T, P = options.batch_size, options.sequence_length, options.processes
    model = DistributedDataParallel(Model(configuration, parameters))
    named = [(name.split(".")[-1], tensor) for name, tensor in model.named_parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": [tensor for name, tensor in named if name in MATRICES], "weight_decay": options.weight_decay},
            {"params": [tensor for name, tensor in named if name not in MATRICES], "weight_decay": 0.0},
        ],
        lr=options.learning_rate,
        betas=(0.9, 0.95),
        eps=1e-8,
    )
    samples = (len(tokens) - 1) // (P * B * T)
    losses = []
    for step in range(options.steps):
        first = (step % samples * P + rank) * B * T
        window = torch.from_numpy(tokens[first : first + B * T + 1].astype(np.int64))
        loss = model(window[:-1].view(B, T), window[1:].view(B, T))
        optimizer.zero_grad()
        loss.backward()  # the gradients are the mean over the processes
        norm = torch.stack([tensor.grad.norm() for _, tensor in named]).norm()
        if norm > 1:
            for _, tensor in named:
                tensor.grad.mul_(1 / norm)
        optimizer.step()
        mean = loss.detach().clone()
        distributed.all_reduce(mean)
        losses.append(mean.item() / P)
    if rank == 0:
        Path(output).write_text(json.dumps(losses))
    distributed.destroy_process_group()


def ours(options: argparse.Namespace, folder: str) -> list[float]:
    version = subprocess.run([options.mpirun, "--version"], capture_output=True, text=True).stdout
    launcher = ["--oversubscribe", "--allow-run-as-root", "--bind-to", "none"] if "Open MPI" in version else []
    command = [
        options.mpirun, *launcher, "-n", options.processes, options.gpt2, "train", "--model", options.model,
        "--data", options.data, "--output", f"{folder}/run", "--batch-size", options.batch_size, "--sequence-length",
        options.sequence_length, "--steps", options.steps, "--learning-rate", options.learning_rate, "--schedule",
        "constant", "--weight-decay", options.weight_decay, "--no-shuffle", "--validation-interval", 0,
        "--sample-interval", 0, "--threads", 1, "--json",
    ]  # fmt: skip
    lines = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    events = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [event["loss"] for event in events if event["event"] == "step"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpt2", type=Path, required=True, help="as `make mpi` builds it")
    parser.add_argument("--mpirun", default="mpirun")
    parser.add_argument("--model", type=Path, required=True, help="checkpoint, version 3")
    parser.add_argument("--data", type=Path, required=True, help="token file")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--sequence-length", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--weight-decay", type=float, default=0.1, help="on the matrices only")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    try:
        output = f"{folder}/losses.json"
        processes.spawn(train, (options, f"{folder}/start", output), nprocs=options.processes)
        theirs = json.loads(Path(output).read_text())
        mine = ours(options, folder)
    finally:
        shutil.rmtree(folder)
    print("step  PyTorch      gpt2         difference")
    for step, (their, my) in enumerate(zip(theirs, mine, strict=True), start=1):
        print(f"{step:4}  {their:.7f}  {my:.7f}  {my - their:+.1e}")
    print(f"largest difference {max(abs(a - b) for a, b in zip(theirs, mine)):.1e}")


if __name__ == "__main__":
    main()
