"""Makes lora/: adapters as PEFT writes them for some of the goldens, and the tensors that PEFT's own
merge changes, each in a file of that name.

    python lora.py     (torch, transformers, peft, safetensors)
"""

import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
GOLDENS = HERE.parent / "goldens"


def make(case, golden, options, save_safetensors=True):
    torch.manual_seed(len(case))
    folder = HERE / "lora" / case
    shutil.rmtree(folder, ignore_errors=True)
    base = AutoModelForCausalLM.from_pretrained(GOLDENS / golden, dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **options))
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "lora_" in name or "modules_to_save" in name:
                value.add_(0.05 * torch.randn_like(value))
            if name.endswith(".bias") and options.get("bias") == "all":
                value.add_(0.05 * torch.randn_like(value))
    model.save_pretrained(folder, safe_serialization=True)
    if not save_safetensors:
        file = folder / "adapter_model.safetensors"
        torch.save(load_file(file), folder / "adapter_model.bin")
        file.unlink()
    (folder / "README.md").unlink(missing_ok=True)
    written = json.loads((folder / "adapter_config.json").read_text())
    written["base_model_name_or_path"] = golden
    (folder / "adapter_config.json").write_text(json.dumps(written, indent=2) + "\n")

    before = AutoModelForCausalLM.from_pretrained(GOLDENS / golden, dtype=torch.float32)
    merged = PeftModel.from_pretrained(before, folder).merge_and_unload().state_dict()
    original = load_file(GOLDENS / golden / "model.safetensors")
    changed = {}
    for name, value in merged.items():
        if name in original and not torch.equal(value, original[name].float()):
            changed[name] = value.contiguous()
    save_file(changed, folder / "expected.safetensors", {"format": "pt"})
    print(case, len(changed), "tensors changed of", len(original))


make(
    "llama",
    "llama",
    {
        "r": 4,
        "lora_alpha": 6,
        "target_modules": "all-linear",
        "rank_pattern": {"q_proj": 2, r"layers\.1\.mlp\.(up|gate)_proj": 3},
        "alpha_pattern": {"layers.0.self_attn.o_proj": 32},
    },
)
make(
    "llama-rslora-dora",
    "llama",
    {
        "r": 4,
        "lora_alpha": 6,
        "use_rslora": True,
        "use_dora": True,
        "target_modules": ["k_proj", "down_proj"],
        "modules_to_save": ["lm_head"],
    },
)
make(
    "gpt2",
    "gpt2",
    {
        "r": 3,
        "lora_alpha": 9,
        "fan_in_fan_out": True,
        "bias": "all",
        "target_modules": ["c_attn", "c_proj", "wte", "wpe"],
    },
    save_safetensors=False,
)
make("mixtral", "mixtral", {"r": 2, "target_modules": ["q_proj", "o_proj"]})
