"""The house keeps its shape: which room may use which, how long a module is, and how small the whole stays."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = ("pvlib", "drawnfaces", "poster_var_course", "lessons", "data_scripts")
MODULES = sorted(
    path
    for root in PACKAGES
    for path in (REPOSITORY / root).rglob("*.py")
    if path.name != "lesson.py" and not path.name.startswith("test_")
)
# each may use itself and those before it
ROOMS = [
    "foundation",
    "drawnfaces",
    "models, losses, data",
    "training",
    "runs",
    "evaluation",
    "report, photos",
]
ROOMS += ["cli", "poster_var_course", "data_scripts", "lessons"]
BUILDING_BLOCKS = {"models", "losses", "data", "landmark_weights"}
# drawing that evaluation, photos, reports and lessons share: it stands beside evaluation
FLOORS = {"figures": "evaluation", "explain": "evaluation", "presets": "foundation", "weights": "models"}
LONGEST = 300
MOST_LINES = {"pvlib": 14_500, "tests": 15_000}  # without those of rooms that came later


def room_of(module):
    """The room of a dotted module name; modules at pvlib's own root that are no room are its foundation."""
    first, _, rest = module.partition(".")
    if first != "pvlib":
        return first
    name = rest.partition(".")[0]
    return name if name in KNOWN else "foundation"


KNOWN = {path.name for path in (REPOSITORY / "pvlib").iterdir() if path.is_dir()} | BUILDING_BLOCKS


def floor_of(room):
    room = FLOORS.get(room, room)
    return next(i for i, rooms in enumerate(ROOMS) if room in rooms.split(", "))


def imports_of(path):
    """What a module imports of ours, by dotted name, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def climbs_of(path):
    """What a module imports from a room above its own."""
    here = floor_of(room_of(".".join(path.relative_to(REPOSITORY).with_suffix("").parts)))
    ours = [found for found in imports_of(path) if found.split(".")[0] in PACKAGES]
    if path.is_relative_to(REPOSITORY / "drawnfaces"):
        return [found for found in ours if not found.startswith("drawnfaces")]
    return sorted(found for found in ours if floor_of(room_of(found)) > here)


def test_dependencies_point_one_way():
    climbs = {str(path.relative_to(REPOSITORY)): climbs_of(path) for path in MODULES}
    assert not {path: found for path, found in climbs.items() if found}


def test_no_module_hides_one_of_the_standard_library():
    assert not [path for path in MODULES if path.stem in sys.stdlib_module_names]


def test_a_module_is_a_page():
    lengths = {str(p.relative_to(REPOSITORY)): len(p.read_text().splitlines()) for p in MODULES}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST}


@pytest.mark.parametrize("root", MOST_LINES)
def test_the_whole_stays_small(root):
    later = (":!tests/classroom", ":!tests/explain", ":!tests/onnx")
    listed = ["git", "ls-files", f"{root}/*.py", *later]
    files = subprocess.check_output(listed, cwd=REPOSITORY, text=True).split()
    assert sum(len((REPOSITORY / name).read_text().splitlines()) for name in files) <= MOST_LINES[root]
