"""A Llama in float64, written from the published description (Touvron et al., 2023) and on numpy alone:
the judge of every f32 run of the same weights. Sizes are read from the GGUF file.

Row-major [out, in] matrices act as y = W x. In such a file the rows of queries and keys are ordered for
rotary positions on neighbouring pairs.
"""
import gguf
import numpy as np


class Sizes:
    def __init__(self, path):
        fields = gguf.GGUFReader(path).fields
        key = lambda name: fields[f"llama.{name}"].contents()
        self.vocabulary, self.hidden, self.layers = key("vocab_size"), key("embedding_length"), key("block_count")
        self.heads, self.key_heads = key("attention.head_count"), key("attention.head_count_kv")
        self.feed_forward, self.context = key("feed_forward_length"), key("context_length")
        self.head = self.hidden // self.heads
        self.base, self.epsilon = float(key("rope.freq_base")), float(key("attention.layer_norm_rms_epsilon"))


def load_tensors(path):
    """Name -> f32 array, [out, in] for matrices."""
    return {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            for tensor in gguf.GGUFReader(path).tensors}


def silu(x):
    return x / (1 + np.exp(-x))


def rotate_pairs(x, base):
    """RoPE: dimensions 2 i and 2 i + 1 turn together. x: [time, heads, head]."""
    time, _, head = x.shape
    angle = np.arange(time)[:, None] * base ** (-np.arange(head // 2) * 2 / head)
    turned = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * angle)[:, None, :]
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape)


class Reference:
    def __init__(self, tensors, sizes):
        self.sizes = sizes
        self.tensors = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
        self.head = self.tensors.get("output.weight", self.tensors["token_embd.weight"])

    def rms_norm(self, x, gain):
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + self.sizes.epsilon) * gain

    def hidden(self, ids, trace=None):
        """Final normalised state of each token: [time, hidden]. `trace` collects the residual stream after
        the embedding and after each layer."""
        h = self.tensors["token_embd.weight"][ids]
        trace = [] if trace is None else trace
        trace.append(h)
        for layer in range(self.sizes.layers):
            prefix = f"blk.{layer}."
            w = {name[len(prefix):-len(".weight")]: tensor for name, tensor in self.tensors.items()
                 if name.startswith(prefix)}
            h = h + self.attention(self.rms_norm(h, w["attn_norm"]), w)
            u = self.rms_norm(h, w["ffn_norm"])
            h = h + (silu(u @ w["ffn_gate"].T) * (u @ w["ffn_up"].T)) @ w["ffn_down"].T
            trace.append(h)
        return self.rms_norm(h, self.tensors["output_norm.weight"])

    def attention(self, u, w):
        s, time = self.sizes, len(u)
        heads = lambda name, count: (u @ w[name].T).reshape(time, count, s.head)
        q = rotate_pairs(heads("attn_q", s.heads), s.base)
        k = rotate_pairs(heads("attn_k", s.key_heads), s.base)
        v = heads("attn_v", s.key_heads)
        mixed = np.zeros((time, s.heads, s.head))
        for head in range(s.heads):
            shared = head // (s.heads // s.key_heads)
            score = q[:, head] @ k[:, shared].T / np.sqrt(s.head)
            score[np.triu_indices(time, 1)] = -np.inf
            weight = np.exp(score - score.max(axis=1, keepdims=True))
            mixed[:, head] = weight / weight.sum(axis=1, keepdims=True) @ v[:, shared]
        return mixed.reshape(time, -1) @ w["attn_output"].T

    def logits(self, hidden):
        return hidden @ self.head.T
