"""What a run says of where its numbers come from."""

import hashlib
import json
import platform
import socket
import subprocess

import torch

from pvlib.runs import provenance


def git(folder, *arguments):
    author = ("-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.check_output(["git", "-C", folder, *author, *arguments])


def test_versions_device_and_command_are_named_and_the_machine_and_the_programs_path_are_not(monkeypatch):
    said = provenance.session("cpu", 2)
    assert said["versions"]["torch"] == torch.__version__.split("+")[0]
    assert said["versions"]["python"] == platform.python_version()
    assert (said["processes"], said["threads"]) == (2, torch.get_num_threads())
    assert said["device"]
    assert socket.gethostname() not in json.dumps({**said, "command": "", "git": None})
    words = ["/home/somebody/bin/pvlib", "train", "drawn-tiny", "data.train_on=[train, valid]"]
    monkeypatch.setattr("sys.argv", words)
    assert provenance.command() == "pvlib train drawn-tiny 'data.train_on=[train, valid]'"


def test_a_changed_source_is_told_from_a_clean_one(tmp_path, monkeypatch):
    (tmp_path / "pvlib").mkdir()
    source = tmp_path / "pvlib" / "__init__.py"
    source.write_text("a = 1\n")
    monkeypatch.setattr(provenance.pvlib, "__file__", str(source))
    assert provenance.git_state() is None
    git(tmp_path, "init", "-q"), git(tmp_path, "add", "."), git(tmp_path, "commit", "-qm", "first")
    head = git(tmp_path, "rev-parse", "HEAD").decode().strip()
    assert provenance.git_state() == {"commit": head, "dirty": False, "diff_sha256": None}
    source.write_text("a = 2\n")
    difference = hashlib.sha256(git(tmp_path, "diff", "HEAD", "--binary")).hexdigest()
    assert provenance.git_state() == {"commit": head, "dirty": True, "diff_sha256": difference}
