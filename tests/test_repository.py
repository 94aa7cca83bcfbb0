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


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_make_help_names_every_target():
    makefile = (REPOSITORY / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    # `make test` itself must not shine through: inside it, make announces the folders that it enters
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.check_output(["make", "help"], cwd=REPOSITORY, text=True, env=outside)
    assert [line.split()[0] for line in shown.splitlines()] == [name for name in phony if name != "help"]
