"""The installed package, far from the repository: everything a learner needs is in it, and no solution."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from PIL import Image

from poster_var_course.build import WHICH_PVLIB
from poster_var_course.classroom.leaks import find_leaks
from poster_var_course.records import library_sha256
from pvlib.data.drawn import draw_faces

REPOSITORY = Path(__file__).resolve().parent.parent
COMMAND = "import poster_var_course; poster_var_course.main()"
SAYS_IMPORTED = "import sys; print('imported:', *{name.partition('.')[0] for name in sys.modules})"
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None,
    reason="building a wheel without the network needs hatchling installed",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Run Python from an empty folder, with the course as the wheel installs it: installed(*arguments)."""
    target, away = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("away")
    with zipfile.ZipFile(wheel) as archive:  # of Python alone: to install it is to unpack it
        archive.extractall(target)

    def run(*arguments, before=()):
        path = os.pathsep.join([*map(str, before), str(target)])
        environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, cwd=away, env=environment, capture_output=True, text=True, timeout=300)

    run.folder, run.target = away, target
    return run


@pytest.fixture(scope="module")
def solar(tmp_path_factory):
    """A folder with another package called pvlib."""
    folder = tmp_path_factory.mktemp("solar")
    (folder / "pvlib").mkdir()
    (folder / "pvlib" / "__init__.py").write_text("from pvlib import pvsystem")
    (folder / "pvlib" / "pvsystem.py").write_text("class PVSystem: ...")
    return folder


def test_no_solution_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert "lessons/reparameterization/checks_and_hints.py" in archive.namelist()
    assert find_leaks(wheel, lessons=REPOSITORY / "lessons") == []


def imported(text):
    """The libraries in the line that SAYS_IMPORTED wrote."""
    return set(re.search(r"imported: (.+)", text)[1].split())


def test_presets_and_weights_are_there_and_a_photo_is_read_with_what_it_uses_and_no_more(installed):
    assert "drawn-tiny" in installed("-c", COMMAND, "train", "--list").stdout
    face = draw_faces(1, seed=0, size=96).images[0].permute(1, 2, 0).numpy().squeeze()
    Image.fromarray(face).save(installed.folder / "drawn.png")
    and_says = f"try:\n    {COMMAND}\nfinally:\n    {SAYS_IMPORTED}"
    ended = installed("-c", and_says, "predict", "--whole", "drawn.png")
    assert ended.returncode == 0, ended.stderr
    assert "happiness" in ended.stdout
    # sympy comes with torch's compiler, which some of torch's functions import
    slow = {"sympy", "torchvision", "timm", "torchmetrics", "lightning_fabric", "matplotlib", "skimage", "pandas",
            "scipy"}  # fmt: skip
    assert imported(ended.stdout) & {"torch", *slow} == {"torch"}


def test_a_learner_gets_the_notebooks_and_runs_one_that_imports_what_it_uses_and_no_more(installed):
    assert installed("-c", COMMAND, "lessons", "copy", ".").returncode == 0
    first = installed.folder / "01_reparameterization.ipynb"
    notebook = nbformat.read(first, as_version=4)
    # the first exercise, its check and its hints are enough
    needed = ("parameters", "which-pvlib", "setup", "reparameterize", "check-reparameterize",
              "hint-reparameterize")  # fmt: skip
    notebook.cells = [cell for cell in notebook.cells if cell.id in needed] + [new_code_cell(SAYS_IMPORTED)]
    assert len(notebook.cells) == len(needed) + 1
    nbformat.write(notebook, first)
    ended = installed("-c", COMMAND, "run", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    record = (installed.folder / "runs" / "course" / "01_reparameterization.json").read_text()
    assert '"reparameterization.reparameterize": "unwritten"' in record
    assert (installed.folder / "runs" / "course" / "report.html").exists()
    executed = (installed.folder / "runs" / "course" / first.name).read_text()
    assert imported(executed) & {"torch", "sympy", "jupytext", "nbformat", "papermill"} == {"torch"}


def test_the_command_and_the_scripts_find_their_own_pvlib_behind_another_one(installed, solar):
    ended = installed("-c", COMMAND, "--version", before=[solar])
    assert ended.returncode == 0, ended.stderr
    assert "poster-var-course" in ended.stdout
    script = ("-m", "data_scripts.prepare_ferplus")
    assert "fer2013new.csv" in installed(*script, "--help", before=[solar]).stdout


def test_a_kernel_that_finds_another_pvlib_says_which(installed, solar):
    assert installed("-c", WHICH_PVLIB).returncode == 0
    last = installed("-c", WHICH_PVLIB, before=[solar]).stderr.splitlines()[-1]
    assert str(solar / "pvlib" / "__init__.py") in last
    assert "make lab" in last


def test_a_library_that_another_one_has_overwritten_is_named(installed, solar, tmp_path):
    shutil.copytree(installed.target / "poster_var_course", tmp_path / "poster_var_course")
    shutil.copytree(solar / "pvlib", tmp_path / "pvlib", dirs_exist_ok=True)
    ended = installed("-c", COMMAND, before=[tmp_path])
    assert ended.returncode == 1
    assert str(tmp_path / "pvlib" / "__init__.py") in ended.stderr
    assert "solar-energy" in ended.stderr


def test_a_record_says_the_same_of_the_code_in_a_clone_and_in_a_wheel(installed):
    code = "from poster_var_course.records import library_sha256; print(library_sha256())"
    assert installed("-c", code).stdout.strip() == library_sha256()
