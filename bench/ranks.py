"""Loads with torch alone what Isomorph wrote for Megatron, and puts a LLaMA together from it.

    python bench/ranks.py HUGGING_FACE_DIR MEGATRON_DIR

Nothing of Isomorph's is used: queries, keys and values are taken out of their groups, and ranks put together, by the
few lines below. Prints how many tensors are bit for bit those of HUGGING_FACE_DIR; exit status 1 if one is not.
"""

import argparse
import json
import pathlib
import sys

import torch
import torch.distributed.checkpoint as dcp
from safetensors.torch import load_file

torch.serialization.add_safe_globals([argparse.Namespace])


def load_torch(directory):
    """Global tensors from the files of all ranks."""
    ranks = {}
    for file in sorted(directory.glob("mp_rank_*/model_optim_rng.pt")):
        numbers = [int(n) for n in file.parent.name.removeprefix("mp_rank_").split("_")]
        saved = torch.load(file, map_location="cpu", weights_only=True)
        ranks[tuple((numbers + [0])[:2])] = saved
    arguments = next(iter(ranks.values()))["args"]
    parts, first = {}, 0
    for stage in range(arguments.pipeline_model_parallel_size):
        states = [ranks[tp, stage]["model"] for tp in range(arguments.tensor_model_parallel_size)]
        layers = {int(name.split(".")[2]) for name in states[0] if name.startswith("decoder.layers.")}
        for name in states[0]:
            if states[0][name] is None:
                continue
            words = name.split(".")
            if name.startswith("decoder.layers."):
                words[2] = str(int(words[2]) + first)
            parts[plain(".".join(words))] = join(plain(name), [state[name] for state in states])
        first += len(layers)
    return arguments, parts


def join(name, parts):
    """One tensor from those of the ranks that share it."""
    if "linear_fc1" in name:
        return torch.cat([part.chunk(2)[0] for part in parts] + [part.chunk(2)[1] for part in parts])
    if any(rows in name for rows in ("linear_qkv", "word_embeddings", "output_layer")):
        return torch.cat(parts)
    if any(columns in name for columns in ("linear_proj", "linear_fc2")):
        return torch.cat(parts, dim=1)
    assert all(torch.equal(part, parts[0]) for part in parts), name
    return parts[0]


def plain(name):
    """The name of a norm that TransformerEngine has within the projection behind it."""
    name = name.replace("self_attention.linear_qkv.layer_norm_", "input_layernorm.")
    return name.replace("mlp.linear_fc1.layer_norm_", "pre_mlp_layernorm.")


def load_distributed(directory):
    """Global tensors through torch.distributed.checkpoint, with equal layers taken apart."""
    reader = dcp.FileSystemReader(str(directory))
    state = {
        name: torch.empty(tuple(entry.size), dtype=entry.properties.dtype)
        for name, entry in reader.read_metadata().state_dict_metadata.items()
        if hasattr(entry, "size")
    }
    dcp.load(state, storage_reader=reader)
    parts = {}
    for name, tensor in state.items():
        name = plain(name)
        if name.startswith("decoder.layers."):
            for i, layer in enumerate(tensor):
                parts[name.replace("decoder.layers.", f"decoder.layers.{i}.")] = layer
        else:
            parts[name] = tensor
    return torch.load(directory / "common.pt", weights_only=True)["args"], parts


def hugging_face(arguments, parts, config):
    """A LLaMA's tensors as transformers names them."""
    vocabulary, groups = config["vocab_size"], arguments.num_query_groups
    heads, size = arguments.num_attention_heads, arguments.kv_channels
    tensors = {
        "model.embed_tokens.weight": parts["embedding.word_embeddings.weight"][:vocabulary],
        "model.norm.weight": parts["decoder.final_layernorm.weight"],
    }
    if arguments.untie_embeddings_and_output_weights:
        tensors["lm_head.weight"] = parts["output_layer.weight"][:vocabulary]
    for i in range(arguments.num_layers):
        here, there = f"decoder.layers.{i}.", f"model.layers.{i}."
        qkv = parts[here + "self_attention.linear_qkv.weight"]
        qkv = qkv.view(groups, heads // groups + 2, size, -1)
        gate, up = parts[here + "mlp.linear_fc1.weight"].chunk(2)
        tensors |= {
            there + "input_layernorm.weight": parts[here + "input_layernorm.weight"],
            there + "post_attention_layernorm.weight": parts[here + "pre_mlp_layernorm.weight"],
            there + "self_attn.q_proj.weight": qkv[:, :-2].flatten(0, 2),
            there + "self_attn.k_proj.weight": qkv[:, -2].flatten(0, 1),
            there + "self_attn.v_proj.weight": qkv[:, -1].flatten(0, 1),
            there + "self_attn.o_proj.weight": parts[here + "self_attention.linear_proj.weight"],
            there + "mlp.gate_proj.weight": gate,
            there + "mlp.up_proj.weight": up,
            there + "mlp.down_proj.weight": parts[here + "mlp.linear_fc2.weight"],
        }
    return tensors


def main():
    source, target = (pathlib.Path(argument) for argument in sys.argv[1:3])
    iteration = int((target / "latest_checkpointed_iteration.txt").read_text())
    directory = target / f"iter_{iteration:07d}"
    load = load_distributed if (directory / ".metadata").exists() else load_torch
    arguments, parts = load(directory)
    config = json.loads((source / "config.json").read_text())
    found = hugging_face(arguments, parts, config)
    wanted = {}
    for file in source.glob("*.safetensors"):
        wanted |= load_file(file)
    wrong = [name for name in wanted if name not in found or not torch.equal(wanted[name], found[name])]
    print(f"{target}: {len(wanted) - len(wrong)} of {len(wanted)} tensors bit for bit")
    for name in wrong[:5]:
        print("  " + name)
    sys.exit(bool(wrong or set(found) - set(wanted)))


main()
