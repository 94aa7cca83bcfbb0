"""Take from the running process what an answer needs none of: files, network, other processes, memory without end.

On Linux a learner's code may read Python and the course's library, and nothing else; it writes nowhere and starts
nothing. Where the system knows Landlock (5.13) files are closed; where it allows namespaces there is no network and no
other process in sight. What a system does not know stays open: `confine` returns what it has closed.
"""

import contextlib
import ctypes
import os
import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

# linux/sched.h, linux/landlock.h, linux/prctl.h; the numbers of the calls are the same on every 64-bit machine since 5.1
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x20000000, 0x08000000
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
READ = 1 << 2 | 1 << 3  # a file, a folder
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # by version
NET_RIGHTS, SCOPES = 0b11, 0b11  # TCP bind and connect (version 4); other sockets and signals (version 6)
NO_NEW_PRIVILEGES, PARENT_DEATH_SIGNAL = 38, 1
SIGKILL = 9


def confine(readable: Sequence[Path], memory: int, seconds: float) -> list[str]:
    """Close what can be closed, for this process and whatever it starts, for ever.

    Args:
        readable: files and folders that may still be read.
        memory: bytes that it may take beyond what it has.
        seconds: of processor time.

    Returns:
        what is closed: "files", "network", "processes", "memory".
    """
    closed = ["memory", *_set_limits(memory, seconds)]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        closed += _landlock(libc, readable)
    return closed


def leave_namespaces() -> list[str]:
    """Leave the system's network, and its processes for what is forked from now on; empty where that is not allowed."""
    if sys.platform != "linux":
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC) != 0:
        return []
    return ["network", "processes"]


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, SIGKILL, 0, 0, 0)


def _set_limits(memory: int, seconds: float) -> list[str]:
    def limit(kind: int, most: int) -> None:
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already, or the system has none
            resource.setrlimit(kind, (most, most))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CPU, int(seconds) + 1)
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    limit(kind, _data_size() + memory)
    limit(resource.RLIMIT_NPROC, 0)
    return ["new processes"] if os.geteuid() != 0 else []  # the system lets root pass that limit


def _data_size() -> int:
    """Bytes of private memory that this process has asked for so far."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 2**32


def _landlock(libc: ctypes.CDLL, readable: Sequence[Path]) -> list[str]:
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return []
    rights = FILE_RIGHTS[max(known for known in FILE_RIGHTS if known <= version)]
    # an older kernel refuses a longer structure, unless the rest is zero
    attributes = struct.pack("QQQ", rights, NET_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    ruleset = libc.syscall(CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return []
    for path in readable:
        with contextlib.suppress(OSError):
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = READ if path.is_dir() else 1 << 2
            libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, opened), 0)
            os.close(opened)
    applied = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return (
        ["files"] + (["sockets"] if version >= 4 else []) + (["signals"] if version >= 6 else [])
        if applied
        else []
    )
