"""Makes the torch files here, and beside each what torch reads from it as safetensors.

    python torch_files.py     (torch, numpy, safetensors)
"""

import argparse
import collections
import enum
import io
import pickle
import zipfile
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
torch.manual_seed(3)


def twin(name, state):
    dense = {k: v.detach().clone().contiguous() for k, v in state.items()}
    save_file(dense, HERE / (name + ".safetensors"))


# ---- every dtype, every kind of view

plain = {}
for dtype in ["float64", "float32", "float16", "bfloat16"]:
    plain[dtype] = torch.randn(3, 4).to(getattr(torch, dtype))
for dtype in ["int64", "int32", "int16", "int8", "uint8"]:
    plain[dtype] = torch.randint(0, 100, (5,)).to(getattr(torch, dtype))
plain["bool"] = torch.tensor([True, False, True])
plain["complex64"] = torch.randn(2, 2, dtype=torch.complex64)

newer = {}
for dtype in ["uint16", "uint32", "uint64"]:
    newer[dtype] = torch.randint(0, 100, (5,)).to(getattr(torch, dtype))
for dtype in ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz"]:
    newer[dtype] = torch.rand(2, 3).to(getattr(torch, dtype))

base = torch.randn(4, 6, 5)
views = {
    "base": base,
    "transposed": base.transpose(0, 2),
    "sliced": base[1:3, 2:, 1:4],
    "stepped": base[:, ::2, ::3],
    "row": base[2, 3],
    "element": base[1, 1, 1],
    "expanded": base[0, :1].expand(3, 5),
    "repeated": torch.tensor(2.5).expand(2, 3),
    "empty": torch.empty(0, 7),
    "emptied": base[:, 0:0],
    "scalar": torch.tensor(0.25, dtype=torch.bfloat16),
    "permuted": base.permute(1, 2, 0),
    "parameter": torch.nn.Parameter(torch.randn(2, 3)),
    "tied": base,
    "half a storage": torch.randn(10)[5:],
}

state = collections.OrderedDict({**plain, **views})
torch.save({**state, **newer}, HERE / "zip.bin")
twin("zip", {**state, **newer})
torch.save(state, HERE / "legacy.bin", _use_new_zipfile_serialization=False)
twin("legacy", state)

# ---- a state dict within what a training program saves

module = torch.nn.Linear(3, 2)
optimizer = torch.optim.AdamW(module.parameters())
module(torch.ones(3)).sum().backward()
optimizer.step()
torch.save(
    {
        "model": module.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rng_state": torch.get_rng_state()[:16].clone(),
        "epoch": 3,
    },
    HERE / "trained.pt",
)
twin("trained", module.state_dict())

# ---- what is refused

torch.save({"windows": torch.arange(6.0).as_strided((4, 3), (1, 1))}, HERE / "overlapping.bin")
torch.save({"sparse": torch.eye(3).to_sparse()}, HERE / "sparse.bin")
torch.save({"wide": torch.ones(2, dtype=torch.complex128)}, HERE / "complex128.bin")
torch.save({"conjugate": torch.ones(2, dtype=torch.complex64).conj()}, HERE / "conjugate.bin")
torch.save(module, HERE / "module.bin")
torch.save({"model": {"w": torch.ones(2)}, "state_dict": {"w": torch.ones(2)}}, HERE / "two.bin")
torch.save({"epoch": 3}, HERE / "none.bin")
with zipfile.ZipFile(HERE / "zip.bin") as stored:
    with zipfile.ZipFile(HERE / "deflated.bin", "w", zipfile.ZIP_DEFLATED) as deflated:
        for name in stored.namelist():
            deflated.writestr(name, stored.read(name))
buffer = io.BytesIO()
torch.save({"w": torch.ones(2)}, buffer)
with zipfile.ZipFile(buffer) as stored:
    with zipfile.ZipFile(HERE / "big-endian.bin", "w", zipfile.ZIP_STORED) as big:
        for name in stored.namelist():
            big.writestr(name, b"big" if name.endswith("byteorder") else stored.read(name))

# ---- every protocol


class Backend(enum.Enum):
    FLASH = 2


class Version:
    def __init__(self):
        self.text = "0.17"
        self.parts = (0, 17)


Backend.__module__ = Version.__module__ = "nowhere.to.be.found"
import sys
import types

for name in ["nowhere", "nowhere.to", "nowhere.to.be", "nowhere.to.be.found"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules[name].Backend, sys.modules[name].Version = Backend, Version

shared = ["shared"]
values = {
    "none": None,
    "bools": (True, False),
    "integers": [0, 255, 256, 65536, -1, 2**31, -(2**40), 2**100, -(2**1000)],
    "floats": [0.5, -1e300, float("inf"), float("nan")],
    "text": "gr\u00fc\u00df dich \U0001f600 \\ \n",
    "long text": "x" * 300,
    "bytes": b"\x00\xff",
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "set": {1, 2},
    "frozenset": frozenset([3]),
    "shared": [shared, shared],
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    ("a", "tuple"): "as a key",
    "args": argparse.Namespace(
        lr=1e-4,
        dtype=torch.bfloat16,
        backend=Backend.FLASH,
        size=torch.Size([2, 3]),
        version=Version(),
        betas=[0.9, 0.95],
        seed=numpy.int64(7),
        path=Path("/data"),
    ),
}
for protocol in range(6):
    (HERE / f"values-{protocol}.pkl").write_bytes(pickle.dumps(values, protocol))
