"""Makes torch/, checkpoints as torch.save writes them, and meta/, as Meta does, both from goldens.

    python torch_files.py     (torch, safetensors)
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

HERE = Path(__file__).parent
GOLDENS = HERE.parent / "goldens"


def folder(name):
    path = HERE / name
    path.mkdir(parents=True, exist_ok=True)
    return path


# ---- pytorch_model.bin: a tied head that shares the table's storage, in bfloat16

state = {k: v.bfloat16() for k, v in load_file(GOLDENS / "llama3-rope" / "model.safetensors").items()}
state["lm_head.weight"] = state["model.embed_tokens.weight"]
single = folder("torch/single")
shutil.copy(GOLDENS / "llama3-rope" / "config.json", single)
torch.save(state, single / "pytorch_model.bin")
legacy = folder("torch/legacy")
shutil.copy(GOLDENS / "llama3-rope" / "config.json", legacy)
torch.save(state, legacy / "pytorch_model.bin", _use_new_zipfile_serialization=False)
save_file(
    {k: v.clone() for k, v in state.items()}, folder("torch") / "expected.safetensors", {"format": "pt"}
)

# ---- shards: queries, keys and values are views of one fused matrix

state = load_file(GOLDENS / "llama" / "model.safetensors")
for layer in range(3):
    prefix = f"model.layers.{layer}.self_attn."
    names = [prefix + part + "_proj.weight" for part in "qkv"]
    fused = torch.cat([state[name] for name in names])
    for name, view in zip(names, fused.split([32, 16, 16])):
        state[name] = view
sharded = folder("torch/sharded")
shutil.copy(GOLDENS / "llama" / "config.json", sharded)
index = {}
for number in (1, 2):
    file = f"pytorch_model-{number:05d}-of-00002.bin"
    part = {k: v for k, v in state.items() if ("layers.0" in k or "layers.1" in k) == (number == 1)}
    torch.save(part, sharded / file)
    index.update({name: file for name in part})
total = sum(v.numel() * v.element_size() for v in state.values())
(sharded / "pytorch_model.bin.index.json").write_text(
    json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=2) + "\n"
)

# ---- Meta's layout: rotary pairs side by side, two shards; the last token is left out, so that
# the vocabulary divides

golden = load_file(GOLDENS / "llama" / "model.safetensors")


def pairs(weight):
    return weight.view(-1, 2, 4, 32).transpose(1, 2).reshape(weight.shape)


meta = {
    "tok_embeddings.weight": golden["model.embed_tokens.weight"][:98],
    "norm.weight": golden["model.norm.weight"],
    "output.weight": golden["lm_head.weight"][:98],
    "rope.freqs": 10000.0 ** (-torch.arange(0, 8, 2) / 8),
}
for layer in range(3):
    hf, name = f"model.layers.{layer}.", f"layers.{layer}."
    meta[name + "attention.wq.weight"] = pairs(golden[hf + "self_attn.q_proj.weight"])
    meta[name + "attention.wk.weight"] = pairs(golden[hf + "self_attn.k_proj.weight"])
    meta[name + "attention.wv.weight"] = golden[hf + "self_attn.v_proj.weight"]
    meta[name + "attention.wo.weight"] = golden[hf + "self_attn.o_proj.weight"]
    meta[name + "feed_forward.w1.weight"] = golden[hf + "mlp.gate_proj.weight"]
    meta[name + "feed_forward.w2.weight"] = golden[hf + "mlp.down_proj.weight"]
    meta[name + "feed_forward.w3.weight"] = golden[hf + "mlp.up_proj.weight"]
    meta[name + "attention_norm.weight"] = golden[hf + "input_layernorm.weight"]
    meta[name + "ffn_norm.weight"] = golden[hf + "post_attention_layernorm.weight"]


def axis(name, columns):
    if name.startswith("tok_embeddings"):
        return 1 if columns else 0
    if any(part in name for part in ("wo.", "w2.")):
        return 1
    if any(part in name for part in ("wq.", "wk.", "wv.", "w1.", "w3.", "output.")):
        return 0
    return None


for version, columns in (("llama2", True), ("llama3", False)):
    target = folder("meta/" + version)
    for rank in range(2):
        shard = {
            k: v.clone() if axis(k, columns) is None else v.chunk(2, axis(k, columns))[rank].clone()
            for k, v in meta.items()
        }
        if version == "llama3":
            del shard["rope.freqs"]
        torch.save(shard, target / f"consolidated.{rank:02d}.pth")
    params = {"dim": 32, "multiple_of": 16, "ffn_dim_multiplier": 0.5, "n_heads": 4, "n_kv_heads": 2}
    params.update({"n_layers": 3, "norm_eps": 1e-06, "vocab_size": -1 if columns else 98})
    if not columns:
        params.update({"rope_theta": 10000.0})
    (target / "params.json").write_text(json.dumps(params))
del meta["rope.freqs"]
save_file({k: v.contiguous() for k, v in meta.items()}, folder("meta") / "expected.safetensors")
