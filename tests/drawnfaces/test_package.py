"""drawnfaces stands alone: it could be published without the course."""

import pkgutil
import subprocess
import sys

import drawnfaces


def test_importing_all_of_it_brings_neither_torch_nor_the_course():
    """A fresh drawing process would wait seconds for torch."""
    modules = [module.name for module in pkgutil.walk_packages(drawnfaces.__path__, "drawnfaces.")]
    assert "drawnfaces.layouts.rafdb" in modules
    program = f"import sys, {', '.join(modules)}; sys.exit(bool({{'torch', 'pvlib'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
