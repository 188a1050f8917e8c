"""Runs a command, lists each system call of it that changes what is on the disk, and can send a signal at one of them.

In:  trace-mutations.py ROOTS LOG TARGET COMMAND…
     ROOTS  only calls on paths below these directories count, separated by ":"
     TARGET the JSON text of one line of an earlier log, with the name of a signal as third element; "" to watch only
Out: LOG, a line of JSON for each call, [what it does, how many equal ones came before it]; the command's exit code.

All threads and all children are traced (ptrace(2)); a seccomp filter stops them at the calls of the table alone, so
that a run costs little more than usual. A call is known by what it does ("rename cache/tmp/* cache/wheels-1/ab…"), not
by its number in the run: threads take turns as they please, and a number would hit another call each time. At the
target the process that makes the call gets the signal before the call is carried out; after SIGKILL it never is.

strace's injection is no help here: it counts each thread's calls by themselves, and it knows no files.
"""

import ctypes
import json
import os
import platform
import re
import signal
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

# name: (number on x86_64, number on aarch64, kind). p: a path, ap: directory and path, f: a descriptor, -: nothing.
CALLS = {
    "open": (2, None, "open"),
    "creat": (85, None, "p"),
    "openat": (257, 56, "openat"),
    "openat2": (437, 437, "ap"),
    "rename": (82, None, "p p"),
    "renameat": (264, 38, "ap ap"),
    "renameat2": (316, 276, "ap ap"),
    "mkdir": (83, None, "p"),
    "mkdirat": (258, 34, "ap"),
    "rmdir": (84, None, "p"),
    "unlink": (87, None, "p"),
    "unlinkat": (263, 35, "ap"),
    "link": (86, None, "p p"),
    "linkat": (265, 37, "ap ap"),
    "symlink": (88, None, "- p"),
    "symlinkat": (266, 36, "- ap"),
    "mknod": (133, None, "p"),
    "mknodat": (259, 33, "ap"),
    "truncate": (76, 45, "p"),
    "ftruncate": (77, 46, "f"),
    "fallocate": (285, 47, "f"),
    "chmod": (90, None, "p"),
    "fchmod": (91, 52, "f"),
    "fchmodat": (268, 53, "ap"),
    "chown": (92, None, "p"),
    "lchown": (94, None, "p"),
    "fchown": (93, 55, "f"),
    "fchownat": (260, 54, "ap"),
    "utimensat": (280, 88, "utimensat"),
    "setxattr": (188, 5, "p"),
    "fsetxattr": (190, 7, "f"),
    "write": (1, 64, "f"),
    "pwrite64": (18, 68, "f"),
    "writev": (20, 66, "f"),
    "pwritev": (296, 70, "f"),
    "pwritev2": (328, 287, "f"),
    "sendfile": (40, 71, "f"),
    "copy_file_range": (326, 285, "- - f"),
    "splice": (275, 76, "- - f"),
    "ioctl": (16, 29, "ioctl"),
    "io_uring_setup": (425, 425, "never"),
    "execve": (59, 221, "p"),
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
FICLONE, FICLONERANGE = 0x40049409, 0x4020940D
AT_FDCWD = -100

PTRACE_CONT, PTRACE_SEIZE, PTRACE_LISTEN = 7, 0x4206, 0x4208
PTRACE_GET_SYSCALL_INFO = 0x420E
FORK, VFORK, CLONE, EXEC, SECCOMP, EXITKILL = 2, 4, 8, 16, 0x80, 0x100000
EVENT_SECCOMP, EVENT_STOP = 7, 128
STOPS = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
WALL = 0x40000000


def filter_program():
    """A BPF program that answers "trace" for the table's calls and "allow" for all others."""
    column, architecture = MACHINES[platform.machine()]
    names = {call[column]: name for name, call in CALLS.items() if call[column] is not None}
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, 0x7FFF0000), (0x20, 0, 0, 0)]
    left = len(names)
    for number in names:
        code.append((0x15, left, 0, number))
        left -= 1
    code += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x7FF00000)]
    return names, b"".join(struct.pack("HBBI", *line) for line in code)


def install_filter(program):
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    if libc.prctl(38, 1, 0, 0, 0) != 0:  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    header = Program(len(program) // 8, program)
    if libc.prctl(22, 2, ctypes.byref(header), 0, 0) != 0:  # PR_SET_SECCOMP, a filter
        raise OSError(ctypes.get_errno(), "PR_SET_SECCOMP")


def ptrace(request, pid, address=0, data=0):
    if libc.ptrace(request, pid, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def start(command, program):
    """The command, stopped before its execve until it is traced."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(write)
        os.read(read, 1)
        install_filter(program)
        os.execvp(command[0], command)
    os.close(read)
    ptrace(PTRACE_SEIZE, pid, 0, FORK | VFORK | CLONE | EXEC | SECCOMP | EXITKILL)
    os.write(write, b"x")
    os.close(write)
    return pid


class Reader:
    """What a stopped thread is about to do, in words."""

    def __init__(self, roots, names):
        self.roots = tuple(os.path.realpath(root) for root in roots.split(":"))
        self.names = names

    def describe(self, tid):
        buffer = ctypes.create_string_buffer(88)
        ptrace(PTRACE_GET_SYSCALL_INFO, tid, len(buffer), ctypes.addressof(buffer))
        number, *values = struct.unpack_from("=7Q", buffer.raw, 24)
        name = self.names[number]
        kind = CALLS[name][2]
        if kind == "never":
            raise SystemExit(f"{name}: calls through a ring cannot be seen by this tracer")
        paths = self.paths(tid, kind, values)
        inside = [shown for shown in map(self.shown, paths) if shown is not None]
        return f"{name} {' '.join(inside)}" if inside else None

    def shown(self, path):
        for root in self.roots:
            if path == root or path.startswith(root + "/"):
                return plain(os.path.basename(root) + path[len(root) :])
        return None

    def paths(self, tid, kind, values):
        if kind in ("open", "openat"):
            place = 0 if kind == "open" else 1
            if values[place + 1] & (3 | 0o100 | 0o1000) == 0:  # only reads
                return []
            kind = "p" if kind == "open" else "ap"
        elif kind == "ioctl":
            kind = "f" if values[1] in (FICLONE, FICLONERANGE) else ""
        elif kind == "utimensat":
            kind = "f" if values[1] == 0 else "ap"
        found = []
        for part in kind.split():
            if part == "f":
                found.append(self.descriptor(tid, values.pop(0)))
            elif part == "p":
                found.append(self.path(tid, AT_FDCWD, values.pop(0)))
            elif part == "ap":
                found.append(self.path(tid, values.pop(0), values.pop(0)))
            else:
                values.pop(0)
        return found

    def descriptor(self, tid, number):
        try:
            return os.readlink(f"/proc/{tid}/fd/{number}")
        except FileNotFoundError:  # it is closed: the call will fail
            return ""

    def path(self, tid, directory, address):
        text = self.text(tid, address)
        if text.startswith("/"):
            return os.path.normpath(text)
        low = ctypes.c_int(directory & 0xFFFFFFFF).value
        base = os.readlink(f"/proc/{tid}/cwd") if low == AT_FDCWD else self.descriptor(tid, low)
        return os.path.normpath(os.path.join(base, text))

    def text(self, tid, address):
        if address == 0:
            return ""
        found = b""
        with open(f"/proc/{tid}/mem", "rb", 0) as memory:
            while b"\0" not in found:
                page_left = 4096 - (address + len(found)) % 4096
                memory.seek(address + len(found))
                found += memory.read(page_left)
        return os.fsdecode(found[: found.index(b"\0")])


def plain(path):
    """Without what differs from run to run: owners, process ids, counters and random names."""
    path = re.sub(r"\d+-\d+-\d+\.\d+", "*", path)
    path = re.sub(r"\.\d+\.\d+\.tmp\b", ".*.tmp", path)
    path = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "*", path)
    return re.sub(r"\.\d{9,}\b", ".*", path)


def trace(command, reader, program, log, target):
    *wanted, signal_name = target
    first = start(command, program)
    log.write(json.dumps(["traced", 1]) + "\n")
    seen, ends, sent = {}, {}, False
    while True:
        try:
            tid, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            return ends[first]
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            ends[tid] = status
            continue
        event, number = status >> 16, os.WSTOPSIG(status)
        try:
            if event == EVENT_SECCOMP:
                call = reader.describe(tid)
                if call is not None:
                    count = seen[call] = seen.get(call, 0) + 1
                    log.write(json.dumps([call, count]) + "\n")
                    if [call, count] == wanted and not sent:
                        sent = True
                        log.write(json.dumps([signal_name, 1]) + "\n")
                        log.flush()
                        os.kill(owner(tid), signal.Signals[signal_name])
                        if signal_name == "SIGKILL":
                            continue
            stopped = event == EVENT_STOP and number in STOPS
            deliver = number if event == 0 else 0
            ptrace(PTRACE_LISTEN if stopped else PTRACE_CONT, tid, 0, 0 if stopped else deliver)
        except (ProcessLookupError, FileNotFoundError):  # somebody killed it meanwhile
            continue


def owner(tid):
    """The process of a thread."""
    with open(f"/proc/{tid}/status") as status:
        return int(re.search(r"^Tgid:\s*(\d+)", status.read(), re.M).group(1))


def main():
    roots, log_path, target, *command = sys.argv[1:]
    names, program = filter_program()
    with open(log_path, "w") as log:
        status = trace(command, Reader(roots, names), program, log, json.loads(target) if target else [None])
    sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


main()
