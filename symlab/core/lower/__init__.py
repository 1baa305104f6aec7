"""From the rewritten graph to kernels, their order and their buffers."""
