"""The forward pass of Gemma 3 in jax, for the benchmark: no cache for a prefill, a cache of fixed size for steps."""
import gguf
import jax
import jax.numpy as jnp
import numpy as np

LAYERS, HIDDEN, HEADS, HEAD, WINDOW = 18, 640, 4, 256, 512
EPSILON = 1e-6
NAMES = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "attn_q_norm", "attn_k_norm",
         "post_attention_norm", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down", "post_ffw_norm")


def load(path):
    """Layers are stacked along a first axis, so that they run in a scan."""
    tensors = {t.name: gguf.dequantize(t.data, t.tensor_type).astype(np.float32) for t in gguf.GGUFReader(path).tensors}
    layers = {name: jnp.stack([tensors[f"blk.{i}.{name}.weight"] for i in range(LAYERS)]) for name in NAMES}
    return {"embedding": jnp.asarray(tensors["token_embd.weight"]), "norm": jnp.asarray(tensors["output_norm.weight"]),
            "layers": layers}


def norm(x, gain):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + EPSILON) * gain


def rotate(x, positions, base):
    """x: [texts, time, heads, HEAD]; halves turn together."""
    angle = positions[:, None] * base ** (-jnp.arange(HEAD // 2) * 2 / HEAD)
    cos, sin = jnp.cos(angle)[:, None, :], jnp.sin(angle)[:, None, :]
    a, b = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def forward(weights, cache, ids, start, last_only):
    """ids: [texts, time] at positions start.. of texts whose keys and values lie in `cache`, [layer, texts,
    capacity, HEAD] each. -> logits and the next cache."""
    texts, time = ids.shape
    positions = start + jnp.arange(time)
    capacity = cache[0].shape[2]
    distance = positions[:, None] - jnp.arange(capacity)[None, :]

    def block(h, layer):
        w, depth, keys, values = layer
        is_global = (depth + 1) % 6 == 0
        base = jnp.where(is_global, 1e6, 1e4)
        u = norm(h, w["attn_norm"])
        q = norm((u @ w["attn_q"].T).reshape(texts, time, HEADS, HEAD), w["attn_q_norm"])
        k = norm((u @ w["attn_k"].T).reshape(texts, time, 1, HEAD), w["attn_k_norm"])
        keys = jax.lax.dynamic_update_slice(keys, rotate(k, positions, base)[:, :, 0], (0, start, 0))
        values = jax.lax.dynamic_update_slice(values, u @ w["attn_v"].T, (0, start, 0))
        score = jnp.einsum("bthe,bse->bhts", rotate(q, positions, base), keys) * HEAD**-0.5
        seen = (distance >= 0) & (is_global | (distance < WINDOW))
        weight = jax.nn.softmax(jnp.where(seen, score, -jnp.inf), axis=-1)
        mixed = jnp.einsum("bhts,bse->bthe", weight, values).reshape(texts, time, HEADS * HEAD)
        h = h + norm(mixed @ w["attn_output"].T, w["post_attention_norm"])
        u = norm(h, w["ffn_norm"])
        f = (jax.nn.gelu(u @ w["ffn_gate"].T) * (u @ w["ffn_up"].T)) @ w["ffn_down"].T
        return h + norm(f, w["post_ffw_norm"]), (keys, values)

    h = weights["embedding"][ids] * jnp.float32(HIDDEN**0.5)
    h, cache = jax.lax.scan(block, h, (weights["layers"], jnp.arange(LAYERS), *cache))
    h = norm(h[:, -1:] if last_only else h, weights["norm"])
    return h @ weights["embedding"].T, cache


def empty_cache(texts, capacity):
    return tuple(jnp.zeros((LAYERS, texts, capacity, HEAD)) for _ in range(2))
