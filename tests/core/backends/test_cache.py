"""The store of compiled code: whole entries or none, one user's alone, the oldest out first."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from symlab.core.backends import cache
from symlab.core.backends.cache import Cache, content_key
from symlab.core.ir.config import configure
from symlab.core.ir.errors import CacheError

ROOT = Path(__file__).resolve().parents[3]
KEY = content_key("kernel", ["int x;", b"-O2"])


@pytest.fixture
def store(tmp_path) -> Cache:
    return Cache(tmp_path / "cache", 1000)


def writer(text):
    return lambda path: path.write_text(text)


def names(store) -> set[str]:
    return {path.name for path in store.folder.iterdir()} - {".swept"}


def unexpected(path) -> None:
    raise AssertionError(f"{path} was built again")


# Entries


def test_an_entry_is_built_once(store) -> None:
    path = store.store(KEY, ".so", writer("code"))
    assert path.read_text() == "code"
    assert store.store(KEY, ".so", unexpected) == path == store.find(KEY, ".so")
    assert path.parent == store.folder
    assert names(store) == {KEY + ".so"}


def test_entries_of_one_key_and_several_suffixes(store) -> None:
    source, binary = store.store(KEY, ".c", writer("int x;")), store.store(KEY, ".so", writer("code"))
    assert (source.read_text(), binary.read_text()) == ("int x;", "code")


def test_keys_follow_from_the_parts_and_their_borders() -> None:
    keys = [["a", "b"], ["ab"], ["a", "b", ""], ["b", "a"], [b"a\0b"], []]
    assert len({content_key("kernel", parts) for parts in keys} | {content_key("other", ["ab"])}) == 7
    assert content_key("kernel", ["é"]) == content_key("kernel", ["é".encode()])


@pytest.mark.parametrize("key", ["", "kernel", "../" + KEY, KEY.upper(), KEY + "/x", KEY[:-1], "kernel-" + "g" * 32])
def test_only_keys_name_entries(store, key) -> None:
    with pytest.raises(CacheError, match="names no entry"):
        store.store(key, ".so", unexpected)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failed_build_leaves_nothing(store, error) -> None:
    def build(path) -> None:
        path.write_text("half")
        raise error("stopped")

    with pytest.raises(error, match="stopped"):
        store.store(KEY, ".so", build)
    assert names(store) == set()
    assert store.store(KEY, ".so", writer("code")).read_text() == "code"


def test_an_empty_entry_is_none(store) -> None:
    path = store.store(KEY, ".so", writer("code"))
    path.write_text("")
    assert store.find(KEY, ".so") is None
    assert store.store(KEY, ".so", writer("anew")).read_text() == "anew"


def test_nobody_else_may_write_to_an_entry(store) -> None:
    before = os.umask(0)
    try:
        path = store.store(KEY, ".so", lambda path: (path.unlink(), path.write_text("code")))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o700


def test_an_entry_in_a_folder_that_cannot_be_touched_is_found(store, monkeypatch) -> None:
    path = store.store(KEY, ".so", writer("code"))
    for error, found in ((PermissionError, path), (OSError, path), (FileNotFoundError, None)):
        monkeypatch.setattr(os, "utime", lambda path, error=error: (_ for _ in ()).throw(error()))
        assert store.find(KEY, ".so") == found


# Many builders


def test_threads_and_processes_build_one_entry(store) -> None:
    text, found, store = "code" * 50_000, [], Cache(store.folder, 10**9)
    script = """
import sys
from pathlib import Path
from symlab.core.backends.cache import Cache
for k in range(200):
    cache = Cache(Path(sys.argv[1]), 10**9)
    path = cache.store(f"kernel-{k:032x}", ".so", lambda path: path.write_text("code" * 50_000))
    assert path.read_text() == "code" * 50_000
"""

    def work() -> None:
        for k in range(200):
            path = store.store(f"kernel-{k:032x}", ".so", writer(text))
            found.append(path.read_text() == text)

    command = [sys.executable, "-c", script, str(store.folder)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.communicate()[1] for process in processes] == ["", ""]
    assert found == [True] * 600
    assert len(names(store)) == 200


# Size


def filled(store, count) -> list[Path]:
    """Entries of 100 bytes, the first used longest ago."""
    paths = [store.store(f"kernel-{k:032x}", ".so", writer("x" * 100)) for k in range(count)]
    for age, path in enumerate(reversed(paths), 1):
        os.utime(path, (time.time() - 100 * age,) * 2)
    return paths


def test_the_oldest_go_first(store) -> None:
    paths = filled(store, 15)
    store.sweep()
    assert [path.exists() for path in paths] == [False] * 5 + [True] * 10


def test_a_hit_puts_off_the_end(store) -> None:
    paths = filled(store, 15)
    assert store.find(paths[0].stem, ".so")
    store.sweep()
    assert [path.exists() for path in paths] == [True] + [False] * 5 + [True] * 9


def test_what_was_just_used_stays(tmp_path) -> None:
    store = Cache(tmp_path, 0, rest=250.0)
    paths = filled(store, 5)
    store.sweep()
    assert [path.exists() for path in paths] == [False] * 3 + [True] * 2


def test_a_store_sweeps_now_and_then(tmp_path) -> None:
    store = Cache(tmp_path, 500, rest=50.0)
    paths = filled(store, 9)
    store.store(KEY, ".so", writer("x" * 100))
    assert all(path.exists() for path in paths)  # swept when the first entry was made, less than 50 seconds ago
    os.utime(tmp_path / ".swept", (time.time() - 60,) * 2)
    store.store(KEY, ".c", writer("x" * 100))
    assert sum(path.exists() for path in paths) == 3


def test_other_files_are_left_alone(tmp_path) -> None:
    others = ["notes.txt", "kernel-1.so", ".hidden", f"{KEY}.so.bak~", "callobject.c"]
    for name in others:
        (tmp_path / name).write_text("x" * 5000)
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "folder").mkdir()
    Cache(tmp_path, 0, rest=0).sweep()
    assert {path.name for path in tmp_path.iterdir()} == {*others, "folder"}


def test_what_dead_builders_left_behind_is_removed(store) -> None:
    store.store(KEY, ".so", writer("code"))
    old, new = (store.folder / f".building-{KEY}.so-{name}.so" for name in ("a1b2", "c3d4"))
    for path, age in ((old, 7200), (new, 60)):
        path.write_text("half")
        os.utime(path, (time.time() - age,) * 2)
    store.sweep()
    assert not old.exists()
    assert new.exists()


# The folder


def test_the_folder_is_made_for_the_user_alone(tmp_path) -> None:
    folder = tmp_path / "a" / "b"
    with configure(cache_dir=str(folder)):
        assert cache.cache_folder() == folder
        path = cache.store(KEY, ".so", writer("code"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert path == folder / f"{KEY}.so"


def test_the_size_comes_from_the_configuration(tmp_path) -> None:
    with configure(cache_dir=str(tmp_path), cache_size=123):
        assert cache.current() == Cache(tmp_path, 123)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702, 0o1777])
def test_a_folder_that_others_may_write_to_is_refused(store, mode) -> None:
    store.store(KEY, ".so", writer("code"))
    store.folder.chmod(mode)
    with pytest.raises(CacheError, match="others may write to the code cache") as caught:
        store.store(KEY, ".so", unexpected)
    assert f"chmod go-w {store.folder}" in str(caught.value)
    assert "SYMLAB_CACHE_DIR" in str(caught.value)
    store.folder.chmod(0o755)
    assert store.store(KEY, ".so", unexpected)


def test_a_folder_of_another_user_is_refused(store, monkeypatch) -> None:
    store.store(KEY, ".so", writer("code"))
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(CacheError, match=r"belongs to user \d+, not to you \(user 12345\)"):
        store.store(KEY, ".so", unexpected)


def test_a_link_to_a_folder_that_others_may_write_to_is_refused(tmp_path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(CacheError, match="others may write"):
        Cache(tmp_path / "link", 1000).store(KEY, ".so", unexpected)


def test_a_folder_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "cache"):
        with pytest.raises(CacheError, match="cannot be made"):
            Cache(folder, 1000).store(KEY, ".so", unexpected)


def test_a_folder_that_cannot_be_written_to(store, monkeypatch) -> None:
    def refuse(*args, **keywords):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    with pytest.raises(CacheError, match="cannot be written to: Permission denied"):
        store.store(KEY, ".so", unexpected)
