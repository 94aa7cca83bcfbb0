"""Every value that the released networks computed, ours compute too (see tests/golden/README.md)."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pvlib.models import Poster, poster_pp, poster_var
from pvlib.models.released import convert_released, released_name

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
FILES = ("poster_var_7", "poster_var_8", "poster_pp_7")
TOLERANCE = 1e-4  # |a - b| <= TOLERANCE * max(1, |b|), in float32
GRADIENT_TOLERANCE = 1e-3  # relative


def load_seeding():
    return SimpleNamespace(**runpy.run_path(str(GOLDEN / "seeded_state.py")))


def released_shapes(golden) -> dict[str, tuple[int, ...]]:
    return {
        str(key): tuple(json.loads(str(shape)))
        for key, shape in zip(golden["keys"], golden["shapes"], strict=True)
    }


def released_state(golden) -> dict[str, np.ndarray]:
    return load_seeding().seeded_state(released_shapes(golden), int(golden["seed"]))


def recorded_parts(network: Poster) -> dict[str, nn.Module]:
    """The modules whose outputs the golden files store, under the golden names."""
    return {
        "image_tap": network.image_pyramid,
        "landmark_tap": network.landmark_net.pyramid,
        "fused1": network.levels[0],
        "fused2": network.levels[1],
        "fused3": network.levels[2],
        "tokens": network.fusion_norm,
        "cls": network.encoder,
        "se": network.squeeze_excite,
    }


def record_forward(network: Poster, images: torch.Tensor) -> dict[str, torch.Tensor]:
    """Run the network once, with a graph, and return every value that a golden file may hold."""
    values: dict[str, torch.Tensor] = {}

    def record(name: str, output: torch.Tensor | list[torch.Tensor]) -> None:
        if isinstance(output, torch.Tensor):
            values[name] = output.detach()
        else:
            values.update({f"{name}{level}": maps.detach() for level, maps in enumerate(output, 1)})

    hooks = [
        part.register_forward_hook(lambda _module, _inputs, output, name=name: record(name, output))
        for name, part in recorded_parts(network).items()
    ]
    values["logits"] = network(images)
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        values["landmarks"] = network.landmark_net.points(values["landmark_tap3"]).flatten(1)  # (batch, 136)
        if network.size.head == "variational":
            normal = network.head.distribution(values["se"]).base_dist
            values |= {"mu": normal.loc, "log_var": 2 * normal.scale.log()}
    return values


def run(file: str) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    """Our values, and our gradient norms under released names, of one golden file."""
    golden = np.load(GOLDEN / f"{file}.npz")
    network = convert_released(released_state(golden))
    batch, seed = int(golden["batch"]), int(golden["seed"])
    images = torch.from_numpy(load_seeding().seeded_images(batch, seed))
    values = record_forward(network, images)
    values["loss"] = F.cross_entropy(values["logits"], torch.arange(batch))
    values["loss"].backward()
    values = {name: value.detach() for name, value in values.items()}
    variational = network.size.head == "variational"
    gradients = {
        released_name(name, variational): parameter.grad.norm().item()
        for name, parameter in network.named_parameters()
        if parameter.grad is not None
    }
    return values, gradients


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
    return max(
        disagreement(ours.ravel()[positions], golden[f"{name}/sample"]),
        disagreement(statistics, golden[f"{name}/mean_std"]),
    )


@pytest.mark.parametrize("file", FILES)
def test_every_stored_tensor_and_every_gradient_agrees(file):
    golden = np.load(GOLDEN / f"{file}.npz")
    bookkeeping = {"grad_keys", "grad_norms", "keys", "shapes", "seed", "num_classes", "batch"}
    names = {name.partition("/")[0] for name in golden.files} - bookkeeping
    assert len(names) > 10
    values, gradients = run(file)
    wrong = {name: worst_disagreement(golden, name, values[name].numpy()) for name in sorted(names)}
    assert {name: worst for name, worst in wrong.items() if not worst <= TOLERANCE} == {}
    norms = {
        str(key): float(norm) for key, norm in zip(golden["grad_keys"], golden["grad_norms"], strict=True)
    }
    assert gradients.keys() == norms.keys()  # also: none that the released network has not
    assert gradients == pytest.approx(norms, rel=GRADIENT_TOLERANCE)


@pytest.mark.parametrize(("build", "millions"), [(poster_var, 43.86), (poster_pp, 43.85)])
def test_a_network_has_the_published_number_of_live_parameters(build, millions):
    with torch.device("meta"):
        live = sum(parameter.numel() for parameter in build(7).parameters())
    assert live / 1e6 == pytest.approx(millions, abs=0.01)
