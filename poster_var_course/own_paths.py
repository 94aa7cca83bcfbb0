"""Take the folders of this machine out of what a run leaves, so that it tells nobody's name and can be mailed.

The course's own folder becomes …, the folder in which the run was started a dot, and the home folder ~. Other
absolute paths (a data set's on a shared disk) stay: they name no person, and whoever repeats the run needs them.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

PACKAGE_PARENT = Path(__file__).resolve().parents[1]


def without_own_paths(value: Any) -> Any:
    """The same strings, lists and mappings (a notebook's outputs, say) with this machine's folders replaced."""
    if isinstance(value, str):
        pattern, short = _own_folders(Path.cwd(), Path(os.path.expanduser("~")))
        return pattern.sub(lambda found: found[1] + short[found[2]], value)
    if isinstance(value, list):
        return [without_own_paths(part) for part in value]
    if isinstance(value, dict):
        return type(value)((key, without_own_paths(part)) for key, part in value.items())
    return value


def notebook_without_own_paths(notebook: NotebookNode) -> NotebookNode:
    """An executed notebook whose outputs and injected parameters name no folder of this machine."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = without_own_paths(cell.outputs)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = without_own_paths(cell.source)
    return notebook


def with_own_paths(text: str) -> str:
    """A path that `without_own_paths` shortened, as it is on this machine; any other text as it is."""
    folders = {"~": os.path.expanduser("~"), "…": str(PACKAGE_PARENT)}
    return folders[text[0]] + text[1:] if text[:1] in folders and text[1:2] in ("/", "\\") else text


@cache
def _own_folders(working: Path, home: Path) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of a folder after whatever can stand before a path, and what each folder is to become."""
    folders = {home: "~", working: ".", PACKAGE_PARENT: "…"}
    short = {
        written: name
        for folder, name in folders.items()
        if folder != Path(folder.anchor)
        for written in (str(folder), folder.as_posix(), str(folder).replace("\\", "\\\\"))
    }
    longest_first = "|".join(re.escape(written) for written in sorted(short, key=len, reverse=True))
    # a path begins where a word does not go on, or after an escape sequence that colours a traceback
    return re.compile(rf"(^|[^\w.~-]|\x1b\[[0-9;]*m)({longest_first})(?![\w-])"), short
