"""`pvlib export RUN FILE.onnx`: heads answer in onnxruntime as in torch, and a script without torch reads a picture."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import asdict, replace

import onnxruntime
import pytest
import torch
from PIL import Image
from torch import nn

from data_scripts import read_onnx
from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError
from pvlib.models import poster_pp, poster_var, tiny
from pvlib.models.heads import HEADS
from pvlib.photos.boxes import cut, whole
from pvlib.photos.files import read_photo
from pvlib.photos.intensities import read_intensities
from pvlib.runs.onnx_file import save_onnx
from pvlib.runs.trained import SHIPPED, TrainedNetwork
from pvlib.training import EpochRecord
from pvlib.training.checkpoints import Position, write_checkpoint

SHALLOW = replace(tiny(), units=(1, 1, 1), encoder_depth=1)  # most time goes into writing layer by layer


def trained_of(network, **facts):
    facts = {"face_size": 48, "channels": 1} | facts
    return TrainedNetwork(network=network.eval(), class_names=FERPLUS, **facts)


def shorten(network):
    """Little in place of all that lies before the head: an export of that takes seconds, and two tests have it."""
    small = nn.Sequential(nn.AdaptiveAvgPool2d(8), nn.Flatten(), nn.Linear(192, network.size.embed_dim))
    vars(network)["forward_features"] = small


def session_of(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("head", HEADS)
@torch.no_grad()
def test_every_head_answers_as_in_torch_whatever_the_batch(head, tmp_path):
    trained = trained_of(poster_var(8, replace(SHALLOW, head=head)))
    if head != "variational":
        shorten(trained.network)
    assert save_onnx(tmp_path / "net.onnx", trained)[0] <= 1e-4
    session = session_of(tmp_path / "net.onnx")
    for faces in (1, 3):
        images = trained.network_input(draw_faces(faces, seed=faces + 5, size=48).images)
        answers = session.run(None, {"images": images.numpy()})
        expected = [trained.network(images)]
        if head == "variational":
            expected.append(trained.network.distribution(images).stddev)
        assert len(answers) == len(expected)
        for answer, tensor in zip(answers, expected, strict=True):
            torch.testing.assert_close(torch.from_numpy(answer), tensor, rtol=0, atol=1e-4)


def write_photo(path):
    """A picture that lies on its side, and whose middle square begins between two pixels."""
    photo = Image.fromarray(draw_faces(1, seed=0, size=160, colour=True).images[0].permute(1, 2, 0).numpy())
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: to be turned by a quarter
    photo.crop((3, 0, 156, 160)).save(path, exif=exif)


@pytest.mark.parametrize("facts", [{}, {"channels": 3, "face_size": 100, "input_size": 64}])
def test_the_script_without_torch_reads_a_picture_as_predict_does(facts, tmp_path):
    trained = trained_of(poster_pp(8, SHALLOW), **facts)
    shorten(trained.network)
    file, photo = tmp_path / "net.onnx", tmp_path / "photo.png"
    save_onnx(file, trained)
    write_photo(photo)
    opened, (channels, side, _) = read_photo(photo), trained.face_shape
    expected = read_intensities(trained, cut(opened, whole(opened), side, channels)[None])
    assert list(read_onnx.read(str(file), str(photo)).values()) == pytest.approx(
        expected.mean[0].tolist(), abs=2e-3
    )


def test_the_script_runs_where_neither_torch_nor_pvlib_is(succeed, tmp_path):
    network = poster_pp(8, SHALLOW)
    tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
    history = [asdict(EpochRecord(1, 1.5, {}, 0.001, 2.0))]
    state = {"size": asdict(network.size), "names": FERPLUS, "run": {"data": "drawn"}, "history": history}
    (tmp_path / "run").mkdir()
    write_checkpoint(tmp_path / "run", tensors, {**state, "position": asdict(Position(1))})
    result = succeed("export", tmp_path / "run", tmp_path / "net.onnx")
    assert "on 16 of its training faces onnxruntime and torch differ by at most" in result.output
    write_photo(tmp_path / "photo.png")
    without = (
        "import runpy, sys; sys.modules['torch'] = sys.modules['pvlib'] = None; del sys.argv[0]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    words = [read_onnx.__file__, tmp_path / "net.onnx", tmp_path / "photo.png"]
    printed = subprocess.check_output([sys.executable, "-c", without, *words], text=True).splitlines()
    assert [line.split()[0] for line in printed] == list(FERPLUS)
    assert sum(float(line.split()[1].rstrip("%")) for line in printed) == pytest.approx(100, abs=0.5)
    told = session_of(tmp_path / "net.onnx").get_modelmeta().custom_metadata_map
    assert json.loads(told["mean"]) == [0.485, 0.456, 0.406]
    assert json.loads(told["std"]) == [0.229, 0.224, 0.225]
    assert (json.loads(told["size"]), json.loads(told["class_names"])) == (48, list(FERPLUS))


def test_a_file_that_answers_otherwise_is_not_kept(tmp_path):
    trained = trained_of(poster_pp(8, SHALLOW))
    shorten(trained.network)
    torch.nn.init.constant_(next(trained.network.head.parameters()), float("nan"))
    (tmp_path / "net.onnx").write_text("the file before")
    with pytest.raises(CourseError, match=r"onnxruntime differs from torch by nan"):
        save_onnx(tmp_path / "net.onnx", trained)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("net.onnx", "the file before")]


def test_a_missing_package_names_the_extra(refuse, tmp_path, monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(
        "pvlib.runs.onnx_file.find_spec", lambda name: None if name == "onnxscript" else known(name)
    )
    refuse("poster-var-course[onnx]", "export", SHIPPED, tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())
