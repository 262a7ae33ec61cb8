"""Makes the tiny Falcon checkpoints of src/test/resources/goldens with transformers.

    python falcon_goldens.py ../resources/goldens

falcon-new is the decoder of Falcon-40B (groups of query heads, a norm for each branch), falcon-rw
that of Falcon-RW-1B (ALiBi, biases, one sublayer after the other). All parameters are random, norm
gains and biases too. Made with transformers 5.18.0 and torch 2.13.0.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import FalconConfig, FalconForCausalLM

COMMON = dict(vocab_size=99, hidden_size=32, num_hidden_layers=3, num_attention_heads=4)
CASES = {
    "falcon-new": dict(new_decoder_architecture=True, num_kv_heads=2, ffn_hidden_size=96),
    "falcon-rw": dict(alibi=True, multi_query=False, parallel_attn=False, bias=True),
}
GENERATED = 16


def randomise(model):
    for name, parameter in model.named_parameters():
        gain = ("layernorm" in name or "ln_" in name) and name.endswith("weight")
        torch.nn.init.normal_(parameter, mean=1.0 if gain else 0.0, std=0.2)


def recording(seen):
    """Attention as the fused operator computes it, which also remembers its probabilities.

    The code's own path that returns probabilities adds ALiBi's biases twice in this version."""

    def attend(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, **_):
        assert attn_mask is not None and dropout_p == 0.0 and not is_causal
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        if attn_mask.dtype == torch.bool:
            scores = scores.masked_fill(~attn_mask, torch.finfo(scores.dtype).min)
        else:
            scores = scores + attn_mask
        probabilities = scores.softmax(-1)
        seen.append(probabilities.expand(*query.shape[:2], *probabilities.shape[2:]))
        return probabilities @ value

    return attend


@torch.no_grad()
def outputs(model, input_ids):
    plain = model(input_ids=input_ids, use_cache=False).logits
    seen, fused = [], torch.nn.functional.scaled_dot_product_attention
    torch.nn.functional.scaled_dot_product_attention = recording(seen)
    try:
        result = model(input_ids=input_ids, use_cache=False, output_hidden_states=True)
    finally:
        torch.nn.functional.scaled_dot_product_attention = fused
    torch.testing.assert_close(result.logits, plain, rtol=0, atol=1e-5)
    greedy = input_ids[:1]
    for _ in range(GENERATED):
        following = model(input_ids=greedy, use_cache=False).logits[:, -1:].argmax(-1)
        greedy = torch.cat((greedy, following), -1)
    tensors = {
        "input_ids": input_ids,
        "attention_mask": torch.ones_like(input_ids),
        "logits": plain,
        "greedy_ids": greedy,
    }
    for layer, states in enumerate(result.hidden_states):
        tensors[f"hidden_states.{layer}"] = states
    for layer, probabilities in enumerate(seen):
        tensors[f"attentions.{layer}"] = probabilities
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def older(config):
    """The same configuration as transformers spelled it before version 5."""
    config = dict(config)
    config["torch_dtype"] = config.pop("dtype")
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["rope_scaling"] = None
    config["transformers_version"] = "4.46.0"
    return config


def make(folder, name, keys):
    torch.manual_seed(len(name))
    config = FalconConfig(**COMMON, **keys)
    config._attn_implementation = "sdpa"
    model = FalconForCausalLM(config).eval()
    randomise(model)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    written = json.loads((folder / "config.json").read_text())
    text = json.dumps(older(written), indent=2, sort_keys=True)
    (folder / "config.v4.json").write_text(text + "\n")
    about = {
        "model": "FalconForCausalLM",
        "transformers": transformers.__version__,
        "torch": torch.__version__,
    }
    input_ids = torch.randint(0, COMMON["vocab_size"], (2, 11))
    save_file(outputs(model, input_ids), folder / "expected.safetensors", metadata=about)


if __name__ == "__main__":
    for case, keys in CASES.items():
        make(Path(sys.argv[1]) / case, case, keys)
