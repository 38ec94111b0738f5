#!/usr/bin/env python3
"""torch's side: transformers' Gemma 3, eager or compiled, in f32 or bf16."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "golden" / "gemma"), str(ROOT / "tests" / "golden")]
import peer  # noqa: E402
import reference  # noqa: E402
import timing  # noqa: E402
import torch  # noqa: E402
from transformers import StaticCache  # noqa: E402


@torch.inference_mode()
def main():
    parser = timing.parser()
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ["RXC_BENCH_THREADS"]))
    golden = timing.Golden(options.golden)
    model = peer.build(reference.load_tensors(options.gguf))
    if options.bf16:
        model = model.bfloat16()
    forward = torch.compile(model.forward) if options.compile else model.forward

    def prefill(tokens, last_only):
        out = forward(torch.tensor([tokens]), use_cache=False, logits_to_keep=1 if last_only else 0)
        return out.logits[0]

    if options.kind in ("last", "all"):
        return timing.prefill(options.work, options.kind, golden, prefill)
    texts = int(options.kind.removeprefix("decode_"))
    # A compiled step must not change its shapes from step to step; an eager one is faster with what there is.
    cache = (StaticCache(config=model.config, max_cache_len=timing.PROMPT + timing.STEPS + 1)
             if options.compile else None)

    def append(tokens, start):
        nonlocal cache
        read = forward if len(tokens) == 1 else model.forward
        out = read(torch.tensor([tokens] * texts), past_key_values=cache, use_cache=True, logits_to_keep=1,
                   cache_position=torch.arange(start, start + len(tokens)))
        cache = out.past_key_values

    timing.decode(options.work, golden, append)


main()
