# The two commands of the README are `make course` and `make test`; `make help` lists the rest.
#
#   PYTHON=python3.12   which Python makes the environment (3.11 or newer)
#   CPU=1               install PyTorch without its GPU libraries (about 5 GB less)

PYTHON ?= python3
VENV ?= .venv
ifdef CPU
TORCH_BACKEND := --torch-backend cpu
endif
READY := $(VENV)/.ready
# whatever the user's settings say of pip and uv, they work on this environment and on no other Python
PIP := env -u PIP_TARGET -u PIP_PREFIX PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 $(VENV)/bin/python -m pip
UV := env -u UV_SYSTEM_PYTHON -u UV_PYTHON -u UV_TARGET -u UV_PREFIX $(VENV)/bin/uv
UV_INSTALL = $(UV) pip install --quiet --python $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help course test lab lessons bench lock clean

help:
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The environment is rebuilt when the lock changes, and made anew where one was left half made (no pip in it).
# uv installs in a fraction of pip's time.
$(READY): requirements.lock pyproject.toml
	@echo "Making the environment in $(VENV) (once, some minutes) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PIP) --version > /dev/null 2>&1 || $(PYTHON) -m venv $$(test ! -f $(VENV)/pyvenv.cfg || echo --clear) $(VENV)
	@$(PIP) install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.lock)"
	@$(UV_INSTALL) $(TORCH_BACKEND) -r requirements.lock
	@$(UV_INSTALL) --no-deps --editable .
	@touch $(READY)

course: $(READY)  ## run all lessons through papermill on the embedded faces, then say where the report is
	@echo "Running the lessons (about four minutes the first time, seconds when nothing changed) ..."
	@$(VENV)/bin/pvlib run

test: $(READY)  ## run the tests, one process a core
	@echo "Running the tests ..."
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -n logical --dist worksteal

# lessons/jupyter keeps the teacher's tools of nbgrader out of a learner's JupyterLab.
lab: $(READY)  ## open the lessons in JupyterLab
	@echo "Opening JupyterLab; stop it with Ctrl-C ..."
	@env -u PYTHONPATH JUPYTER_CONFIG_PATH=lessons/jupyter $(VENV)/bin/jupyter lab --notebook-dir notebooks

lessons: $(READY)  ## make notebooks/ from lessons/
	@echo "Making notebooks/ from lessons/ ..."
	@$(VENV)/bin/pvlib lessons build

bench: $(READY)  ## measure speed and memory against the peaks of this machine
	@echo "Measuring; keep the machine quiet ..."
	@$(VENV)/bin/python -m benchmarks

# torch pins its own CUDA packages exactly; left out here, they follow it, or stay away with CPU=1.
lock: $(READY)  ## renew requirements.lock from pyproject.toml
	@echo "Renewing requirements.lock ..."
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --quiet \
		--no-annotate --no-header --output-file requirements.all
	@{ echo "# Exact versions of everything, written by \`make lock\`. torch brings its own CUDA packages."; \
	   grep -vE '^(nvidia-|cuda-|triton)' requirements.all; } > requirements.lock
	@rm requirements.all

clean:  ## remove the environment, caches and lesson results (never data or trained networks)
	@echo "Removing $(VENV), caches and the lessons' results ..."
	@rm -rf $(VENV) runs/course runs/solved .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
