"""What a command imports: the slow libraries only where it needs them. Told by fresh processes, not by a clock."""

import subprocess
import sys

import pytest
from PIL import Image

SCRIPT = """
import sys
from pvlib.cli import app
try:
    app()
except SystemExit:
    pass
print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def libraries_of(*arguments) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(output.rpartition("imported:")[2].split())


@pytest.mark.parametrize("arguments", [
    ["--help"], ["--version"], ["train", "--help"], ["train", "--list"], ["trian"], ["train", "drawn-tny"],
    ["predict", "nowhere.jpg"], ["export", "nowhere", "net.safetensors"],
])  # fmt: skip
def test_what_needs_no_network_imports_no_torch(arguments):
    imported = libraries_of(*arguments)
    assert "pvlib" in imported
    assert not imported & {
        "torch",
        "torchvision",
        "timm",
        "lightning",
        "matplotlib",
        "skimage",
        "pandas",
        "scipy",
    }


def test_reading_a_photo_imports_what_it_uses_and_no_more(tmp_path):
    Image.new("RGB", (64, 64), (90, 90, 90)).save(tmp_path / "photo.png")
    imported = libraries_of("predict", tmp_path / "photo.png", "--whole")
    assert "torch" in imported
    unused = {"torchvision", "timm", "torchmetrics", "lightning", "matplotlib", "skimage", "pandas"}
    assert not imported & unused
