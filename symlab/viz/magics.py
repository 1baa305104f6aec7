"""`%load_ext symlab`: magics for notebooks."""

from __future__ import annotations

import ast
import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from symlab.core.ir.errors import ConfigError
from symlab.core.ir.expr import Expr, leaves
from symlab.core.ir.op import INPUT
from symlab.core.modes import as_mode
from symlab.viz.display import View


@magics_class
class SymlabMagics(Magics):
    """The magics; each prints one short line, `-q` keeps it quiet, a bad option is a UsageError."""

    @magic_arguments()
    @argument("-m", "--mode", default=None, help="compile in this mode, for example FAST_COMPILE or DebugMode")
    @argument("-o", "--output", default=None, metavar="NAME", help="keep the compiled function under this name")
    @argument("-s", "--step", type=int, default=None, help="show the graph after so many rewrites")
    @argument("-q", "--quiet", action="store_true", help="print nothing")
    @cell_magic
    def symlab(self, line: str, cell: str) -> Any:
        """Run the cell and show the workbench of its last value, an expression or a compiled function."""
        options = parse_argstring(self.symlab, line)
        value = self.last_value(cell)
        function = compiled(value, options.mode)
        if options.output:
            self.shell.user_ns[options.output] = function
        if not options.quiet:
            print(summary(function))
        return View(function, step=options.step)

    @magic_arguments()
    @argument("function", help="a compiled function")
    @line_magic
    def symlab_passes(self, line: str) -> None:
        """List the passes of a function: rewrites, nodes before and after, milliseconds."""
        function = self.function_named(parse_argstring(self.symlab_passes, line).function)
        print(f"{'pass':16s} {'rewrites':>8s} {'ms':>9s}")
        for record in function.trace.passes:
            print(f"{record.name:16s} {len(getattr(record, 'steps', ())):8d} {record.seconds * 1e3:9.2f}")

    @magic_arguments()
    @argument("function", help="a compiled function")
    @argument("step", type=int, help="the number of the rewrite, from 0")
    @line_magic
    def symlab_step(self, line: str) -> View:
        """Show one rewrite of a function."""
        options = parse_argstring(self.symlab_step, line)
        function = self.function_named(options.function)
        if not 0 <= options.step < len(function.trace.steps):
            raise UsageError(
                f"{options.function} has {len(function.trace.steps)} rewrites, and no number {options.step}"
            )
        step = function.trace.steps[options.step]
        print(f"{step.rule.name}: {step.rule.formula}\n{step.rule.reason}")
        return View(function, step=options.step + 1)

    @line_magic
    def symlab_export(self, line: str) -> None:
        """Write the workbench of a function to one HTML file: `%symlab_export f out.html`."""
        words = shlex.split(line)
        if len(words) != 2:
            raise UsageError("%symlab_export takes a function and a file: %symlab_export f out.html")
        View(self.function_named(words[0])).to_html(words[1])
        print(f"wrote {words[1]}")

    def last_value(self, cell: str) -> Any:
        """The value of a cell's last expression."""
        shell = self.shell
        text = shell.transform_cell(cell)
        name = shell.compile.cache(text, shell.execution_count)
        tree = shell.compile.ast_parse(text, name)
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            raise UsageError("the last line of the cell must be an expression or a compiled function")
        last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, name, "exec"), shell.user_global_ns, shell.user_ns)
        return eval(compile(last, name, "eval"), shell.user_global_ns, shell.user_ns)

    def function_named(self, name: str) -> Any:
        """The compiled function that the user calls `name`."""
        found = self.shell.user_ns.get(name)
        if not hasattr(found, "trace"):
            raise UsageError(f"{name!r} is no compiled function")
        return found


def compiled(value: Any, mode: str | None) -> Any:
    """A function of the free variables of an expression; a compiled function as it is, or compiled again in `mode`."""
    from symlab.core.function import compile_request, function

    try:
        if mode is not None:
            as_mode(mode)
        if hasattr(value, "trace"):
            return value if mode is None else compile_request(value.request, as_mode(mode), value.config)
        roots = list(value) if isinstance(value, (list, tuple)) else [value]
        if not roots or not all(isinstance(root, Expr) for root in roots):
            raise UsageError("the last line of the cell must be an expression or a compiled function")
        inputs = [leaf for leaf in leaves(roots) if leaf.op is INPUT]
        return function(inputs, value, mode=mode)
    except ConfigError as error:
        raise UsageError(str(error)) from None


def summary(function: Any) -> str:
    """One line about a compilation."""
    trace = function.trace
    seconds = sum(record.seconds for record in trace.passes)
    return f"{len(trace.steps)} rewrites in {len(trace.passes)} passes, {seconds * 1e3:.0f} ms"


def load_ipython_extension(shell: Any) -> None:
    """Register the magics."""
    shell.register_magics(SymlabMagics)
