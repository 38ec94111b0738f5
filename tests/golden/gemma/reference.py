"""Gemma 3 270M in float64, written from the published description and on numpy alone: the judge of
every f32 run of the same weights. Speed does not matter here; being obviously right does.

Weights are the dequantised f32 values of a GGUF file, widened. Norm weights in such a file already
hold the 1 of "1 + w". Row-major [out, in] matrices act as y = W x.
"""
import gguf
import numpy as np

LAYERS, HIDDEN, HEADS, HEAD, VOCAB, WINDOW = 18, 640, 4, 256, 262144, 512
EPSILON = 1e-6
BOS = 2
# The C++ and PyTorch runtimes hold sqrt(640) in f32; the judge takes the same number, so that a
# rounding of the definition is not counted as an error of arithmetic.
EMBEDDING_SCALE = float(np.float32(25.298221588134766))
LOCAL_BASE, GLOBAL_BASE = 1e4, 1e6


def is_global(depth):
    """Five local layers, then a global one."""
    return (depth + 1) % 6 == 0


def stepwise(unique, layers=LAYERS):
    """Source layers of a tied stack of `unique` layers: first and last kept, the others evenly
    spaced, halves rounded up."""
    return [int(np.floor(k * (layers - 1) / (unique - 1) + 0.5)) for k in range(unique)]


def load_tensors(path):
    """Name -> f32 array, [out, in] for matrices."""
    return {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            for tensor in gguf.GGUFReader(path).tensors}


def rms_norm(x, gain):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + EPSILON) * gain


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def rotate(x, positions, base):
    """RoPE in halves: dimension i turns with i + HEAD / 2. x: [time, heads, HEAD]."""
    half = HEAD // 2
    angle = positions[:, None] * base ** (-np.arange(half) * 2 / HEAD)
    cos, sin = np.cos(angle)[:, None, :], np.sin(angle)[:, None, :]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def attend(q, k, v, positions, depth):
    """q: [new, HEADS, HEAD]; k, v: [seen, HEAD], one head shared by all. -> [new, HEADS * HEAD]."""
    distance = positions[:, None] - np.arange(len(k))[None, :]
    hidden = (distance < 0) | ((distance >= WINDOW) & (not is_global(depth)))
    heads = []
    for head in range(HEADS):
        score = q[:, head] @ k.T * HEAD**-0.5
        score[hidden] = -np.inf
        weight = np.exp(score - score.max(axis=1, keepdims=True))
        heads.append(weight / weight.sum(axis=1, keepdims=True) @ v)
    return np.concatenate(heads, axis=1)


class Reference:
    """The model; `pick[i]` names the source layer that depth i uses (18 depths). What depends on the
    depth rather than on the weights, the attention window and the RoPE base, follows i."""

    def __init__(self, tensors, pick=range(LAYERS)):
        self.embedding = tensors["token_embd.weight"].astype(np.float64)
        self.final_norm = tensors["output_norm.weight"].astype(np.float64)
        used = set(pick)
        self.layers = {}
        for name, tensor in tensors.items():
            parts = name.split(".")
            if parts[0] == "blk" and int(parts[1]) in used:
                self.layers.setdefault(int(parts[1]), {})[parts[2]] = tensor.astype(np.float64)
        self.pick = list(pick)

    def tie(self, pick):
        """The same buffers under another choice of layers."""
        other = object.__new__(Reference)
        other.__dict__ = dict(self.__dict__, pick=list(pick))
        return other

    def parameters(self):
        """Unique parameters: a layer used at several depths counts once, as does the tied head."""
        shared = self.embedding.size + self.final_norm.size
        return shared + sum(t.size for i in set(self.pick) for t in self.layers[i].values())

    def hidden(self, ids, cache=None, trace=None):
        """Final normalised state of each token of `ids`: [time, HIDDEN]. `cache` (a list, empty at
        the first call) holds keys and values of earlier calls. `trace` collects the residual stream
        after the embedding and after each depth."""
        if cache is None:
            cache = []
        if not cache:
            cache.extend([np.zeros((0, HEAD)), np.zeros((0, HEAD))] for _ in self.pick)
        positions = len(cache[0][0]) + np.arange(len(ids))
        h = self.embedding[ids] * EMBEDDING_SCALE
        trace = [] if trace is None else trace
        trace.append(h)
        for depth, source in enumerate(self.pick):
            h = self.block(h, self.layers[source], depth, positions, cache[depth])
            trace.append(h)
        return rms_norm(h, self.final_norm)

    def block(self, h, w, depth, positions, cache):
        base = GLOBAL_BASE if is_global(depth) else LOCAL_BASE
        u = rms_norm(h, w["attn_norm"])
        q = rms_norm((u @ w["attn_q"].T).reshape(len(u), HEADS, HEAD), w["attn_q_norm"])
        k = rms_norm((u @ w["attn_k"].T).reshape(len(u), 1, HEAD), w["attn_k_norm"])
        cache[0] = np.concatenate([cache[0], rotate(k, positions, base)[:, 0]])
        cache[1] = np.concatenate([cache[1], u @ w["attn_v"].T])
        a = attend(rotate(q, positions, base), cache[0], cache[1], positions, depth)
        h = h + rms_norm(a @ w["attn_output"].T, w["post_attention_norm"])
        u = rms_norm(h, w["ffn_norm"])
        f = (gelu_tanh(u @ w["ffn_gate"].T) * (u @ w["ffn_up"].T)) @ w["ffn_down"].T
        return h + rms_norm(f, w["post_ffw_norm"])

    def logits(self, hidden):
        """[rows, VOCAB]: 2 MB a row, so ask for few rows at a time."""
        return hidden @ self.embedding.T
