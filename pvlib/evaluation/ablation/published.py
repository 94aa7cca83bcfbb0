"""What has been published on the four benchmarks (``published.toml``), to stand beside our own numbers.

A row has its ``accuracy`` in per cent by key of ``DATA_SETS`` (what was not reported is absent), ``year`` and ``source``;
``verified = false`` marks numbers recalled from memory, which must be printed as such.
"""

import tomllib
from importlib.resources import files
from typing import Any

DATA_SETS = {"rafdb": "RAF-DB", "affectnet7": "AffectNet-7", "affectnet8": "AffectNet-8", "ferplus": "FER+"}
_TABLES = tomllib.loads((files(__package__) / "published.toml").read_text(encoding="utf-8"))
METHODS: dict[str, dict[str, Any]] = _TABLES["methods"]
"""The field, oldest first."""
ABLATION: dict[str, dict[str, Any]] = _TABLES["ablation"]
"""POSTER-Var with parts taken out, as its authors report it."""
ROWS = {**METHODS, **ABLATION}
