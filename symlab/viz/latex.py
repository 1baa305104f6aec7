"""Expressions and rules as LaTeX, from the templates that the ops declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import isfinite
from string import Formatter
from types import MappingProxyType
from typing import Any

from symlab.core.ir.expr import Expr, toposort, users
from symlab.core.ir.op import CALL, CONSTANT, WILD, Kind
from symlab.core.rewrite.formula import FEW_TERMS
from symlab.core.rewrite.rule import Rule
from symlab.viz.formulas import (
    ATOM,
    BINDING,
    PREFIX,
    WIDEST,
    Text,
    constant_text,
    index_text,
    lambda_head,
    leaf_text,
    texts_of,
)
from symlab.viz.names import printed

INLINE = 160  # letters of LaTeX up to which a part stands within another
LONGEST = 40  # lines
LETTER = 20  # letters of LaTeX that are written at every power
SIMPLE = 5040  # the largest denominator that is shown
SUM, PRODUCT, POWER = BINDING["+"], BINDING["*"], BINDING["**"]
WIDE = SUM - 0.5  # an operator that takes all that follows, such as a sum sign
OPENING = ("{", "(", "[", ",", "|", "&", "\\\\", "{cases}", "\\lfloor ", "\\lceil ")
CLOSING = ("}", ")", "]", ",", "|", "&", "\\\\", "\\right", " \\right")
SIGNS: Mapping[str, str] = MappingProxyType({"+": "+", "-": "-", "<": "<", ">": ">", "<=": r"\le", ">=": r"\ge"})
SPELLED_OUT = frozenset({  # templates that say what an op stands for: a rule names it, so that its two sides differ
    "log1p", "expm1", "log1mexp", "logaddexp", "xlogx", "xlogy0", "logsumexp", "log_softmax", "sqr", "cast", "hypot",
    "ndtri_exp", "reciprocal", "copy", "log_ndtr", "floor_div",
})  # fmt: skip
GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
})  # fmt: skip
SPECIAL: Mapping[str, str] = MappingProxyType(
    {"\\": r"\backslash{}", "~": r"\sim{}", "^": r"\hat{}"} | {sign: "\\" + sign for sign in "{}$&#_%"}
)


class Formula(str):
    """LaTeX that a notebook shows as mathematics."""

    __slots__ = ()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self}$"


def to_latex(value: Any, longest: int = LONGEST) -> Formula:
    """The formula of an expression, a compiled function or a rule; shared and long parts are named once."""
    if isinstance(value, Rule):
        return Formula(rule_latex(value) or text_mode(value.formula))
    roots, names, labels = printed(value)
    lines = [*named_parts(roots, names, longest)]
    texts = lines.pop()
    shown = [f"{text_mode(label) + ':' + chr(92) + ' ' if label else ''}{text}" for label, text in zip(labels, texts)]
    if not lines and len(shown) == 1:
        return Formula(shown[0])
    rows = [f"{name} &= {text}" for name, text in lines] + [f"& {text}" for text in shown]
    return Formula("\\begin{aligned}" + r"\\ ".join(rows) + "\\end{aligned}")


def rule_latex(rule: Rule) -> str | None:
    """The formula of a rule; None where it is no formula."""
    if rule.left is None or rule.right is None:
        return None
    return rf"{pattern_latex(rule, rule.left)} \to {pattern_latex(rule, rule.right)}"


def pattern_latex(rule: Rule, side: Expr) -> str:
    """One side of a rule."""
    texts: dict[Expr, Text] = {}
    for node in toposort([side]):
        if node.op is WILD:
            name = latex_name(str(getattr(node, "name", "")))
            texts[node] = (rf"{name},\ldots" if getattr(node, "name", "") in rule.sequences else name), ATOM
        else:
            texts[node] = latex(node, [texts[arg] for arg in node.args], by_name=True)
    return texts[side][0]


def named_parts(roots: Sequence[Expr], names: Mapping[Expr, str], longest: int) -> Iterator[Any]:
    """Pairs (name, text) of the parts that are shared or long; at last the texts of the roots."""
    used, made = users(roots), list[tuple[str, str]]()
    texts: dict[Expr, Text] = {node: (latex_name(name), ATOM) for node, name in names.items()}
    for node in toposort(roots):
        if node in texts:
            continue
        text = texts[node] = latex(node, [texts[arg] for arg in node.args])
        if node.args and (used[node] > 1 or len(text[0]) > INLINE) and not (len(roots) == 1 and node is roots[0]):
            name = f"t_{{{len(made)}}}"
            made.append((name, text[0]))
            texts[node] = name, ATOM
    if len(made) > longest:
        half = longest // 2
        made = [*made[:half], (r"\vdots", rf"\text{{{len(made) - 2 * half} more}}"), *made[len(made) - half :]]
    yield from made
    yield [texts[root][0] for root in roots]


# One node


def latex(node: Expr, operands: Sequence[Text], by_name: bool = False) -> Text:
    """A node over the LaTeX of its operands; `by_name` names ops that are short for a formula."""
    op = node.op
    if op.kind is Kind.LEAF:
        return leaf_latex(node)
    if op is CALL:
        return called(lambda_head(node.attr("body")), operands, ()), ATOM
    if op.infix is not None and op.infix in SIGNS and len(operands) > 1:
        return infix(SIGNS[op.infix], BINDING[op.infix], operands)
    if op.name == "mul":
        return product(operands), PRODUCT
    if op.name == "polynomial":
        return series(operands[0], node.attr("coefficients", ()))
    special = subscripted(node, operands)
    if special is not None:
        return special, ATOM
    if op.latex == "{0}" and not by_name:
        return operands[0]
    more = op.kind is not Kind.REDUCTION and node.attrs
    if op.latex is None or more or (by_name and op.name in SPELLED_OUT):
        return called(op.name, operands, node.attrs), ATOM
    return filled(with_axes(op.latex, node), operands)


def series(operand: Text, coefficients: Sequence[float]) -> Text:
    """A polynomial, of which the first terms are shown; one of a long operand is one of t, for which that stands."""
    if len(operand[0]) > LETTER:
        return rf"\left.{series(('t', ATOM), coefficients)[0]}\right|_{{t = {operand[0]}}}", ATOM
    terms = [(power, value) for power, value in enumerate(coefficients) if value] or [(0, 0.0)]
    texts = [term_latex(value, power, wrapped(operand, ATOM)) for power, value in terms[:FEW_TERMS]]
    text = texts[0] + "".join(f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in texts[1:])
    return text + (r" + \cdots" if len(terms) > FEW_TERMS else ""), SUM


def term_latex(value: float, power: int, base: str) -> str:
    """A number times a power; the number as a fraction where it is the float nearest to a simple one."""
    simple = Fraction(value).limit_denominator(SIMPLE) if isfinite(value) else Fraction(0)
    if value == float(simple) and simple.denominator > 1:
        number = rf"{'-' * (value < 0)}\frac{{{abs(simple.numerator)}}}{{{simple.denominator}}}"
    else:
        number = number_latex(str(value))[0]
    if not power:
        return number
    raised = base if power == 1 else f"{base}^{{{power}}}"
    return raised if value == 1 else f"-{raised}" if value == -1 else rf"{number}\,{raised}"


def leaf_latex(node: Expr) -> Text:
    """A leaf by its name, a constant by its value."""
    if node.op is not CONSTANT:
        return latex_name(leaf_text(node)), ATOM
    return number_latex(constant_text(node))


def number_latex(text: str) -> Text:
    """The text of a constant as mathematicians write it."""
    if text.lstrip("-") in ("inf", "nan"):
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}"), ATOM
    found = re.fullmatch(r"(-?[\d.]+)e([+-]?\d+)", text)
    if found:
        return rf"{found[1]} \cdot 10^{{{int(found[2])}}}", PRODUCT
    if re.fullmatch(r"-?\d+\.0", text):
        text = text[:-2]
    plain = re.fullmatch(r"-?[\d.]+", text)
    return (text if plain else text_mode(text)), PREFIX if text.startswith("-") else ATOM


def infix(sign: str, own: float, operands: Sequence[Text]) -> Text:
    """Operands with a sign between them; a sum of a negative is a difference."""
    least = own + 1
    text = wrapped(operands[0], own)
    for place, operand in enumerate(operands[1:WIDEST], 1):
        last = place == len(operands) - 1
        shown = wrapped(operand, WIDE if last and sign == "+" else least)
        minus = sign == "+" and shown.startswith("-")
        text += f" - {shown[1:]}" if minus else f" {sign} {closed_sign(shown)}"
    return text + (rf" {sign} \cdots" if len(operands) > WIDEST else ""), own


def closed_sign(text: str) -> str:
    """A text that may stand after a sign."""
    return rf"\left({text}\right)" if text.startswith("-") else text


def product(operands: Sequence[Text]) -> str:
    """Factors side by side, with a dot before numbers."""
    text = wrapped(operands[0], PRODUCT)
    for place, operand in enumerate(operands[1:WIDEST], 1):
        factor = closed_sign(wrapped(operand, WIDE if place == len(operands) - 1 and operand[1] < SUM else PRODUCT))
        text += (r" \cdot " if factor[0].isdigit() else r"\,") + factor
    return text + (r" \cdots" if len(operands) > WIDEST else "")


def wrapped(operand: Text, least: float) -> str:
    """An operand, in parentheses where it binds less tightly than it must."""
    text, binding = operand
    return text if binding >= least else rf"\left({text}\right)"


def called(name: str, operands: Sequence[Text], attributes: Any) -> str:
    """A function by name, attributes as subscript."""
    texts = [text for text, _ in operands[:WIDEST]] + ([r"\ldots"] if len(operands) > WIDEST else [])
    below = ", ".join(text for text in texts_of(attributes) if not text.startswith("*="))
    subscript = f"_{{{text_mode(below)}}}" if below else ""
    return rf"\operatorname{{{escaped(name)}}}{subscript}\left({', '.join(texts)}\right)"


def subscripted(node: Expr, operands: Sequence[Text]) -> str | None:
    """Slices, elements and transpositions; None for everything else."""
    name = node.op.name
    index = node.attr("index")
    if name == "slice" and len(operands) == 1 and isinstance(index, tuple):
        return f"{wrapped(operands[0], ATOM)}_{{{text_mode(index_text(index))}}}"
    if name == "take" and len(operands) == 2 and node.attr("axes") == (0,):
        return f"{wrapped(operands[0], ATOM)}_{{{operands[1][0]}}}"
    pattern = node.attr("pattern")
    if name == "dimshuffle" and isinstance(pattern, tuple):
        if len(pattern) == 2 and pattern == (1, 0):
            return rf"{wrapped(operands[0], ATOM)}^{{\top}}"
        if [axis for axis in pattern if axis != "x"] == sorted(axis for axis in pattern if axis != "x"):
            return wrapped(operands[0], SUM) if operands[0][1] >= ATOM else rf"\left({operands[0][0]}\right)"
    return None


# Templates


def with_axes(template: str, node: Expr) -> str:
    """The template of a reduction along some axes only, with the axes below its sign."""
    axes = node.attr("axes")
    if node.op.kind is not Kind.REDUCTION or not isinstance(axes, tuple) or not node.args:
        return template
    if len(axes) == getattr(node.args[0].type, "ndim", len(axes)):
        return template
    head = re.match(r"(?:\\log)?\\(?:operatorname\{\{\w+\}\}|[a-z]+)", template)
    place = head.end() if head else 0
    return f"{template[:place]}_{{{{{', '.join(map(str, axes))}}}}}{template[place:]}"


def filled(template: str, operands: Sequence[Text]) -> Text:
    """A template over operands, each in parentheses where its place wants them."""
    text = ""
    for literal, place, least in places(template):
        text += literal
        if place is not None:
            operand = wrapped(operands[place], least)
            text += closed_sign(operand) if text.rstrip().endswith(("+", "-")) else operand
    return text, binding_of(template)


@cache
def places(template: str) -> tuple[tuple[str, int | None, float], ...]:
    """The literals of a template, each with the operand that follows it and how tightly that must bind."""
    literals, fields = [""], list[int]()
    for literal, name, _, _ in Formatter().parse(template):
        literals[-1] += literal
        if name is not None:
            fields.append(int(name))
            literals.append("")
    rows = zip(literals, fields, literals[1:])
    return (*((text, place, least_binding(text, after)) for text, place, after in rows), (literals[-1], None, 0))


def least_binding(before: str, after: str) -> float:
    """How tightly an operand must bind between two literals."""
    if after.startswith("^"):
        return ATOM
    return 0 if before.endswith(OPENING) and after.startswith(CLOSING) else PRODUCT


@cache
def binding_of(template: str) -> float:
    """How tightly a template binds, by what stands outside of its brackets."""
    outside = template.replace("{{", "{").replace("}}", "}")
    while (inner := re.sub(r"\{[^{}]*\}|\\left[(|].*\\right[)|]|\\begin.*\\end", "", outside)) != outside:
        outside = inner
    if re.match(r"\\(sum|prod|max|min|log\\sum)", outside):
        return WIDE
    if re.search(r".[+-]|\\(wedge|vee|oplus|ll|gg|le|ge|ne)\b|=", outside):
        return SUM if re.search(r"[+-]", outside) else 1
    if outside.startswith("-"):
        return PREFIX
    if "^" in outside:
        return POWER
    return PRODUCT if r"\," in outside or template.startswith("{0}\\") else ATOM


# Names


def latex_name(name: str) -> str:
    """A name as mathematicians write it."""
    found = re.fullmatch(r"([A-Za-z]+?)_?(\d+)", name)
    if found:
        return f"{latex_name(found[1])}_{{{found[2]}}}"
    if name in GREEK:
        return f"\\{name}"
    if len(name) == 1 and name.isalpha():
        return name
    if name.isidentifier():
        return rf"\mathit{{{escaped(name)}}}"
    return text_mode(name)


def text_mode(text: str) -> str:
    """A text that is no mathematics."""
    return rf"\text{{{escaped(text)}}}"


def escaped(text: str) -> str:
    """A text without LaTeX's special signs."""
    return "".join(SPECIAL.get(sign, sign) for sign in text)
