"""Versions of what numbers depend on, for every record of a run."""

import importlib.metadata
import platform

import pvlib

LIBRARIES = ("torch", "torchvision", "timm", "lightning", "torchmetrics", "safetensors", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python, of the course and of the libraries that numbers depend on."""
    found = {"python": platform.python_version(), "pvlib": pvlib.__version__}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
