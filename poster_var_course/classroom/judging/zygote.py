"""A process that has loaded the course's library and no learner's code; each answer gets a fresh copy of it.

Started by `sessions.Zygote` as ``python -m``. Importing torch takes seconds, a fork milliseconds, so every answer can
have an interpreter of its own.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

from poster_var_course.classroom.judging.confined import serve
from poster_var_course.classroom.judging.confinement import confine, die_with_parent, leave_namespaces

MOST_BYTES = 65_536
LARGEST_DESCRIPTOR = 65_536


def main(descriptor: int, modules: list[str]) -> None:
    """Load `modules`, then fork one process for each request that arrives on the socket, until it closes."""
    import torch

    torch.set_num_threads(1)  # a process with threads cannot be forked safely
    for name in modules:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the judge sees the end of a process by its socket
    control = socket.socket(fileno=descriptor)
    control.send(b"ready")
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, MOST_BYTES, 2)
        if not asked:
            return
        if os.fork() == 0:
            _become_answer(json.loads(asked), *descriptors)
        for one in descriptors:
            os.close(one)


def _become_answer(settings: dict, conversation: int, output: int) -> None:
    """Confine this process, then do what the judge asks; never returns."""
    with contextlib.suppress(BaseException):
        die_with_parent()
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        talk = socket.socket(fileno=os.dup(conversation))
        closed = leave_namespaces()
        inner = (
            os.fork() if closed else 0
        )  # the first process that is forked into a namespace ends with all others
        if inner:
            talk.sendall(json.dumps({"process": inner}).encode().ljust(64))
            talk.close()
            os.close(conversation)
            os.close(output)
            os.waitpid(inner, 0)
            os._exit(0)
        if not closed:
            talk.sendall(json.dumps({"process": os.getpid()}).encode().ljust(64))
        die_with_parent()
        for standard, source in (
            (0, os.open(os.devnull, os.O_RDONLY)),
            (1, output),
            (2, output),
            (3, talk.fileno()),
        ):
            os.dup2(source, standard)
        talk.detach()
        os.closerange(4, LARGEST_DESCRIPTOR)
        readable = [Path(path) for path in settings["readable"]]
        closed += confine(readable, settings["memory"], settings["seconds"])
        serve(socket.socket(fileno=3), settings["seed"], closed)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
