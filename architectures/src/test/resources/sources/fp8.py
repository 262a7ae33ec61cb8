"""Makes fp8/: the deepseek-v3 golden with its layers' matrices as 8-bit floats and scales, and what
torch makes of them in bfloat16.

    python fp8.py     (torch, safetensors)
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "goldens" / "deepseek-v3"
ROWS, COLUMNS = 24, 40  # neither divides the matrices: blocks at the edges are cut off

torch.manual_seed(7)
stored, expected = {}, {}
for name, weight in load_file(GOLDEN / "model.safetensors").items():
    layer = name.startswith("model.layers.") and weight.dim() == 2
    if not layer or name.endswith("mlp.gate.weight"):
        stored[name] = expected[name] = weight.bfloat16()
        continue
    rows, columns = math.ceil(weight.shape[0] / ROWS), math.ceil(weight.shape[1] / COLUMNS)
    scale = 0.001 + 0.01 * torch.rand(rows, columns)
    spread = scale.repeat_interleave(ROWS, 0).repeat_interleave(COLUMNS, 1)
    spread = spread[: weight.shape[0], : weight.shape[1]]
    stored[name] = (weight / spread).clamp(-448, 448).to(torch.float8_e4m3fn)
    stored[name + "_scale_inv"] = scale
    expected[name] = (stored[name].float() * spread).bfloat16()

folder = HERE / "fp8"
folder.mkdir(exist_ok=True)
save_file(stored, folder / "model.safetensors", {"format": "pt"})
save_file(expected, folder / "expected.safetensors", {"format": "pt"})
config = json.loads((GOLDEN / "config.v4.json").read_text())
config["torch_dtype"] = "bfloat16"
config["quantization_config"] = {
    "activation_scheme": "dynamic",
    "fmt": "e4m3",
    "quant_method": "fp8",
    "weight_block_size": [ROWS, COLUMNS],
}
(folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")

# Every code of the 8-bit formats, as torch reads it.
codes = torch.arange(256, dtype=torch.uint8)
values = {
    "e4m3": codes.view(torch.float8_e4m3fn).float(),
    "e5m2": codes.view(torch.float8_e5m2).float(),
    "e8m0": codes.view(torch.float8_e8m0fnu).float(),
}
# Values around every E4M3 and every tie between two, and what torch rounds them to.
finite = values["e4m3"][:127]
ties = (finite[1:] + finite[:-1]) / 2
near = torch.cat([finite, ties, ties * (1 + 1e-6), ties * (1 - 1e-6)])
near = torch.cat([near, -near])
lines = [" ".join(float(v).hex() for v in values[f]) for f in values]
lines.append(" ".join(float(v).hex() for v in near))
lines.append(" ".join(str(int(c)) for c in near.to(torch.float8_e4m3fn).view(torch.uint8)))
target = HERE.parents[4] / "dsl/src/test/resources/float8.txt"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text("\n".join(lines) + "\n")
