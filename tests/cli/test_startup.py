"""What a command imports: the slow libraries only where it needs them. Told by a fresh process, not by a clock."""

import subprocess
import sys

SLOW = {"torch", "torchvision", "timm", "lightning_fabric", "matplotlib", "skimage", "pandas", "scipy"}
COMMANDS = [
    "--help", "--version", "train --help", "train --list", "trian", "train drawn-tny", "predict nowhere.jpg",
    "export nowhere net.safetensors",
]  # fmt: skip
SCRIPT = f"""
import sys
from pvlib.cli import app
for words in {COMMANDS}:
    try:
        app(words.split())
    except SystemExit:
        print("\\nimported after", words, *{SLOW} & set(sys.modules), sep=";")
"""


def test_what_needs_no_network_imports_no_torch():
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout
    lines = [line.split(";")[1:] for line in told.splitlines() if line.startswith("imported after")]
    assert lines == [[words] for words in COMMANDS]
