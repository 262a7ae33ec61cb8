"""Times a prompt and the tokens after it in transformers: one process, one line of medians. Run by bench/forward.

Arguments: a checkpoint, F32 or BF16, the prompt's length, how many tokens, how many rounds.
"""

import resource
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM

directory, dtype = sys.argv[1:3]
prompt, tokens, rounds = map(int, sys.argv[3:])
torch.set_num_threads(2)
model = AutoModelForCausalLM.from_pretrained(
    directory, dtype={"F32": torch.float32, "BF16": torch.bfloat16}[dtype]
)
ids = torch.tensor([[7 + i * 31 % 1000 for i in range(prompt)]])
prefills, steps = [], []
with torch.inference_mode():
    for turn in range(-1, rounds):
        start = time.perf_counter()
        out = model(ids, use_cache=True)
        next_token = out.logits[:, -1:].argmax(-1)
        if turn >= 0:
            prefills.append(time.perf_counter() - start)
        for _ in range(tokens):
            start = time.perf_counter()
            out = model(next_token, past_key_values=out.past_key_values, use_cache=True)
            next_token = out.logits[:, -1:].argmax(-1)
            if turn >= 0:
                steps.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{statistics.median(prefills) * 1e3:.1f} {statistics.median(steps) * 1e3:.1f} {peak}")
