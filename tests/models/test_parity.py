"""Every value that the released networks computed, ours compute too (see tests/golden/README.md)."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pvlib.models import Poster, poster_pp, poster_var
from pvlib.models.released import convert_released, released_name

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
FILES = ("poster_var_7", "poster_var_8", "poster_pp_7")
TOLERANCE = 1e-4  # |a - b| <= TOLERANCE * max(1, |b|), in float32
GRADIENT_TOLERANCE = 1e-3  # relative


SEEDING = SimpleNamespace(**runpy.run_path(str(GOLDEN / "seeded_state.py")))


def released_state(golden) -> dict[str, np.ndarray]:
    pairs = zip(golden["keys"], golden["shapes"], strict=True)
    shapes = {str(key): tuple(json.loads(str(shape))) for key, shape in pairs}
    return SEEDING.seeded_state(shapes, int(golden["seed"]))


def record_forward(network: Poster, images: torch.Tensor) -> dict[str, torch.Tensor]:
    """Run the network once, with a graph, and return every value that a golden file may hold, by its golden name."""
    parts = {"image_tap": network.image_pyramid, "landmark_tap": network.landmark_net.pyramid}
    parts |= {f"fused{number}": level for number, level in enumerate(network.levels, 1)}
    parts |= {"tokens": network.fusion_norm, "cls": network.encoder, "se": network.squeeze_excite}
    values: dict[str, torch.Tensor] = {}

    def record(name: str, output: torch.Tensor | list[torch.Tensor]) -> None:
        if isinstance(output, torch.Tensor):
            values[name] = output.detach()
        else:
            values.update({f"{name}{level}": maps.detach() for level, maps in enumerate(output, 1)})

    for name, part in parts.items():
        part.register_forward_hook(lambda _module, _inputs, output, name=name: record(name, output))
    values["logits"] = network(images)
    with torch.no_grad():
        values["landmarks"] = network.landmark_net.points(values["landmark_tap3"]).flatten(1)  # (batch, 136)
        if network.size.head == "variational":
            normal = network.head.distribution(values["se"]).base_dist
            values |= {"mu": normal.loc, "log_var": 2 * normal.scale.log()}
    return values


def run(golden) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    """Our values, and our gradient norms under released names, of one golden file."""
    network = convert_released(released_state(golden))
    batch = int(golden["batch"])
    values = record_forward(network, torch.from_numpy(SEEDING.seeded_images(batch, int(golden["seed"]))))
    values["loss"] = F.cross_entropy(values["logits"], torch.arange(batch))
    values["loss"].backward()
    variational = network.size.head == "variational"
    learnt = {name: weight.grad for name, weight in network.named_parameters() if weight.grad is not None}
    gradients = {released_name(name, variational): slope.norm().item() for name, slope in learnt.items()}
    return {name: value.detach() for name, value in values.items()}, gradients


def disagreement(ours, expected) -> float:
    """Largest |a - b| / max(1, |b|)."""
    ours, expected = np.asarray(ours, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert ours.shape == expected.shape
    return float(np.max(np.abs(ours - expected) / np.maximum(1, np.abs(expected))))


def worst_disagreement(golden, name: str, ours: np.ndarray) -> float:
    """Of a whole tensor; of a large one, at 2,048 places and in mean and deviation."""
    if name in golden.files:
        return disagreement(ours, golden[name])
    assert ours.shape == tuple(golden[f"{name}/shape"])
    positions = np.linspace(0, ours.size - 1, 2048).astype(int)
    statistics = (ours.mean(dtype=np.float64), ours.std(dtype=np.float64))
    parts = ((ours.ravel()[positions], "sample"), (statistics, "mean_std"))
    return max(disagreement(found, golden[f"{name}/{part}"]) for found, part in parts)


@pytest.mark.parametrize("file", FILES)
def test_every_stored_tensor_and_every_gradient_agrees(file):
    golden = np.load(GOLDEN / f"{file}.npz")
    bookkeeping = {"grad_keys", "grad_norms", "keys", "shapes", "seed", "num_classes", "batch"}
    names = {name.partition("/")[0] for name in golden.files} - bookkeeping
    assert len(names) > 10
    values, gradients = run(golden)
    wrong = {name: worst_disagreement(golden, name, values[name].numpy()) for name in sorted(names)}
    assert {name: worst for name, worst in wrong.items() if not worst <= TOLERANCE} == {}
    norms = dict(zip(map(str, golden["grad_keys"]), map(float, golden["grad_norms"]), strict=True))
    assert gradients.keys() == norms.keys()  # also: none that the released network has not
    assert gradients == pytest.approx(norms, rel=GRADIENT_TOLERANCE)


@pytest.mark.parametrize(("build", "millions"), [(poster_var, 43.86), (poster_pp, 43.85)])
def test_a_network_has_the_published_number_of_live_parameters(build, millions):
    with torch.device("meta"):
        live = sum(parameter.numel() for parameter in build(7).parameters())
    assert live / 1e6 == pytest.approx(millions, abs=0.01)
