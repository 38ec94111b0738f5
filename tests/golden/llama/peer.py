"""The same weights in the peer, transformers' LlamaForCausalLM in f32: what a product of f32 quality is
expected to come as close to the f64 judge as."""
import torch
from transformers import LlamaConfig, LlamaForCausalLM

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def config(sizes):
    return LlamaConfig(
        vocab_size=sizes.vocabulary, hidden_size=sizes.hidden, intermediate_size=sizes.feed_forward,
        num_hidden_layers=sizes.layers, num_attention_heads=sizes.heads, num_key_value_heads=sizes.key_heads,
        max_position_embeddings=sizes.context, rms_norm_eps=sizes.epsilon, hidden_act="silu",
        rope_parameters={"rope_type": "default", "rope_theta": sizes.base}, attention_bias=False,
        tie_word_embeddings=True)


def halves_from_pairs(tensor, heads):
    """The file rotates dimensions 2 i and 2 i + 1 of a head, transformers i and i + head / 2."""
    rows, width = tensor.shape
    head = rows // heads
    return tensor.reshape(heads, head // 2, 2, width).swapaxes(1, 2).reshape(rows, width).copy()


class Peer:
    def __init__(self, tensors, sizes):
        assert "output.weight" not in tensors  # the head is tied
        reordered = {"attn_q": sizes.heads, "attn_k": sizes.key_heads}
        state = {"model.embed_tokens.weight": torch.from_numpy(tensors["token_embd.weight"]),
                 "model.norm.weight": torch.from_numpy(tensors["output_norm.weight"])}
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
        for layer in range(sizes.layers):
            for short, long in LAYER_NAMES.items():
                tensor = tensors[f"blk.{layer}.{short}.weight"]
                if short in reordered:
                    tensor = halves_from_pairs(tensor, reordered[short])
                state[f"model.layers.{layer}.{long}.weight"] = torch.from_numpy(tensor)
        self.model = LlamaForCausalLM(config(sizes)).eval()
        self.model.load_state_dict(state, strict=True)

    @torch.no_grad()
    def hidden(self, ids):
        """Final normalised state, torch f32 [time, hidden]."""
        return self.model.model(torch.as_tensor(ids)[None]).last_hidden_state[0]

    @torch.no_grad()
    def logits(self, hidden):
        """numpy f32 [rows, vocabulary]."""
        return self.model.lm_head(hidden).numpy()
