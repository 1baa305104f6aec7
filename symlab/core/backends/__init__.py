"""What runs a compiled graph: the NumPy reference, C, and CUDA."""
