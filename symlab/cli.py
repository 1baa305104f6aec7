"""The command line: `symlab lab`, `symlab doctor`, `symlab cache`, `symlab theano PROGRAM.py`."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from symlab.core.backends.cache import Cache

# Left alone, JupyterLab asks the network for news, newer versions and extensions.
QUIET_LAB = (
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit status."""
    given, passed_on = parser().parse_known_args(arguments)
    if passed_on and given.run not in (lab, theano):
        parser().error(f"unrecognized arguments: {' '.join(passed_on)}")
    return int(given.run(given, passed_on))


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    from symlab import __version__

    top = argparse.ArgumentParser(
        prog="symlab", description="An optimizing compiler for array expressions.", allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"symlab {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    told = "open JupyterLab with the workbench; further arguments go to JupyterLab"
    commands.add_parser("lab", help=told, description=told, allow_abbrev=False).set_defaults(run=lab)
    command = commands.add_parser("doctor", help="what of this machine symlab can use, or how to get it")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=doctor)
    command = commands.add_parser("cache", help="the folder of compiled code")
    command.add_argument("action", choices=CACHE_ACTIONS, help="list or count its entries, or remove them")
    command.set_defaults(run=cache)
    told = "run a program written for Theano; further arguments go to it"
    command = commands.add_parser("theano", help=told, description=told, allow_abbrev=False)
    command.add_argument("program", help="the file to run")
    command.set_defaults(run=theano)
    return top


def lab(given: argparse.Namespace, passed_on: Sequence[str]) -> int:
    """Become JupyterLab, which prints its address and, where there is a screen, opens a browser."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is not installed: pip install 'symlab[lab]'", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "jupyterlab", *QUIET_LAB, *as_root(), *first_page(passed_on), *passed_on]
    sys.stdout.flush()
    return os.execv(sys.executable, command)


def first_page(passed_on: Sequence[str]) -> tuple[str, ...]:
    """Makes the printed address lead to the notebook that is asked for, not only the browser that is opened."""
    notebooks = [Path(argument).name for argument in passed_on if argument.endswith(".ipynb")]
    return (f"--LabApp.default_url=/lab/tree/{quote(notebooks[0])}",) if notebooks else ()


def as_root() -> tuple[str, ...]:
    """Jupyter's flag without which it refuses to run as root."""
    return ("--allow-root",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def doctor(given: argparse.Namespace, passed_on: Sequence[str]) -> int:
    """Print what this machine offers; nothing that is missing is an error."""
    from symlab import doctor

    print(doctor.as_json() if given.json else doctor.as_text())
    return 0


def theano(given: argparse.Namespace, passed_on: Sequence[str]) -> int:
    """Run a file as the main program, with `import theano` finding symlab."""
    from symlab.compat.theano import install

    if not Path(given.program).is_file():
        print(f"there is no file {given.program}", file=sys.stderr)
        return 2
    install()
    sys.argv = [given.program, *passed_on]
    sys.path.insert(0, str(Path(given.program).resolve().parent))
    runpy.run_path(given.program, run_name="__main__")
    return 0


def cache(given: argparse.Namespace, passed_on: Sequence[str]) -> int:
    """List, count or clear the compiled code on disk."""
    from symlab.core.backends import cache

    CACHE_ACTIONS[given.action](cache.current())
    return 0


def list_cache(store: Cache) -> None:
    """One line per entry, the last used first: bytes, when last used, name."""
    for used, size, path in sorted(entries_of(store), reverse=True):
        print(f"{size:12,}  {time.strftime('%Y-%m-%d %H:%M', time.localtime(used))}  {path.name}")


def count_cache(store: Cache) -> None:
    """How many entries, how many bytes, and how many there may be."""
    entries = entries_of(store)
    total = sum(size for _, size, _ in entries)
    print(f"{len(entries)} entries, {total:,} of {store.limit:,} bytes in {store.folder}")


def clear_cache(store: Cache) -> None:
    """Remove every entry; functions that are loaded keep working."""
    entries = entries_of(store)
    for *_, path in entries:
        path.unlink(missing_ok=True)
    print(f"removed {len(entries)} entries, {sum(size for _, size, _ in entries):,} bytes, from {store.folder}")


def entries_of(store: Cache) -> list[tuple[float, int, Path]]:
    """When last used, bytes and path of each entry; none where nothing was ever compiled."""
    return store.entries() if store.folder.is_dir() else []


CACHE_ACTIONS: Mapping[str, Callable[[Cache], None]] = MappingProxyType(
    {"list": list_cache, "size": count_cache, "clear": clear_cache}
)
