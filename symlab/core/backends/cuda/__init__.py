"""CUDA from the same kernels as C."""
