"""The script unpacks, names the next step, and leaves nothing when it is told to end."""

import signal
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest

from data_scripts.unpack import main


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("train/a.png", bytes(70 << 20))
    return path


def test_the_limit_is_named_and_can_be_raised(archive, tmp_path, call):
    refused = call(main, archive, tmp_path / "out")
    assert refused.exit_code == 1
    assert "--limit GIB" in refused.stderr
    assert not (tmp_path / "out").exists()
    done = call(main, archive, tmp_path / "out", "--limit", "0.1")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"Files in {tmp_path}/out: 1, 73.4 MB.",
        f"Next: python data_scripts/check.py {tmp_path}/out",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a program can answer")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_told_to_end_leaves_nothing(tmp_path, how):
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz", compresslevel=1) as file:
        entry = tarfile.TarInfo("zeros")
        entry.size = 3 << 30
        file.fileobj.write(entry.tobuf())
        for _ in range(150):
            file.fileobj.write(bytes(1 << 20))
    command = [sys.executable, "-m", "data_scripts.unpack", "set.tar.gz", "out", "--limit", "9"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out*/**/zeros")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(how)
    assert process.wait(60) != 0
    assert [path.name for path in tmp_path.iterdir()] == ["set.tar.gz"]
