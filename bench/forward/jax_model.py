#!/usr/bin/env python3
"""jax's side: gemma_jax.py, compiled."""
from functools import partial

import gemma_jax
import jax
import jax.numpy as jnp
import timing


def main():
    options = timing.parser().parse_args()
    golden = timing.Golden(options.golden)
    weights = gemma_jax.load(options.gguf)
    forward = jax.jit(gemma_jax.forward, static_argnames="last_only")

    def prefill(tokens, last_only):
        cache = gemma_jax.empty_cache(1, len(tokens))
        logits, _ = forward(weights, cache, jnp.array([tokens]), 0, last_only=last_only)
        return logits.block_until_ready()[0]

    if options.kind in ("last", "all"):
        return timing.prefill(options.work, options.kind, golden, prefill)
    texts = int(options.kind.removeprefix("decode_"))
    cache = gemma_jax.empty_cache(texts, timing.PROMPT + timing.STEPS + 1)
    step = jax.jit(partial(gemma_jax.forward, last_only=True), donate_argnums=1)

    def append(tokens, start):
        nonlocal cache
        logits, cache = step(weights, cache, jnp.array([tokens] * texts), start)
        logits.block_until_ready()

    timing.decode(options.work, golden, append)


main()
