"""What happens inside a confined process: run the learner's cells, then call their objects as the judge asks.

Nothing here knows an expected value. What a learner's code does to this process, its modules or its frames can only
change the values that it sends, and those are compared elsewhere.
"""

import ast
import importlib
import linecache
import socket
from collections.abc import Callable, Iterable
from typing import Any

import torch

from poster_var_course.checks.expectations import UnwrittenError
from poster_var_course.checks.mechanism import guarded, is_unwritten, tell
from poster_var_course.classroom.judging.wire import WireError, decode, encode

NAMING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
LESSON_CALLS = {
    "check",
    "hint",
    "guess",
    "reveal",
    "record",
}  # the judge checks; nobody is there to read a hint


def serve(talk: socket.socket, seed: int, closed: list[str]) -> None:
    """Answer the judge's requests until it hangs up."""
    torch.manual_seed(seed)
    process = Process()
    while (message := receive(talk)) is not None:
        send(talk, encode(process.answer(decode(message, process.find)) | {"closed": closed}, process.refer))


def send(talk: socket.socket, message: bytes) -> None:
    """Send one message, its length first."""
    talk.sendall(len(message).to_bytes(8, "big") + message)


def receive(talk: socket.socket) -> bytes | None:
    """The next message; None at the end of the conversation."""
    head = _exactly(talk, 8)
    return None if head is None else _exactly(talk, int.from_bytes(head, "big"))


def _exactly(talk: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        if not (part := talk.recv(min(count - len(parts), 2**20))):
            return None
        parts += part
    return bytes(parts)


class Process:
    """The learner's objects in this process, by number, and what the judge may do with them."""

    def __init__(self) -> None:
        self._objects: list[object] = []
        self._names: dict[str, object] = {"__name__": "__main__"}

    def refer(self, value: object) -> int:
        self._objects.append(value)
        return len(self._objects) - 1

    def find(self, number: int, _: str) -> object:
        return self._objects[number]

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do one request. Whatever the learner's code raises is told in words."""
        changed: set[str] = set()
        judged = [one for one in (asked.get("of"),) if one is not None]
        try:
            match asked["do"]:
                case "load":
                    return self._load(asked["cells"], asked["names"])
                case "call":
                    value = guarded(asked["of"], changed)(*asked["arguments"], **asked["named"])  # type: ignore[operator]
                case "run":
                    value = _beside(asked["function"])(guarded(asked["of"], changed), *asked["values"])
                case other:
                    raise WireError(f"unknown request {other}")
            encode(
                value, lambda _: 0
            )  # a value that cannot be sent is the answer's fault, and told like an exception
            return {"value": value, "changed": sorted(changed)}
        except UnwrittenError as nothing:
            return {"nothing": nothing.value, "changed": sorted(changed)}
        except WireError as error:
            return {"told": ["wrong", f"Your answer gave {error}, which is no answer.", ""], "changed": []}
        except (Exception, SystemExit, GeneratorExit) as error:
            told = tell(error, judged)
            return {"told": [told.status, told.message, told.hint], "changed": sorted(changed)}

    def _load(self, cells: Iterable[tuple[str, str, bool]], names: Iterable[str]) -> dict[str, Any]:
        """Run cells (label, text, whole), then say what `names` are now."""
        failure: BaseException | None = None
        for label, text, whole in cells:
            failure = self._run_cell(f"<cell {label}>", text, whole=whole) or failure
        objects: list[dict[str, object] | None] = []
        for name in names:
            try:
                found = eval(name, self._names)
            except Exception as error:
                told = tell(failure or error, ())
                return {"told": [told.status, told.message, told.hint], "changed": []}
            if found is None or found is Ellipsis:
                objects.append(None)
                continue
            source = str(getattr(found, "__module__", ""))[:100]
            objects.append({"number": self.refer(found), "unwritten": is_unwritten(found), "module": source})
        return {"value": objects, "changed": []}

    def _run_cell(self, filename: str, text: str, *, whole: bool) -> BaseException | None:
        """Run a cell's statements one by one, so that a broken last line does not take the function above it away.

        Of a cell that is not an exercise (`whole` is False) only what makes names runs: imports, functions, classes and
        literals. The last exception is returned.
        """
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        failure: BaseException | None = None
        try:
            statements = ast.parse(_without_magics(text), filename).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error if whole else None
        for statement in statements:
            if _calls_the_lesson(statement) or not (whole or _makes_a_name(statement)):
                continue
            try:
                exec(compile(ast.Module([statement], []), filename, "exec"), self._names)
            except (Exception, SystemExit, GeneratorExit) as error:
                failure = error
        return failure if whole else None


def _beside(path: str) -> Callable[..., Any]:
    """The function "module:name", which must be marked `beside_answer`."""
    module, _, name = path.partition(":")
    function = getattr(importlib.import_module(module), name)
    if not getattr(function, "runs_beside_answer", False):
        raise WireError(f"{path}, which does not run beside an answer")
    return function


def _without_magics(text: str) -> str:
    """Lines of IPython that plain Python cannot read become comments, so that line numbers stay."""
    return "\n".join("# " + line if line.lstrip()[:1] in ("%", "!") else line for line in text.splitlines())


def _makes_a_name(statement: ast.stmt) -> bool:
    if isinstance(statement, NAMING):
        return True
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    try:
        ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _calls_the_lesson(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in LESSON_CALLS
