"""What Theano's programs look for beside its rewrites: values that are checked while a function runs."""

from symlab.core.custom.watch import Assert, assert_op

__all__ = ["Assert", "assert_op"]
