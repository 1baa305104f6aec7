"""Theano's classes of convolutions, each of which makes a function with the operands in Theano's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import sizes_of
from symlab.tensor.nnet import convolutions as given_by
from symlab.tensor.nnet.conv_shapes import get_conv_gradinputs_shape, get_conv_gradweights_shape

# fmt: off
__all__ = [
    "AbstractConv2d", "AbstractConv2d_gradInputs", "AbstractConv2d_gradWeights", "AbstractConv3d",
    "AbstractConv3d_gradInputs", "AbstractConv3d_gradWeights", "Corr3dMM", "Corr3dMM_gradInputs",
    "Corr3dMM_gradWeights", "CorrMM", "CorrMM_gradInputs", "CorrMM_gradWeights",
]
# fmt: on

Function = Callable[..., Variable]


def named(rank: int, imshp: Any, kshp: Any, border_mode: Any, subsample: Any, filter_dilation: Any) -> dict[str, Any]:
    """The options that all have."""
    one = (1,) * rank
    return {
        "input_shape": imshp,
        "filter_shape": kshp,
        "border_mode": border_mode,
        "subsample": subsample or one,
        "filter_dilation": filter_dilation or one,
    }


def forward(rank: int) -> Callable[..., Function]:
    """A class whose function takes images and filters."""

    def made(
        imshp: Any = None, kshp: Any = None, border_mode: Any = "valid", subsample: Any = None,
        filter_flip: bool = True, filter_dilation: Any = None, num_groups: int = 1, unshared: bool = False,
    ) -> Function:  # fmt: skip
        function: Any = given_by.conv2d if rank == 2 else given_by.conv3d
        options = named(rank, imshp, kshp, border_mode, subsample, filter_dilation)
        options |= {"unshared": unshared} if rank == 2 else {}
        return lambda img, kern: function(img, kern, filter_flip=filter_flip, num_groups=num_groups, **options)

    made.__doc__ = f"The function that convolves images of {rank} axes."
    return made


def by_inputs(rank: int) -> Callable[..., Function]:
    """A class whose function takes filters, the gradient of the result, and the shape of the images."""

    def made(
        imshp: Any = None, kshp: Any = None, border_mode: Any = "valid", subsample: Any = None,
        filter_flip: bool = True, filter_dilation: Any = None, num_groups: int = 1, unshared: bool = False,
    ) -> Function:  # fmt: skip
        function: Any = given_by.conv2d_grad_wrt_inputs if rank == 2 else given_by.conv3d_grad_wrt_inputs
        options = named(rank, None, kshp, border_mode, subsample, filter_dilation)
        options |= {"unshared": unshared} if rank == 2 else {}

        def gradient(kern: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True) -> Variable:
            full = shape_of(imshp, shape, rank)
            return function(  # type: ignore[no-any-return]
                topgrad, kern, **{**options, "input_shape": full}, filter_flip=filter_flip, num_groups=num_groups
            )

        return gradient

    made.__doc__ = f"The function that gives the gradient of a convolution over {rank} axes by its images."
    return made


def by_weights(rank: int) -> Callable[..., Function]:
    """A class whose function takes images, the gradient of the result, and the shape of the filters."""

    def made(
        imshp: Any = None, kshp: Any = None, border_mode: Any = "valid", subsample: Any = None,
        filter_flip: bool = True, filter_dilation: Any = None, num_groups: int = 1, unshared: bool = False,
    ) -> Function:  # fmt: skip
        function: Any = given_by.conv2d_grad_wrt_weights if rank == 2 else given_by.conv3d_grad_wrt_weights
        options = named(rank, imshp, None, border_mode, subsample, filter_dilation)
        options |= {"unshared": unshared} if rank == 2 else {}

        def gradient(img: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True) -> Variable:
            full = shape_of(kshp, shape, rank)
            return function(  # type: ignore[no-any-return]
                img, topgrad, **{**options, "filter_shape": full}, filter_flip=filter_flip, num_groups=num_groups
            )

        return gradient

    made.__doc__ = f"The function that gives the gradient of a convolution over {rank} axes by its filters."
    return made


def shape_of(known: Any, given: Any, rank: int) -> tuple[Any, ...]:
    """The shape of a result: what was known when the class was called, else the sizes given at the end."""
    sizes = [given[place] for place in range(rank)]
    if known is None:
        return (None, None, *sizes)
    front, back = tuple(known)[:-rank], tuple(known)[-rank:]
    return (*front, *(size if stated is None else stated for stated, size in zip(back, sizes, strict=True)))


AbstractConv2d, AbstractConv3d = forward(2), forward(3)
AbstractConv2d_gradInputs, AbstractConv3d_gradInputs = by_inputs(2), by_inputs(3)
AbstractConv2d_gradWeights, AbstractConv3d_gradWeights = by_weights(2), by_weights(3)


def correlation(rank: int, kind: str) -> Callable[..., Function]:
    """The class of the same function without filters turned around, which finds shapes where only one is possible."""
    make: Any = {"": forward, "inputs": by_inputs, "weights": by_weights}[kind](rank)

    def made(
        border_mode: Any = "valid", subsample: Any = None, filter_dilation: Any = None, num_groups: int = 1,
        unshared: bool = False,
    ) -> Function:  # fmt: skip
        one = (1,) * rank
        steps, spacing = subsample or one, filter_dilation or one
        function = make(None, None, border_mode, steps, False, spacing, num_groups, unshared)
        if not kind:
            return function  # type: ignore[no-any-return]
        find = get_conv_gradinputs_shape if kind == "inputs" else get_conv_gradweights_shape

        def gradient(first: Any, topgrad: Any, shape: Any = None) -> Variable:
            if shape is None:
                shape = find(sizes_of(first), sizes_of(topgrad), border_mode, steps, spacing, num_groups)[-rank:]
            return function(first, topgrad, shape)  # type: ignore[no-any-return]

        return gradient

    made.__doc__ = (
        f"The function that correlates images of {rank} axes{', differentiated by its ' + kind if kind else ''}."
    )
    return made


CorrMM, Corr3dMM = correlation(2, ""), correlation(3, "")
CorrMM_gradInputs, Corr3dMM_gradInputs = correlation(2, "inputs"), correlation(3, "inputs")
CorrMM_gradWeights, Corr3dMM_gradWeights = correlation(2, "weights"), correlation(3, "weights")
