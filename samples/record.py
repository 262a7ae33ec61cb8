"""Records what a Hugging Face model computes, for `isomorph compare` to take in place of a model.

    python record.py MODEL OUT.safetensors --prompt 'The sea'
    python record.py MODEL OUT.safetensors --ids 1,403,407 --dtype bfloat16 --values 'decoder.*.out'

Needs torch, transformers and safetensors. MODEL is a directory or a name on the Hub; any causal model or
encoder will do whose layers are a list of modules. Written are the tokens, the values by their canonical
names, and a manifest:

    embed.out                what enters the first layer
    decoder.3.in, .out       what enters a layer, and what leaves it (encoder.3 of an encoder)
    decoder.3.attn.out       what attention adds to the stream, after a norm behind it
    decoder.3.ffn.out        what the feed-forward layer adds
    decoder.norm.out         after the final norm
    logits

What a family does in another way than `x + attention(x)` and `x + ffn(x)` is left out, not guessed.
"""

import argparse
import fnmatch
import json

import torch
import transformers
from safetensors.torch import save_file

LAYERS = ["layers", "h", "layer", "blocks"]
ATTENTION = ["self_attn", "attn", "attention", "self_attention"]
FEED_FORWARD = ["mlp", "feed_forward", "ffn", "block_sparse_moe"]
FINAL_NORM = ["norm", "ln_f", "final_layer_norm", "final_layernorm"]
# Norms behind a branch: what is added to the stream is what leaves them.
BEHIND = {
    "attn": ["post_self_attn_layernorm"],
    "ffn": ["post_mlp_layernorm", "post_feedforward_layernorm"],
}


def first(value):
    """The tensor of a module's output, which may be the first of several."""
    return value[0] if isinstance(value, (tuple, list)) else value


def child(module, names):
    for name in names:
        if isinstance(found := getattr(module, name, None), torch.nn.Module):
            return found
    return None


def stack(model):
    """The list of layers, and the module that holds it."""
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.ModuleList) and name.rsplit(".", 1)[-1] in LAYERS:
            return module, model.get_submodule(name.rsplit(".", 1)[0] if "." in name else "")
    raise SystemExit(f"expected layers in a list called one of {LAYERS}, found none")


class Recorder:
    def __init__(self, globs):
        self.globs = globs
        self.values = {}

    def keep(self, name, value):
        if any(fnmatch.fnmatch(name, glob) for glob in self.globs):
            self.values[name] = value.detach().clone().contiguous()

    def output(self, module, name):
        module.register_forward_hook(lambda m, i, out: self.keep(name, first(out)))

    def entering(self, module, *names):
        def hook(m, args, kwargs):
            value = args[0] if args else kwargs["hidden_states"]
            for name in names:
                self.keep(name, value)

        module.register_forward_pre_hook(hook, with_kwargs=True)


def watch(model, recorder):
    layers, holder = stack(model)
    causal = any(word in type(model).__name__ for word in ["CausalLM", "LMHead"])
    tower = "decoder" if causal else "encoder"
    for index, layer in enumerate(layers):
        at = f"{tower}.{index}"
        recorder.entering(layer, *(["embed.out"] if index == 0 else []), f"{at}.in")
        recorder.output(layer, f"{at}.out")
        # Of encoders such as BERT a norm is within the branch's module: what it adds is not at hand.
        for part, names in ("attn", ATTENTION), ("ffn", FEED_FORWARD):
            module = child(layer, BEHIND[part]) or child(layer, names)
            gemma2 = part == "attn" and child(layer, ["pre_feedforward_layernorm"])
            if gemma2:
                module = child(layer, ["post_attention_layernorm"])
            if module is not None and causal:
                recorder.output(module, f"{at}.{part}.out")
    norm = child(holder, FINAL_NORM)
    if norm is not None:
        recorder.output(norm, f"{tower}.norm.out")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--prompt")
    parser.add_argument("--ids", help="token ids with commas between")
    parser.add_argument("--values", action="append", help="names to keep, with *; otherwise all")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    arguments = parser.parse_args()
    if (arguments.prompt is None) == (arguments.ids is None):
        parser.error("expected one of --prompt and --ids")
    dtype = getattr(torch, arguments.dtype)
    config = transformers.AutoConfig.from_pretrained(arguments.model)
    causal = any("CausalLM" in name or "LMHead" in name for name in config.architectures or [])
    kind = transformers.AutoModelForCausalLM if causal else transformers.AutoModel
    model = kind.from_pretrained(arguments.model, dtype=dtype, attn_implementation="eager").eval()
    if arguments.ids:
        ids = torch.tensor([[int(each) for each in arguments.ids.split(",")]])
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
        ids = tokenizer(arguments.prompt, return_tensors="pt").input_ids
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "position_ids": torch.arange(ids.shape[1])[None],
    }
    recorder = Recorder(arguments.values or ["*"])
    watch(model, recorder)
    with torch.inference_mode():
        result = model(input_ids=ids, attention_mask=inputs["attention_mask"], use_cache=False)
    if hasattr(result, "logits"):
        recorder.keep("logits", result.logits)
    if not recorder.values:
        raise SystemExit(f"{arguments.values}: no value has such a name")
    manifest = {
        "schema": 1,
        "producer": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "model": arguments.model.rstrip("/").rsplit("/", 1)[-1],
        "dtype": {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}[arguments.dtype],
        "inputs": list(inputs),
        "values": list(recorder.values),
        "config": json.loads(config.to_json_string(use_diff=False)),
    }
    metadata = {"format": "pt", "isomorph.recording": json.dumps(manifest)}
    save_file({**inputs, **recorder.values}, arguments.output, metadata=metadata)
    print(f"{arguments.output}: {len(recorder.values)} values of {ids.shape[1]} tokens")


if __name__ == "__main__":
    main()
