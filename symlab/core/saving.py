"""`save` and `load`: functions, expressions, shared variables and containers of them in a file with a version.

The file is a head line, a digest, and a pickle of what was given as it was typed: the code itself lies in the cache of
each machine. Functions of one file that share variables share them after `load` too. Loading a file runs what is in
it, as with every pickle: load only files that you trust.
"""

from __future__ import annotations

import os
import pickle
import secrets
from hashlib import blake2b
from pathlib import Path
from typing import Any

from symlab.core.ir.errors import InvalidValue, SavedFileError, TypeMismatch, message
from symlab.core.seams import resolve

MARK = b"symlab file"
FORMAT = 1
DIGEST_BYTES = 16
PROTOCOL = 5


def save(path: str | os.PathLike[str], value: Any) -> None:
    """Write a function, an expression, a shared variable, a type, a mode, or a list or dict of them, to a file.

    An older file of this name is replaced when the new one is complete.
    """
    target = Path(path)
    content = pickled(value)
    head = b"%s %d %s\n" % (MARK, FORMAT, version().encode())
    digest = blake2b(content, digest_size=DIGEST_BYTES).digest()
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(head + digest + content)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> Any:
    """What `save` wrote to a file; functions compile, or take their code from the cache. See the module on trust."""
    content = checked_content(Path(path))
    try:
        return pickle.loads(content)
    except (ImportError, AttributeError) as error:
        problem = f"{path} needs what is not there: {error}"
        raise SavedFileError(message(problem, (), ["the packages with which it was written"])) from error


def pickled(value: Any) -> bytes:
    """The value as a pickle, or an error about what cannot be one."""
    try:
        return pickle.dumps(value, PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        tries = ["functions at the top level of a module instead of lambdas"]
        raise TypeMismatch(message(f"{type(value).__name__} cannot be saved: {error}", (), tries)) from error


def checked_content(path: Path) -> bytes:
    """The pickle in a file, if it is one of ours, of this format, and complete."""
    with path.open("rb") as file:
        head, rest = file.readline(200), file.read()
    words = head.split()
    if not head.startswith(MARK + b" ") or len(words) != 4 or not words[2].isdigit():
        tries = ["pickle.load, if pickle.dump wrote it"]
        raise InvalidValue(message(f"{path} is no file that sl.save wrote", (), tries))
    number, writer = int(words[2]), words[3].decode(errors="replace")
    if number != FORMAT:
        problem = (
            f"{path} has format {number}, written by symlab {writer}, and symlab {version()} reads format {FORMAT}"
        )
        raise SavedFileError(message(problem, (), ["the version that wrote it", "to save it anew"]))
    digest, content = rest[:DIGEST_BYTES], rest[DIGEST_BYTES:]
    if digest != blake2b(content, digest_size=DIGEST_BYTES).digest():
        raise SavedFileError(message(f"{path} is damaged: its content is not what was written", (), ["another copy"]))
    return content


def version() -> str:
    """The version of symlab that runs."""
    return str(resolve("symlab:__version__"))
