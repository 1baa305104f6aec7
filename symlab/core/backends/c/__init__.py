"""The C back end: rendering kernels, compiling and loading them, and the call path."""
