"""Pinned packages of the peers, in one place so that all benchmarks compare with the same ones."""

TORCH = ["torch==2.15.0", "numpy==2.4.6"]
TRANSFORMERS = ["transformers==5.23.0", "safetensors==0.8.0", "gguf==0.19.0"]
JAX = ["jax==0.10.2"]
LLAMA_CPP = ["llama-cpp-python==0.3.36"]

# glibc gives large blocks back to the system at every free; a program that allocates its results anew
# then measures page faults. With these it keeps them, as a long-running process does.
WARM_HEAP = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000"}
