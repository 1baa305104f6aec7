"""The house rules, read off the tree: sizes, layers, docstrings, what a file may not contain, what an import loads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE_LINES = 400
FUNCTION_LINES = 40
IMPORT_SECONDS = 0.3
LAZY = ("scipy", "mpmath", "IPython", "ipywidgets", "anywidget", "graphviz", "pydot", "cffi")
SKIPPED_FOLDERS = {".git", ".venv", "node_modules", "__pycache__", "build", "dist"}
BINARY = {".png", ".gz", ".npz", ".npy", ".pkl", ".ico", ".woff2"}

# From the ground upward: a module imports its own row and the rows before it.
CORE_ROWS = (
    ("symlab.core.ir",),
    ("symlab.core.ops",),
    ("symlab.core.rewrite",),
    ("symlab.core.rules",),
    ("symlab.core.saturation",),
    ("symlab.core.batching",),
    ("symlab.core.autodiff",),
    ("symlab.core.lower",),
    ("symlab.core.backends",),
    ("symlab.core.pipeline",),
    ("symlab.core",),
)
ROWS = (*CORE_ROWS, ("symlab.tensor",), ("symlab.debug",), ("symlab.viz",), ("symlab.testing",), ("symlab",))
SEAMS = "symlab.core.seams"


def project_files() -> list[Path]:
    """Every file that is committed or about to be."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return [ROOT / name for name in run.stdout.splitlines() if (ROOT / name).is_file()]
    files = (path for path in ROOT.rglob("*") if path.is_file())
    return [path for path in files if not SKIPPED_FOLDERS.intersection(path.relative_to(ROOT).parts)]


FILES = project_files()
TEXTS = {path.relative_to(ROOT).as_posix(): path for path in FILES if path.suffix not in BINARY}
SOURCES = {
    name: path
    for name, path in TEXTS.items()
    if name.startswith(("symlab/", "labextension/src/"))
    and path.suffix in {".py", ".ts", ".c", ".h", ".cu"}
    and not {"static", "labextension"}.intersection(Path(name).parts[1:-1])
}
MODULES = {
    ".".join(Path(name).with_suffix("").parts).removesuffix(".__init__"): path
    for name, path in SOURCES.items()
    if path.suffix == ".py"
}
TREES = {module: ast.parse(path.read_text(), str(path)) for module, path in MODULES.items()}


def text_of(name: str) -> str:
    return TEXTS[name].read_text(encoding="utf-8", errors="replace")


def test_the_walk_finds_the_package() -> None:
    assert "symlab" in MODULES
    assert SEAMS in MODULES


# Sizes


def python_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, line and length of each function of a Python text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


CONTROL = re.compile(r"\s*(?:\}\s*)?(?:else|if|for|while|switch|do|try|catch|class|interface|struct|enum|union)\b")
OPENS_BODY = re.compile(r"(?:\)(?:\s*:\s*[^{]+)?|=>)\s*\{$")


def braced_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Head, line and length of each function of a formatted C or TypeScript text."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if OPENS_BODY.search(line) and not CONTROL.match(line):
            closing = line[: len(line) - len(line.lstrip())] + "}"
            end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(closing)), len(lines) - 1)
            yield line.strip(), start + 1, end - start + 1


def functions(name: str) -> Iterator[tuple[str, int, int]]:
    return (python_functions if name.endswith(".py") else braced_functions)(text_of(name))


def test_modules_are_short() -> None:
    lengths = {name: text_of(name).count("\n") for name in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    long = [
        f"{name}:{line} {function}: {length} lines"
        for name in SOURCES
        for function, line, length in functions(name)
        if length > FUNCTION_LINES
    ]
    assert long == []


def test_braced_functions_are_measured() -> None:
    text = "export function f(a: number): void {\n  if (a) {\n    g();\n  }\n  h(() => {\n    a;\n  });\n}\n"
    assert [(line, length) for _, line, length in braced_functions(text)] == [(1, 8), (5, 3)]
    assert [length for *_, length in braced_functions("static int f(int a)  {\n  return a;\n}\n")] == [3]


# Layers


def row_of(module: str) -> int:
    """The row of the deepest package in the table that holds a module."""
    held = [
        (len(package), row)
        for row, packages in enumerate(ROWS)
        for package in packages
        if module == package or module.startswith(package + ".")
    ]
    return max(held)[1]


def imported_modules(module: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every module of symlab that a module imports, wherever in its text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name) for name in names if name.name.split(".")[0] == "symlab")
            case ast.ImportFrom(module=source, names=names, level=level):
                base = absolute(module, source or "", level)
                if base.split(".")[0] == "symlab":
                    for name in names:
                        inner = f"{base}.{name.name}"
                        yield node.lineno, inner if inner in MODULES else base


def absolute(module: str, source: str, level: int) -> str:
    """The full name of what `from ...source import` names inside a module."""
    if not level:
        return source
    package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) - level + 1], *filter(None, [source])])


def upward_imports() -> Iterator[str]:
    for module, tree in TREES.items():
        if module == SEAMS:
            continue
        for line, target in imported_modules(module, tree):
            if row_of(target) > row_of(module) and target != SEAMS:
                yield f"{module}:{line} imports {target}"


def test_imports_go_downward_only() -> None:
    assert list(upward_imports()) == []


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("symlab.core.ir.expr", "symlab.core.ops.elementwise"),
        ("symlab.core.rewrite.driver", "symlab.core.rules.stable"),
        ("symlab.core.lower.fuse", "symlab.core.backends.c.render"),
        ("symlab.core.rules.stable", "symlab.core.saturation.egraph"),
        ("symlab.core.saturation.simplify", "symlab.core.rewriting"),
        ("symlab.core.pipeline", "symlab.core.function"),
        ("symlab.core.function", "symlab.viz.text"),
        ("symlab.core.function", "symlab"),
        ("symlab.debug.checks", "symlab.viz.html"),
    ],
)
def test_the_rows_are_in_order(lower: str, higher: str) -> None:
    assert row_of(lower) < row_of(higher)


def test_the_seams_name_modules_that_exist() -> None:
    from symlab.core import seams

    targets = {name: target.partition(":")[0] for name, target in seams.SEAMS.items()}
    assert {name: module for name, module in targets.items() if module not in MODULES} == {}


def loaded_with(module: str) -> set[str]:
    """The modules of symlab that a module's own first lines import, before any function runs."""
    found: set[str] = set()
    statements = list(TREES[module].body)
    while statements:
        statement = statements.pop()
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.update(target for _, target in imported_modules(module, statement))
        statements.extend(child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.If | ast.Try))
    return found


def test_no_module_imports_itself_in_a_circle() -> None:
    waiting = {module: {name for name in loaded_with(module) if name in MODULES} - {module} for module in MODULES}
    while free := [module for module, needs in waiting.items() if not needs]:
        for module in free:
            del waiting[module]
        for needs in waiting.values():
            needs.difference_update(free)
    assert waiting == {}


# Texts


DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every public class and function of a module, and the public methods of its public classes."""
    bodies = [("", tree.body)]
    while bodies:
        prefix, body = bodies.pop()
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith(
                "_"
            ):
                yield prefix + node.name, node
                if isinstance(node, ast.ClassDef):
                    bodies.append((f"{prefix}{node.name}.", node.body))


def needs_docstring(node: ast.AST) -> bool:
    """Setters and overloads are documented by the definition that they belong to."""
    decorators = [ast.unparse(decorator) for decorator in getattr(node, "decorator_list", [])]
    return not any(text.endswith((".setter", ".deleter", "overload")) for text in decorators)


def test_every_public_name_has_a_docstring() -> None:
    bare = [
        f"{module}.{name}"
        for module, tree in TREES.items()
        for name, node in [("", tree), *public_definitions(tree)]
        if needs_docstring(node) and not ast.get_docstring(node)
    ]
    assert bare == []


UNFINISHED = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError\s*(?:\(\s*\))?\s*(?:from .*)?$", re.MULTILINE
)
MACHINE = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+)/\w")


def test_nothing_is_left_to_do() -> None:
    assert [name for name in SOURCES if UNFINISHED.search(text_of(name))] == []


def test_no_path_of_a_machine() -> None:
    assert [name for name in TEXTS if MACHINE.search(text_of(name))] == []


def test_the_lock_file_names_no_host() -> None:
    lock_files = [name for name in TEXTS if name.endswith("package-lock.json")]
    assert [name for name in lock_files if '"resolved"' in text_of(name)] == []


def test_files_are_small() -> None:
    large = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in FILES}
    assert {name: size for name, size in large.items() if size > 1_000_000} == {}


# What an import loads

IMPORT = """
import sys, time
start = time.perf_counter()
import symlab
seconds = time.perf_counter() - start
print(seconds, *sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])))
"""


def fresh_import() -> tuple[float, list[str]]:
    """Seconds of `import symlab` in a process of its own, and which of the lazy packages it loaded."""
    command = [sys.executable, "-c", IMPORT, *LAZY]
    seconds, *loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), loaded


def test_import_is_light_and_quick() -> None:
    runs = [fresh_import() for _ in range(5)]
    assert runs[0][1] == []
    assert min(seconds for seconds, _ in runs) < IMPORT_SECONDS
