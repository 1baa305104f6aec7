"""Equality saturation: all forms of an expression that real-number identities reach, in one graph, and the best.

For regions that somebody chose, of a few hundred nodes: the passes of a compilation have rules, which know what to do.
"""
