"""Compiles the Python sources of unpacked wheels, for the interpreter that runs this file.

Arguments: a cache tag, then the store's entries (directories that hold `files.json` and `tree`).

For each entry that has no list of compiled files for this tag yet: every source is compiled to an unchecked-hash
.pyc (PEP 552), which an interpreter takes without looking at the source again; the store's sources never change.
Everything is compiled into a folder of its own and synced once, because an interpreter fails on a truncated .pyc
instead of compiling again; then each file moves to its `__pycache__`, and the list is written last. A kill at any
moment leaves whole files only, and the next run does what is missing.

`co_filename` is the path below the tree: an import replaces it by the real one, and equal wheels give equal bytes.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import py_compile
import shutil
import stat
import sys
import warnings

try:
    import fcntl
except ImportError:  # Windows: two processes may do the same work, each file is still published whole
    fcntl = None


# Files between two syncs: enough to make them rare, and few enough that a kill loses little.
BATCH = 500


def make_folder(path):
    """Never its parents: an entry that was evicted meanwhile must not come back as an empty shell."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(path)


def make_cache_folder(path):
    """A `__pycache__` in a directory that nobody may write to, which is made writable for a moment.

    Compilers for two interpreters may do so at once: each takes the right away again, so the other has to try again.
    """
    for remaining in reversed(range(20)):
        try:
            return make_folder(path)
        except PermissionError:
            if remaining == 0 or not hasattr(os, "fchmod"):
                raise
        parent = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            sealed = stat.S_IMODE(os.fstat(parent).st_mode) & ~0o222
            os.fchmod(parent, sealed | 0o200)
            with contextlib.suppress(PermissionError):
                make_folder(path)
            os.fchmod(parent, sealed)
        finally:
            os.close(parent)


def take_lock(path):
    """An open lock file, or None if another process compiles this entry."""
    lock = open(path, "a")
    if fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
    return lock


def sources_of(entry):
    with open(os.path.join(entry, "files.json"), encoding="utf-8") as file:
        return [path for path in json.load(file)["files"]["path"] if path.endswith(".py")]


def compile_entry(entry, scratch):
    """Compiles into `scratch`; pairs of (path below the tree, size, SHA-256). Sources with errors get no bytecode."""
    compiled = []
    for path in sources_of(entry):
        cached = importlib.util.cache_from_source(path).replace(os.sep, "/")
        target = os.path.join(scratch, str(len(compiled)))
        try:
            py_compile.compile(
                os.path.join(entry, "tree", path),
                cfile=target,
                dfile=path,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except (py_compile.PyCompileError, ValueError, RecursionError, MemoryError):
            # Templates and sources for other Pythons do not compile; importing them says so, as it would anyway.
            continue
        with open(target, "rb") as file:
            data = file.read()
        compiled.append((cached, len(data), hashlib.sha256(data).hexdigest()))
    return compiled


def publish(entry, tag, scratch, compiled):
    for index, (path, _, _) in enumerate(compiled):
        target = os.path.join(entry, "tree", path)
        make_cache_folder(os.path.dirname(target))
        os.replace(os.path.join(scratch, str(index)), target)
    temporary = os.path.join(scratch, "list")
    with open(temporary, "w", encoding="utf-8") as file:
        columns = [list(column) for column in zip(*compiled)] or [[], [], []]
        json.dump({"path": columns[0], "size": columns[1], "sha256": columns[2]}, file)
    os.replace(temporary, os.path.join(entry, "bytecode", tag + ".json"))


def finish(tag, batch):
    """Syncs what was compiled, once for the whole batch, and publishes it."""
    if batch and hasattr(os, "sync"):
        os.sync()
    for entry, scratch, lock, compiled in batch:
        with contextlib.suppress(FileNotFoundError):  # the entry was evicted meanwhile
            publish(entry, tag, scratch, compiled)
            shutil.rmtree(scratch)
        lock.close()


def main(tag, entries):
    warnings.simplefilter("ignore")
    if hasattr(os, "nice"):
        os.nice(10)
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):  # some containers forbid it; being nice is what was possible
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    batch = []
    for entry in entries:
        if sum(len(compiled) for _, _, _, compiled in batch) >= BATCH:
            finish(tag, batch)
            batch = []
        folder = os.path.join(entry, "bytecode")
        if os.path.exists(os.path.join(folder, tag + ".json")):
            continue
        try:
            make_folder(folder)
            lock = take_lock(os.path.join(folder, tag + ".lock"))
        except OSError:  # the entry was evicted, or the store is read-only: there is nothing to be done here
            continue
        if lock is None:
            continue
        scratch = os.path.join(folder, tag + ".tmp")
        shutil.rmtree(scratch, ignore_errors=True)
        os.mkdir(scratch)
        batch.append((entry, scratch, lock, compile_entry(entry, scratch)))
    finish(tag, batch)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
