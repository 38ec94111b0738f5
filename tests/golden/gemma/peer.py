"""The same weights in the peer, transformers' Gemma3ForCausalLM in f32: what a product of f32 quality
is expected to come as close to the f64 judge as."""
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

import reference

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "post_ffw_norm": "post_feedforward_layernorm",
}


def config():
    return Gemma3TextConfig(
        vocab_size=reference.VOCAB, hidden_size=reference.HIDDEN, intermediate_size=2048,
        num_hidden_layers=reference.LAYERS, num_attention_heads=reference.HEADS, num_key_value_heads=1,
        head_dim=reference.HEAD, hidden_activation="gelu_pytorch_tanh", max_position_embeddings=32768,
        rms_norm_eps=reference.EPSILON, query_pre_attn_scalar=256, sliding_window=reference.WINDOW,
        layer_types=["full_attention" if reference.is_global(i) else "sliding_attention"
                     for i in range(reference.LAYERS)],
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": reference.GLOBAL_BASE},
            "sliding_attention": {"rope_type": "default", "rope_theta": reference.LOCAL_BASE}},
        attention_bias=False, attention_dropout=0.0, final_logit_softcapping=None,
        attn_logit_softcapping=None, tie_word_embeddings=True, bos_token_id=reference.BOS,
        eos_token_id=1, pad_token_id=0)


def checkpoint_tensor(name, tensor):
    """Norms of a GGUF file hold 1 + w, those of a checkpoint w."""
    return torch.from_numpy(tensor - 1 if name.endswith("norm.weight") else tensor)


def build(tensors, pick=range(reference.LAYERS)):
    """`pick` as in reference.Reference; tied layers are copies here, which changes no value."""
    state = {"model.embed_tokens.weight": torch.from_numpy(tensors["token_embd.weight"]),
             "model.norm.weight": checkpoint_tensor("output_norm.weight", tensors["output_norm.weight"])}
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    for depth, source in enumerate(pick):
        for short, long in LAYER_NAMES.items():
            name = f"{short}.weight"
            state[f"model.layers.{depth}.{long}.weight"] = checkpoint_tensor(
                name, tensors[f"blk.{source}.{name}"])
    model = Gemma3ForCausalLM(config()).eval()
    model.load_state_dict(state, strict=True)
    return model


class Peer:
    def __init__(self, tensors, pick=range(reference.LAYERS)):
        self.model = build(tensors, pick)

    @torch.no_grad()
    def hidden(self, ids):
        """Final normalised state, torch f32 [time, HIDDEN]."""
        return self.model.model(torch.as_tensor(ids)[None]).last_hidden_state[0]

    @torch.no_grad()
    def logits(self, hidden):
        """numpy f32 [rows, VOCAB]."""
        return self.model.lm_head(hidden).numpy()

    @torch.no_grad()
    def nll(self, hidden, targets):
        """Per row, as a training loop computes it (f32 logits, f32 log-softmax), and the f32 logits'
        own by a log-softmax in f64: summing 262144 exponentials in f32 loses more than the model."""
        logits, targets = self.model.lm_head(hidden), torch.as_tensor(targets)
        return tuple(torch.nn.functional.cross_entropy(z, targets, reduction="none").double().numpy()
                     for z in (logits, logits.double()))

    @torch.no_grad()
    def continue_greedily(self, ids, count):
        made, cache = [], None
        step = torch.as_tensor(ids)[None]
        for _ in range(count):
            out = self.model(step, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache = out.past_key_values
            made.append(int(out.logits[0, -1].argmax()))
            step = torch.tensor([[made[-1]]])
        return made
