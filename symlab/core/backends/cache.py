"""The store of compiled code on disk, safe under many processes and threads without a lock.

An entry is written under a name of its own and then renamed, so a reader finds it whole or not at all, and of two
builders of one entry the later replaces the earlier by an equal one. Loading an entry is running code: so the folder
must belong to the user and nobody else may write to it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from symlab.core.ir import config
from symlab.core.ir.errors import CacheError, message

ENTRY = re.compile(r"[a-z]+-[0-9a-f]{32}\.[a-z0-9.]+")  # nothing else in the folder is ever read or removed
UNFINISHED = re.compile(r"\.building-.+")
ABANDONED_AFTER = 3600.0
OPEN_TO_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Cache:
    """A folder of entries and the bytes that they may take; what was used in the last `rest` seconds always stays."""

    folder: Path
    limit: int
    rest: float = 60.0

    def path(self, key: str, suffix: str) -> Path:
        """Where the entry lies, or would lie."""
        name = key + suffix
        if not ENTRY.fullmatch(name):
            raise CacheError(message(f"{name!r} names no entry of the code cache", (), ["a key made by content_key"]))
        return self.folder / name

    def find(self, key: str, suffix: str) -> Path | None:
        """The entry if it is there, marked as used now; an empty file, as a power cut may leave, is none."""
        path = self.path(key, suffix)
        try:
            return path if path.stat().st_size > 0 and mark_used(path) else None
        except FileNotFoundError:
            return None

    def store(self, key: str, suffix: str, build: Callable[[Path], None]) -> Path:
        """The entry, which `build` writes to the path that it is given if it is not there yet."""
        check_folder(self.folder)
        return self.find(key, suffix) or self._add(self.path(key, suffix), build)

    def _add(self, path: Path, build: Callable[[Path], None]) -> Path:
        temporary = self._unfinished(path)
        try:
            build(temporary)
            temporary.chmod(0o700)  # whatever the umask: nobody else may write to it
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        self._sweep_now_and_then()
        return path

    def _unfinished(self, path: Path) -> Path:
        """An empty file of this builder's own, on the disk where the entry will lie."""
        try:
            handle, name = tempfile.mkstemp(path.suffix, f".building-{path.name}-", self.folder)
        except OSError as error:
            problem = f"the code cache {self.folder} cannot be written to: {error.strerror}"
            raise CacheError(message(problem, (), ways_out())) from error
        os.close(handle)
        return Path(name)

    def _sweep_now_and_then(self) -> None:
        """Sweep at most once per `rest` seconds, whichever process is the one to do it."""
        marker = self.folder / ".swept"
        try:
            if time.time() - marker.stat().st_mtime < self.rest:
                return
        except FileNotFoundError:
            pass  # never swept
        marker.touch()
        self.sweep()

    def sweep(self) -> None:
        """Remove the entries used longest ago until the others fit the limit, and what dead builders left behind."""
        entries, now = sorted(self.entries()), time.time()
        total = sum(size for _, size, _ in entries)
        for used, size, path in entries:
            if total <= self.limit or used > now - self.rest:
                break
            remove_unless_used(path, used)
            total -= size
        for used, _, path in self.entries(UNFINISHED):
            if used < now - ABANDONED_AFTER:
                path.unlink(missing_ok=True)

    def entries(self, names: re.Pattern[str] = ENTRY) -> list[tuple[float, int, Path]]:
        """When last used, bytes and path of each file with such a name; other sweepers may be removing them."""
        found = []
        for item in os.scandir(self.folder):
            if names.fullmatch(item.name):
                try:
                    status = item.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                found.append((status.st_mtime, status.st_size, Path(item.path)))
        return found


def mark_used(path: Path) -> bool:
    """Put off the removal of an entry; False if it has just been removed."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass  # a folder that is read-only for this process is not swept by it either
    return True


def remove_unless_used(path: Path, used: float) -> None:
    """Remove an entry, unless another process has used it since the time `used`."""
    try:
        if path.stat().st_mtime == used:
            path.unlink()
    except FileNotFoundError:
        pass  # another process has removed it


def content_key(kind: str, parts: Iterable[str | bytes]) -> str:
    """The key of an entry of this kind whose content follows from `parts`, in order."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return f"{kind}-{digest.hexdigest()}"


def current() -> Cache:
    """The cache that the configuration in force names."""
    settings = config.current()
    return Cache(Path(settings.cache_dir).expanduser(), settings.cache_size)


def cache_folder() -> Path:
    """The folder of the code cache, made if need be, or an error if others could change what lies in it."""
    return check_folder(current().folder)


def store(key: str, suffix: str, build: Callable[[Path], None]) -> Path:
    """The entry of the configured cache; see `Cache.store`."""
    return current().store(key, suffix, build)


def check_folder(folder: Path) -> Path:
    """The folder, made if need be; an error unless it is the user's own and nobody else may write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise CacheError(message(f"the code cache {folder} cannot be made: {error}", (), ways_out())) from error
    if os.name != "posix":
        return folder
    if status.st_uid != os.geteuid():
        problem = f"the code cache {folder} belongs to user {status.st_uid}, not to you (user {os.geteuid()})"
        raise CacheError(message(problem + ": loading it would run that user's code", (), ways_out()))
    if status.st_mode & OPEN_TO_OTHERS:
        problem = f"others may write to the code cache {folder}: loading it would run their code"
        raise CacheError(message(problem, (), [f"chmod go-w {folder}", *ways_out()]))
    return folder


def ways_out() -> list[str]:
    """What to try when the folder cannot be used."""
    return ["another folder: SYMLAB_CACHE_DIR=..., or sl.configure(cache_dir=...)"]
