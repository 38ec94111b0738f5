#!/usr/bin/env python3
"""llama.cpp's side, by its C interface: a file as it is, or a copy with its weights expanded to F32."""
import ctypes
import os

import llama_cpp
import numpy as np
import timing


class Model:
    def __init__(self, path, texts, capacity, threads):
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.llama_model_default_params()
        # The buffers that AMX wants fail on a head tied to an embedding of Q8_0.
        parameters.use_extra_bufts = False
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), parameters)
        context = llama_cpp.llama_context_default_params()
        context.n_ctx, context.n_batch, context.n_ubatch = capacity * texts, capacity * texts, capacity * texts
        context.n_seq_max, context.n_threads, context.n_threads_batch = texts, threads, threads
        self.context = llama_cpp.llama_init_from_model(self.model, context)
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.texts = texts

    def forget(self):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)

    def read(self, tokens, start, all_logits):
        """`tokens` from position `start` on of every text. -> logits of the last text's last position, or of
        all its positions."""
        batch = llama_cpp.llama_batch_init(len(tokens) * self.texts, 0, 1)
        for text in range(self.texts):
            for offset, token in enumerate(tokens):
                i = batch.n_tokens
                batch.token[i], batch.pos[i] = token, start + offset
                batch.n_seq_id[i], batch.seq_id[i][0] = 1, text
                batch.logits[i] = all_logits or offset + 1 == len(tokens)
                batch.n_tokens += 1
        status = llama_cpp.llama_decode(self.context, batch)
        llama_cpp.llama_batch_free(batch)
        if status:
            raise SystemExit(f"llama_decode: {status}")
        rows = (len(tokens) if all_logits else 1) * self.texts
        logits = llama_cpp.llama_get_logits(self.context)
        return np.ctypeslib.as_array(ctypes.cast(logits, ctypes.POINTER(ctypes.c_float)), (rows, self.words))


def main():
    options = timing.parser().parse_args()
    golden = timing.Golden(options.golden)
    threads = int(os.environ["RXC_BENCH_THREADS"])
    if options.kind in ("last", "all"):
        model = Model(options.gguf, 1, timing.PREFILL, threads)

        def prefill(tokens, last_only):
            model.forget()
            return model.read(tokens, 0, not last_only)

        return timing.prefill(options.work, options.kind, golden, prefill)
    texts = int(options.kind.removeprefix("decode_"))
    model = Model(options.gguf, texts, timing.PROMPT + timing.STEPS + 1, threads)
    timing.decode(options.work, golden, lambda tokens, start: model.read(tokens, start, False))


main()
