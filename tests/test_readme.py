"""The README's programs run and print what it says."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"^```(?P<language>python|text)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_SCREEN = 60


def printed_by(program: str, names: dict[str, object]) -> str:
    """What a program prints; its names stay for the next one."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, str(README), "exec"), names)
    return out.getvalue()


def test_programs_print_what_follows_them() -> None:
    """A `text` block right after a `python` block is what that program prints; `...` stands for anything."""
    names: dict[str, object] = {"__name__": "readme"}
    printed = ""
    checker = doctest.OutputChecker()
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for block in BLOCK.finditer(README.read_text(encoding="utf-8")):
        if block["language"] == "python":
            printed = printed_by(block["body"], names)
        else:
            assert checker.check_output(block["body"], printed, options), (
                f"README prints {block['body']!r}, not {printed!r}"
            )


def test_the_first_screen_shows_a_program_and_its_result() -> None:
    first_screen = "\n".join(README.read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])
    assert [block["language"] for block in BLOCK.finditer(first_screen)][:2] == ["python", "text"]
