"""Makes the checkpoint torch/ here, and for each checkpoint here what torch reads from it.

    python distributed_files.py     (torch)

megatron-lm/ was written by Megatron-LM core_v0.17.1 and megatron-core/ by Megatron-core 0.20, each
by four processes and from random weights; paths of the machine that did so were replaced.
"""

import hashlib
import os
import shutil
from pathlib import Path

import torch
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint.metadata import TensorStorageMetadata

# The checkpoint says where it was written, so that is said in few words.
os.chdir(Path(__file__).parent)


def save():
    torch.manual_seed(3)
    state = {"model": {}, "step": 7, "note": "text", "rates": [0.5, None, True]}
    for dtype in ["float64", "float32", "bfloat16", "float8_e4m3fn", "int64", "bool"]:
        state["model"][dtype] = torch.randn(3, 4).to(getattr(torch, dtype))
    state["model"]["scalar"] = torch.tensor(2.5)
    state["model"]["empty"] = torch.zeros(0, 3)
    state["model"]["transposed"] = torch.randn(5, 3).t()
    state["model"]["part"] = torch.randn(6, 6)[1:4, 2:5]
    shutil.rmtree("torch", ignore_errors=True)
    dcp.save(state, storage_writer=dcp.FileSystemWriter("torch"), no_dist=True)


def content(tensor):
    return tensor.contiguous().view(-1).view(torch.uint8).numpy().tobytes()


def describe(name):
    reader = dcp.FileSystemReader(name)
    described = reader.read_metadata().state_dict_metadata
    tensors = {
        key: torch.empty(kind.size, dtype=kind.properties.dtype)
        for key, kind in described.items()
        if isinstance(kind, TensorStorageMetadata)
    }
    dcp.load(tensors, storage_reader=reader, no_dist=True)
    lines = [
        f"{key} {str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)} "
        f"{hashlib.sha256(content(tensor)).hexdigest()}\n"
        for key, tensor in tensors.items()
    ]
    Path(f"{name}.txt").write_text("".join(lines))


save()
for each in ["torch", "megatron-lm", "megatron-core"]:
    describe(each)
