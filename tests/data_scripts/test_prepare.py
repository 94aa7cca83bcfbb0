"""The scripts are thin: whom to ask, the report, one line for an error, and nothing written then."""

import argparse

import pytest

from data_scripts import prepare_affectnet, prepare_ferplus, prepare_rafdb
from data_scripts.command import prepare
from pvlib.data.prepared import load_prepared

SCRIPTS = {"ferplus": prepare_ferplus, "rafdb": prepare_rafdb, "affectnet": prepare_affectnet}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_writes_the_file_and_prints_the_report_or_one_line(drawn, call, tmp_path, name):
    script, out = SCRIPTS[name], tmp_path / "data" / "faces.safetensors"
    refused = call(script.main, tmp_path, out)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert f"{tmp_path} " in refused.stderr
    assert not out.parent.exists()
    source, grey = drawn(name, tmp_path / "set", train=12), name == "ferplus"
    done = call(script.main, source, out, *([] if grey else ["--workers", 1, "--size", 40]))
    assert done.exit_code == 0
    assert ("No image of the split valid or test" if grey else "For what is missing: ask") in done.stdout
    assert f"Written to {out}." in done.stdout
    assert load_prepared(out, "train").images.shape[1:] == ((1, 48, 48) if grey else (3, 40, 40))


def test_an_interrupted_run_says_that_nothing_was_changed(tmp_path, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    options = argparse.Namespace(folder=tmp_path, file=tmp_path / "a.safetensors", size=16)
    assert prepare(interrupted, options) == 130
    assert f"{options.file} is as it was before" in capsys.readouterr().err
