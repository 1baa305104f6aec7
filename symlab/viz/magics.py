"""`%load_ext symlab`: magics for notebooks."""

from __future__ import annotations

import argparse
import ast
import copy
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.utils.process import arg_split

from symlab.core.function import compile_request, function
from symlab.core.ir.errors import ConfigError, InvalidValue, UnknownName
from symlab.core.ir.expr import Expr, leaves
from symlab.core.ir.op import INPUT
from symlab.core.ir.origin import cell_number
from symlab.core.modes import MODES, Mode, as_mode
from symlab.core.pipeline import DEFAULT
from symlab.core.rewrite.trace import Trace
from symlab.viz.difference import difference
from symlab.viz.display import View
from symlab.viz.story import way_from, way_to

FIRST = object()  # stands for the first step, if there is one
NO_VALUE = "the last line of the cell must be an expression, a list of them or a compiled function"


@magics_class
class SymlabMagics(Magics):
    """The magics; each prints one short line, `-q` keeps it quiet, a bad option is a UsageError."""

    @magic_arguments()
    @argument("-m", "--mode", help="compile in this mode: FAST_RUN, FAST_COMPILE, DebugMode or NanGuardMode")
    @argument("-p", "--passes", metavar="PASS", help="run only the passes up to this one")
    @argument("-o", "--output", metavar="NAME", help="keep the compiled function under this name")
    @argument("-s", "--step", type=int, nargs="?", const=FIRST, help="open at this step, or at the first one")
    @argument("-q", "--quiet", action="store_true", help="print nothing")
    @cell_magic
    def symlab(self, line: str, cell: str) -> Any:
        """Run the cell and show the workbench of its last value: an expression, several, or a compiled function."""
        options = parse_argstring(self.symlab, line)
        with usage_errors():
            mode = chosen_mode(options.mode, options.passes)
        made = compiled(self.last_value(cell), mode)
        if options.output:
            self.shell.user_ns[options.output] = made
        say(summary(made), options.quiet)
        return view_at(made, options.step)

    @magic_arguments()
    @argument("function", help="a compiled function")
    @line_magic
    def symlab_passes(self, line: str) -> None:
        """List the passes of a function: steps, nodes before and after, milliseconds."""
        told = View(self.function_named(parse_argstring(self.symlab_passes, line).function)).trace
        lines = [f"{'pass':16s} {'steps':>6s} {'nodes':>12s} {'ms':>9s}"]
        for name, _, count, microseconds, before, after in told["passes"]:
            nodes = f"{before} > {after}"
            lines.append(f"{told['strings'][name]:16s} {count:6d} {nodes:>12s} {microseconds / 1e3:9.2f}")
        say("\n".join(lines))

    @magic_arguments()
    @argument("-q", "--quiet", action="store_true", help="print nothing")
    @argument("function", help="a compiled function")
    @argument("step", type=int, help="the number of the step, as the workbench counts them")
    @line_magic
    def symlab_step(self, line: str) -> View:
        """Show the workbench of a function at one step: `%symlab_step f 12`."""
        options = parse_argstring(self.symlab_step, line)
        view = view_at(self.function_named(options.function), options.step)
        say(step_text(view.trace, options.step), options.quiet)
        return view

    @magic_arguments()
    @argument("-r", "--repeat", type=int, default=1, help="measure so many times and keep the fastest")
    @argument("-o", "--output", metavar="NAME", help="keep the profile under this name")
    @argument("-q", "--quiet", action="store_true", help="show nothing")
    @argument("call", nargs=argparse.REMAINDER, help="a call of a compiled function, such as f(x, y)")
    @line_magic
    def symlab_profile(self, line: str) -> Any:
        """Measure a call of a function, step by step: `%symlab_profile f(x, y)`. Shared variables stay as they are."""
        options = parse_argstring(self.symlab_profile, line)
        made, args, keywords = self.call_of(line, options.call)
        runs = [copy.copy(made.profile(*args, **keywords)) for _ in range(max(1, options.repeat))]
        profile = min(runs, key=lambda run: run.microseconds)
        if options.output:
            self.shell.user_ns[options.output] = profile
        return None if options.quiet else profile

    @magic_arguments()
    @argument("-o", "--output", metavar="NAME", help="keep the function that was compiled in DebugMode under this name")
    @argument("-q", "--quiet", action="store_true", help="show nothing")
    @argument("call", nargs=argparse.REMAINDER, help="a call of a compiled function, such as f(x, y)")
    @line_magic
    def symlab_debug(self, line: str) -> Any:
        """Check a call of a function in DebugMode: `%symlab_debug f(x, y)`. Shared variables stay as they are."""
        options = parse_argstring(self.symlab_debug, line)
        made, args, keywords = self.call_of(line, options.call)
        checked = compile_request(made.request, as_mode("DebugMode"), made.config)
        checked.report = checked.check(checked.signature.convert(args, keywords))
        if options.output:
            self.shell.user_ns[options.output] = checked
        return None if options.quiet else checked.report

    @magic_arguments()
    @argument("-q", "--quiet", action="store_true", help="print nothing")
    @argument("function", help="a compiled function")
    @argument("path", help="a file ending in .html, .svg, .json, .png, .pdf or .dot")
    @line_magic
    def symlab_export(self, line: str) -> None:
        """Write the workbench of a function to a file: `%symlab_export f out.html`."""
        options = parse_argstring(self.symlab_export, line)
        with usage_errors():
            path = Path(options.path.strip("'\"")).expanduser()
            export(self.function_named(options.function), path)
        say(f"wrote {path}", options.quiet)

    @magic_arguments()
    @argument("function", help="a compiled function")
    @argument("node", help="a variable of your program, or the number of a node in the workbench")
    @line_magic
    def symlab_why(self, line: str) -> None:
        """Tell which rewrites led to a node and what became of it: `%symlab_why f loss`, `%symlab_why f 12`."""
        options = parse_argstring(self.symlab_why, line)
        view = View(self.function_named(options.function))
        number = self.number_of(view, options.node)
        events = [*way_to(view.trace, number), *way_from(view.trace, number)]
        say("\n".join(map(str, events)) or f"no rewrite touched #{number}")

    @magic_arguments()
    @argument("left", help="a compiled function")
    @argument("right", help="another one, for example of the same expression in another mode")
    @line_magic
    def symlab_diff(self, line: str) -> None:
        """Tell which rules fired in one compilation only, and where two optimized graphs differ: `%symlab_diff f g`."""
        options = parse_argstring(self.symlab_diff, line)
        say(difference(self.function_named(options.left), self.function_named(options.right)))

    # The user's values

    def last_value(self, cell: str) -> Any:
        """The value of a cell's last expression; lines are counted from the magic, as the notebook does."""
        shell = self.shell
        text = "\n" + shell.transform_cell(cell)
        name = shell.compile.cache(text, running_cell() or shell.execution_count)
        tree = shell.transform_ast(shell.compile.ast_parse(text, name))
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            raise UsageError(NO_VALUE)
        last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, name, "exec"), shell.user_global_ns, shell.user_ns)
        return eval(compile(last, name, "eval"), shell.user_global_ns, shell.user_ns)

    def evaluated(self, text: str) -> Any:
        """The value of a Python expression in the user's namespace."""
        try:
            return eval(text, self.shell.user_global_ns, self.shell.user_ns)
        except (NameError, SyntaxError) as error:
            raise UsageError(f"{text!r}: {error}") from None

    def function_named(self, text: str) -> Any:
        """The compiled function that an expression names."""
        found = self.evaluated(text)
        if not is_function(found):
            raise UsageError(f"{text!r} is no compiled function")
        return found

    def call_of(self, line: str, words: list[str]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """A call as the user wrote it: the function, and the arguments' values."""
        starts = (place for place in range(len(line)) if arg_split(line[place:]) == words)
        text = line[next(starts, len(line)) :].strip()
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise UsageError(f"{text!r}: {error.msg}") from None
        if not isinstance(tree, ast.Call):
            raise UsageError(f"{text!r} is no call: write f(x, y)")
        made = self.function_named(ast.unparse(tree.func))
        tree.func = ast.copy_location(ast.Name("_arguments_", ast.Load()), tree.func)
        names = {**self.shell.user_ns, "_arguments_": lambda *args, **keywords: (args, keywords)}
        return (made, *eval(compile(ast.Expression(tree), "<arguments>", "eval"), names))

    def number_of(self, view: View, text: str) -> int:
        """A node of the view by number, or as what the user calls it."""
        if text.lstrip("#").isdigit():
            number = int(text.lstrip("#"))
            if not 0 <= number < view.telling.view.made:
                raise UsageError(f"there is no node #{number}")
            return number
        value = self.evaluated(text)
        node = view.telling.view.interned.get(value) if isinstance(value, Expr) else None
        number = None if node is None else view.telling.base_numbers.get(node)
        if number is None:
            raise UsageError(f"{text} is no part of {view.trace['name']}")
        return number


# What the magics do


@contextmanager
def usage_errors() -> Iterator[None]:
    """Wrong names and values are errors of usage, which have no traceback."""
    try:
        yield
    except (ConfigError, InvalidValue, UnknownName, OSError) as error:
        raise UsageError(str(error)) from None


def chosen_mode(name: str | None, last: str | None) -> Mode | None:
    """The mode of this name with the passes up to `last`; None where neither is said."""
    if name is None and last is None:
        return None
    mode = as_mode(name or "FAST_RUN")
    return mode if last is None else replace(mode, pipeline=mode.pipeline.upto(last))


def running_cell() -> int | None:
    """The number of the notebook's cell that runs now; the shell's own count may be one ahead."""
    frame = sys._getframe(1)
    while frame is not None and cell_number(frame.f_code.co_filename) is None:
        frame = frame.f_back
    return None if frame is None else cell_number(frame.f_code.co_filename)


def is_function(value: Any) -> bool:
    """Whether a value is a compiled function; arrays and expressions have a method called `trace`."""
    return isinstance(getattr(value, "trace", None), Trace)


def compiled(value: Any, mode: Mode | None) -> Any:
    """A function of the free variables of an expression; a compiled function as it is, or compiled again in `mode`."""
    if is_function(value):
        return value if mode is None else compile_request(value.request, mode, value.config)
    roots = list(value) if isinstance(value, (list, tuple)) else [value]
    if not roots or not all(isinstance(root, Expr) for root in roots):
        raise UsageError(NO_VALUE)
    inputs = [leaf for leaf in leaves(roots) if leaf.op is INPUT]
    return function(inputs, value, mode=mode, name=getattr(value, "name", None))


def view_at(made: Any, step: Any) -> View:
    """The view of a function, opened at a step; there may be no first one."""
    with usage_errors():
        view = View(made, step=None if step is FIRST else step)
        return View(made, step=1) if step is FIRST and view.trace["steps"] else view


def summary(made: Any) -> str:
    """One line about a compilation."""
    trace = made.trace
    seconds = sum(record.seconds for record in trace.passes)
    before, after = (len(graph.nodes()) for graph in (trace.first_graph, trace.graph))
    counts = f"{len(trace.steps)} rewrites in {len(trace.passes)} passes, {before} > {after} nodes"
    return f"{made.name}: {counts}, {seconds * 1e3:.0f} ms"


def step_text(trace: Any, step: int) -> str:
    """The rule of one step."""
    if step == 0:
        return "the graph as written"
    name, reason, formula, *_ = trace["rules"][trace["steps"][step - 1]["rule"]]
    return "\n".join(filter(None, (f"{trace['strings'][name]}: {trace['strings'][formula]}", trace["strings"][reason])))


def export(made: Any, path: Path) -> None:
    """Write a function's view in the format of the file's name."""
    view = View(made)
    match path.suffix.lower():
        case ".html":
            view.to_html(path)
        case ".svg":
            view.to_svg(path)
        case ".json":
            from symlab.viz.html import safe_json

            path.write_text(safe_json(view.trace), encoding="utf-8")
        case _:
            from symlab.viz.dot_export import pydotprint

            pydotprint(made, path)


def say(text: str, quiet: bool = False) -> None:
    """Print for the user."""
    if not quiet:
        print(text)  # noqa: T201


# Completion


def completions(shell: Any, line: str, symbol: str) -> list[str]:
    """What may stand where the user pressed Tab: options, modes, passes, names of compiled functions."""
    name, *words = line.split() or [""]
    before = words[-1] if words and not symbol else words[-2] if len(words) > 1 else ""
    if before in ("-m", "--mode"):
        found = list(MODES)
    elif before in ("-p", "--passes"):
        found = [shlex.quote(item) for item in DEFAULT.names]
    elif symbol.startswith("-"):
        found = options_of(getattr(SymlabMagics, name.lstrip("%"), None))
    else:
        found = [key for key, value in shell.user_ns.items() if not key.startswith("_") and is_function(value)]
    return [text for text in found if text.startswith(symbol)]


def options_of(magic: Callable[..., Any] | None) -> list[str]:
    """The options of a magic."""
    actions = getattr(getattr(magic, "parser", None), "_actions", ())
    return [option for action in actions for option in action.option_strings if option.startswith("--")]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics and what completes them."""
    shell.register_magics(SymlabMagics)

    def complete(shell: Any, event: Any) -> list[str]:
        return completions(shell, event.line, event.symbol)

    shell.set_hook("complete_command", complete, re_key=r"%{1,2}symlab\w*")
