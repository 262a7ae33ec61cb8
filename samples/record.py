"""Records what a Hugging Face model computes, for `isomorph compare` to take in place of a model.

    python record.py MODEL OUT.safetensors --prompt 'The sea'
    python record.py MODEL OUT.safetensors --ids 1,403,407 --dtype bfloat16 --values 'decoder.*.out'
    python record.py MODEL OUT.safetensors --inputs IN.safetensors

Needs torch, transformers and safetensors. MODEL is a directory or a name on the Hub; any model will do
whose layers are a list of modules: decoders, encoders, both, and those of images. Written are what the
model was given, the values by their canonical names, and a manifest:

    embed.out                what enters the first layer
    decoder.3.in, .out       what enters a layer, and what leaves it (encoder.3 of an encoder)
    decoder.3.attn.probs     attention weights
    decoder.3.attn.out       what attention adds to the stream, after a norm behind it
    decoder.3.mid            the stream between
    decoder.3.cross.out      what attention to an encoder adds, and .probs
    decoder.3.ffn.out        what the feed-forward layer adds
    decoder.norm.out         after the final norm
    logits                   and what else the heads give

What a module adds to the stream is seen in the numbers, whatever the module is called: stream + output
is what a later module is given, or what leaves the layer. What a family does in another way is left out,
not guessed.
"""

import argparse
import fnmatch
import inspect
import json
from copy import deepcopy
from functools import partial

import torch
import transformers
from safetensors.torch import load_file, save_file

# What heads give that are no logits.
EMBEDDINGS = ["text_embeds", "image_embeds", "logits_per_image"]
# Products of sums in another order differ by as much, as a part of what is added.
ROUNDING = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}


def tensors(values):
    for value in values:
        if torch.is_tensor(value):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from tensors(value)


def first(values):
    return next(tensors(values), None)


class Trace:
    """What went into the modules of one layer, and what came out of them, in order."""

    def __init__(self, norm_names):
        self.events = []
        self.weights = []
        self.norm_names = norm_names

    def add(self, kind, name, value, shape):
        # Some families run a layer's end on all tokens of a batch in one row.
        if value is not None and value.shape[-1:] == shape[-1:] and value.numel() == shape.numel():
            self.events.append((kind, name, value.detach().reshape(shape).clone()))

    def see(self, weights):
        # Modules hand on what those within them gave.
        if weights is not None and not any(each is weights for each in self.weights):
            self.weights.append(weights)

    def norms(self, streams):
        """What norms make of these streams; one that stands there twice is read by two."""
        found, taken = [], set()
        for stream in streams:
            read = None
            for index, name, value in self.values("in", 0):
                if name in self.norm_names and name not in taken and value.equal(stream):
                    read = next((out for _, each, out in self.values("out", index) if each == name), None)
                    taken.add(name)
                    break
            found.append(read)
        return found

    def values(self, kind, start):
        for index in range(start, len(self.events)):
            if self.events[index][0] == kind:
                yield index, self.events[index][1], self.events[index][2]


def is_sum(parts, whole, rounding):
    """Whether these make the whole, in whatever order they are added; the last is the smallest of them."""
    one, *others = parts
    orders = [others, others[::-1]] if len(others) > 1 else [others]
    least = min(part.float().norm() for part in others)
    return any(
        (sum(order, one).float() - whole.float()).norm() <= rounding * least for order in orders
    ) or (len(others) > 1 and (one + (others[0] + others[1]) - whole).float().norm() <= rounding * least)


def branches(trace, stream, leaving, rounding, start=0):
    """What is added to a stream, one after the other: (module, what it adds, the stream then).

    None if that does not lead to what leaves the layer.
    """
    ends = [(len(trace.events), "", leaving)]
    for index, name, added in trace.values("out", start):
        later = [each for each in trace.values("in", index + 1)]
        for at, reader, whole in later + ends:
            if not is_sum([stream, added], whole, rounding):
                continue
            if at == len(trace.events):
                return [(name, added, whole)]
            # The stream goes on as it is, or, where a norm is part of it, as what the norm gives.
            normed = [out for i, n, out in trace.values("out", at) if n == reader][:1]
            for next_stream in [whole] + normed:
                if next_stream is not whole and next_stream.equal(leaving):
                    return [(name, added, next_stream)]
                if rest := branches(trace, next_stream, leaving, rounding, at):
                    return [(name, added, next_stream)] + rest
            break
    return None


def parallel(trace, stream, leaving, rounding):
    """The same where attention and the feed-forward layer are added at once."""
    outputs = list(trace.values("out", 0))
    for index, name, one in outputs:
        for later, other_name, other in outputs:
            if later > index and is_sum([stream, one, other], leaving, rounding):
                pair = [(name, one, stream), (other_name, other, leaving)]
                return sorted(pair, key=lambda each: "att" not in each[0].lower())
    return None


def weights(values):
    """Attention weights among what a module gives: rows that sum to one, or to less beside a sink."""
    for each in tensors(values):
        if each.dim() == 4 and each.min() >= 0 and 0 < each.sum(-1).max() < 1.05:
            return each
    return None


class Recorder:
    def __init__(self, globs):
        self.globs = globs
        self.values = {}
        # Whether every attention so far was one to what is behind.
        self.is_causal = True

    def keep(self, name, value):
        if any(fnmatch.fnmatch(name, glob) for glob in self.globs):
            self.values[name] = value.detach().clone().contiguous()

    def watch(self, at, layer, hears):
        """Keeps what passes a layer; `hears` is told what enters and what leaves it."""
        trace = Trace({name for name, each in layer.named_modules() if is_norm(each)})
        state = {}

        def enter(module, args, kwargs):
            state["in"] = first(list(args) + [kwargs.get("hidden_states")]).detach().clone()
            trace.events.clear()
            trace.weights.clear()

        def leave(module, args, out):
            out = first([out])
            self.layer(at, trace, state["in"], out)
            hears(state["in"], out)
            state.clear()

        def before(module, args, kwargs, name):
            # Layers may share modules: those of another layer are no business of this one.
            if state:
                trace.add("in", name, first([args, list(kwargs.values())]), state["in"].shape)

        def behind(module, args, out, name):
            if state:
                trace.add("out", name, first([out]), state["in"].shape)
                trace.see(weights([out]))

        for name, module in layer.named_modules():
            if module is not layer:
                module.register_forward_pre_hook(partial(before, name=name), with_kwargs=True)
                module.register_forward_hook(partial(behind, name=name))
        layer.register_forward_pre_hook(enter, with_kwargs=True)
        layer.register_forward_hook(leave)

    def layer(self, at, trace, entering, leaving):
        rounding = ROUNDING[entering.dtype]
        found = branches(trace, entering, leaving, rounding)
        found = found or parallel(trace, entering, leaving, rounding) or []
        parts = {2: ["attn", "ffn"], 3: ["attn", "cross", "ffn"]}.get(len(found), [])
        norms = trace.norms([entering] + [after for _, _, after in found[:-1]])
        self.keep(f"{at}.in", entering)
        for part, norm, (_, added, after) in zip(parts, norms, found):
            if norm is not None:
                self.keep(f"{at}.{part}.norm.out", norm)
            if part != "ffn" and trace.weights:
                each = trace.weights.pop(0)
                self.is_causal &= part == "attn" and torch.equal(each, each.tril())
                self.keep(f"{at}.{part}.probs", each)
            self.keep(f"{at}.{part}.out", added)
            if part != "ffn" and after is not entering:
                self.keep(f"{at}.mid2" if part == "cross" else f"{at}.mid", after)
        self.keep(f"{at}.out", leaving)

    def norm(self, name, model, layers, last):
        """Keeps what a norm outside of the layers makes of what left the last of them."""

        def behind(module, args, out):
            if "out" in last and args and torch.is_tensor(args[0]):
                if args[0].shape == last["out"].shape and args[0].equal(last["out"]):
                    self.keep(name, first([out]))

        inside = {each for layer in layers for each in layer.modules()}
        for module in model.modules():
            if module not in inside and is_norm(module):
                module.register_forward_hook(behind)


def is_norm(module):
    return "norm" in type(module).__name__.lower() and not list(module.children())


def stacks(model):
    """The lists of layers by their paths: lists of modules that are in no other."""
    found = {}
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.ModuleList) and len(module) > 0:
            if not any(name.startswith(other + ".") for other in found):
                found[name] = module
    if not found:
        raise SystemExit("expected layers in a list of modules, found none")
    return found


def towers(model, names):
    """What the stacks are called."""
    if model.config.is_encoder_decoder:
        return ["decoder" if "decoder" in name else "encoder" for name in names]
    if len(names) > 1:
        return [name.split(".")[0].split("_")[0] for name in names]
    return ["decoder" if is_causal(model) else "encoder"]


def is_causal(model):
    """Whether no token sees a later one: seen on two of them."""
    if "input_ids" not in inspect.signature(model.forward).parameters:
        return False
    copy, tried = deepcopy(model), Recorder([])
    for layers in stacks(copy).values():
        for layer in layers:
            tried.watch("", layer, lambda entering, leaving: None)
    copy(input_ids=torch.tensor([[1, 2]]), use_cache=False)
    return tried.is_causal


def run(model, inputs, recorder):
    found = stacks(model)
    names = towers(model, found)
    for tower, layers in zip(names, found.values()):
        last = {}

        def hears(entering, leaving, index, tower=tower, layers=layers, last=last):
            if index == 0:
                recorder.keep("embed.out" if len(names) == 1 else f"{tower}.embed.out", entering)
            if index == len(layers) - 1:
                last["out"] = leaving

        for index, layer in enumerate(layers):
            recorder.watch(f"{tower}.{index}", layer, partial(hears, index=index))
        recorder.norm(f"{tower}.norm.out", model, layers, last)
    known = inspect.signature(model.forward).parameters
    caching = {"use_cache": False} if "use_cache" in known else {}
    result = model(**inputs, **caching)
    for name, value in result.items():
        if torch.is_tensor(value) and (name.endswith("logits") or name in EMBEDDINGS):
            recorder.keep(name, value)


def given(model, arguments):
    """What the model is given, by Hugging Face's names."""
    if arguments.inputs:
        known = inspect.signature(model.forward).parameters
        return {name: each for name, each in load_file(arguments.inputs).items() if name in known}
    if arguments.ids:
        ids = torch.tensor([[int(each) for each in arguments.ids.split(",")]])
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
        ids = tokenizer(arguments.prompt, return_tensors="pt").input_ids
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if model.config.is_encoder_decoder:
        start = torch.full_like(ids[:, :1], model.config.decoder_start_token_id)
        inputs["decoder_input_ids"] = torch.cat([start, ids], 1)
    return inputs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--prompt")
    parser.add_argument("--ids", help="token ids with commas between")
    parser.add_argument("--inputs", help="a safetensors file of input_ids, pixel_values and others")
    parser.add_argument("--values", action="append", help="names to keep, with *; otherwise all")
    parser.add_argument("--attention", default="eager", help="or sdpa, which tells no weights")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    arguments = parser.parse_args()
    if sum(each is not None for each in (arguments.prompt, arguments.ids, arguments.inputs)) != 1:
        parser.error("expected one of --prompt, --ids and --inputs")
    config = transformers.AutoConfig.from_pretrained(arguments.model)
    name = (config.architectures or [""])[0]
    kind = getattr(transformers, name, transformers.AutoModel)
    dtype = getattr(torch, arguments.dtype)
    model = kind.from_pretrained(
        arguments.model, dtype=dtype, attn_implementation=arguments.attention
    ).eval()
    inputs = given(model, arguments)
    recorder = Recorder(arguments.values or ["*"])
    with torch.inference_mode():
        run(model, inputs, recorder)
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
    print(f"{arguments.output}: {len(recorder.values)} values of {arguments.model}")


if __name__ == "__main__":
    main()
