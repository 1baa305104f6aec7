"""What users add: Python functions and sub-graphs as ops, ops in Theano's words, formulas with C text, watch points."""

from symlab.core.custom.formula import elementwise

__all__ = ["elementwise"]
