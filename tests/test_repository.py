"""The files that a stranger starts from agree with each other."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from poster_var_course.order import read_order

REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
BOUNDS = PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["dev"]


def locked_versions():
    versions = {}
    for line in (REPOSITORY / "requirements.lock").read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            versions.setdefault(canonicalize_name(requirement.name), []).append(requirement.specifier)
    return versions


def test_conda_users_get_the_same_bounds_as_everybody():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    python, _, pip = environment["dependencies"]
    assert python == "python" + PYPROJECT["project"]["requires-python"]
    assert pip["pip"] == [*BOUNDS, "--editable ."]


@pytest.mark.parametrize("bound", BOUNDS)
def test_every_dependency_has_a_lower_bound_and_the_lock_keeps_it(bound):
    requirement = Requirement(bound)
    assert [specifier.operator for specifier in requirement.specifier] == [">="]
    for pinned in locked_versions()[canonicalize_name(requirement.name)]:
        (version,) = (specifier.version for specifier in pinned)
        assert version in requirement.specifier


def test_the_lock_is_exact():
    for name, specifiers in locked_versions().items():
        for specifier in specifiers:
            assert re.fullmatch(r"==[^,*]+", str(specifier)), name


def test_nothing_depends_on_the_pvlib_of_the_package_index():
    assert "pvlib" not in locked_versions()
    assert all(canonicalize_name(Requirement(bound).name) != "pvlib" for bound in BOUNDS)


def test_the_lessons_of_the_readme_are_those_of_the_order():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d\d) \| \[(.*)\]\(notebooks/(.*)\.ipynb\)", readme, re.MULTILINE)
    entries = read_order(REPOSITORY / "lessons")
    assert listed == [(f"{e.number:02d}", e.title.partition(":")[0], e.name) for e in entries]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_make_help_names_every_target():
    makefile = (REPOSITORY / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    # `make test` itself must not shine through: inside it, make announces the folders that it enters
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.check_output(["make", "help"], cwd=REPOSITORY, text=True, env=outside)
    assert [line.split()[0] for line in shown.splitlines()] == [name for name in phony if name != "help"]


PRETENDS = """#!/bin/sh
echo "$0 $* | $PIP_USER $UV_SYSTEM_PYTHON $UV_PYTHON" >> "$LOG"
case "$*" in
    "-m pip --version") test -f "$0.pip" ;;
    "-m venv"*) for last; do :; done; mkdir -p "$last/bin"; touch "$last/pyvenv.cfg" "$last/bin/python.pip" ;;
esac
"""


@pytest.mark.skipif(shutil.which("make") is None or os.name == "nt", reason="needs make and sh")
@pytest.mark.parametrize("half_made", [False, True])
def test_the_environment_is_made_in_its_own_folder_whatever_pip_and_uv_are_set_to(tmp_path, half_made):
    environment, log = tmp_path / "env", tmp_path / "log"
    for name in ("env/bin/python", "env/bin/uv", "python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(PRETENDS)
        (tmp_path / name).chmod(0o755)
    (environment / "pyvenv.cfg").touch()
    if not half_made:
        (environment / "bin" / "python.pip").touch()
    settings = {"LOG": str(log), "PIP_USER": "1", "UV_SYSTEM_PYTHON": "1", "UV_PYTHON": "/usr/bin/python3"}
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    words = [f"VENV={environment}", f"PYTHON={tmp_path / 'python'}", str(environment / ".ready")]
    subprocess.run(["make", *words], cwd=REPOSITORY, env=outside | settings, check=True)

    said = log.read_text().splitlines()
    assert any(f"-m venv --clear {environment} |" in line for line in said) == half_made
    installing = [line for line in said if "install" in line]
    assert len(installing) == 3
    assert installing[0].startswith(f"{environment}/bin/python -m pip install")
    assert " | 0 " in installing[0]  # PIP_USER
    for line in installing[1:]:
        assert line.startswith(f"{environment}/bin/uv pip install --quiet --python {environment}/bin/python ")
        assert line.split("|")[1].split() == ["1"]  # PIP_USER; what is set of uv does not reach it
