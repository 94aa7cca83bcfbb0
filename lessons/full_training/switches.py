"""One small network, trained with one setting of the loop changed at a time: what it costs, what it buys.

The numbers of docs/results/one-switch.md and of ``switches.json``, which the lesson prints:
``python -m lessons.full_training.switches 5``.
"""

import json
import sys
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.network_input import network_input
from pvlib.data.recipes import Recipe
from pvlib.evaluation.intervals import Interval, mean_interval
from pvlib.evaluation.prediction import predict
from pvlib.evaluation.votes import kullback_leibler
from pvlib.losses import cross_entropy
from pvlib.models import Poster, Size, narrow_landmarks
from pvlib.training import EpochRecord, TrainConfig, fit
from pvlib.training.batches import Sampling
from pvlib.training.sources import load_faces, recipe_for

STORED = Path(__file__).with_name("switches.json")
TRAINED_ON, TESTED_ON = 1_000, 500  # faces
SIDE = 32
# The graph of the paper, with 0.18 M weights: 400 faces a second and core in training.
SIZE = Size(
    image_size=SIDE,
    channels=(16, 16, 32),
    units=(1, 1, 1),
    landmark=replace(
        narrow_landmarks(SIDE), stem=8, stages=(8, 16, 16), transitions=(8, 16, 16), separable=32
    ),
    head_dim=16,
    layer_scale=0.1,
    embed_dim=64,
    encoder_depth=1,
    encoder_heads=4,
    linear_std=0.125,
)
PLAIN = TrainConfig(
    epochs=8,
    batch_size=32,
    learning_rate=3e-3,
    decay=0.72,  # a tenth of the rate in the last epoch
    recipe=recipe_for("drawn", None, SIDE),
)
# What is changed; by the names that the table has.
SWITCHES: dict[str, dict[str, Any]] = {
    "plain": {},
    "SAM, ρ = 0.05": {"sam": 0.05},
    "bfloat16": {"precision": "bf16"},
    "moving average": {"ema": 0.98},
    "cosine": {"schedule": "cosine"},
    "warm-up of one epoch": {"warmup": 1.0},
    "balanced classes": {"sampling": Sampling(balance=1.0)},
    "larger changes of the faces": {"recipe": recipe_for("drawn", "photograph", SIDE)},
    "no changes of the faces": {"recipe": Recipe("none", SIDE, SIDE)},
}
DISTANCES = [step / 20 for step in range(-10, 11)]  # of each weight tensor's norm
MEASURES = ("accuracy", "loss", "kl", "rise")


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained network and what it took.

    Attributes:
        seconds: of the training alone, without looking at test faces.
    """

    network: Poster
    history: list[EpochRecord]
    seconds: float


def train(switch: str, seed: int, faces: Faces, tests: Faces | None = None, **changes: Any) -> Trained:
    """Train the small network with one setting changed; look at ``tests`` after every epoch, where there are any.

    Args:
        changes: of further settings, such as ``epochs``; ``on_epoch`` is handed to ``fit``.
    """
    on_epoch = changes.pop("on_epoch", None)
    torch.manual_seed(seed)
    network = Poster(SIZE, len(faces.names))
    config = replace(PLAIN, seed=seed, **{**SWITCHES[switch], **changes})
    looking = None if tests is None else lambda trained: look(trained, tests)
    history = fit(network, faces, config, measure=looking, show_progress=False, on_epoch=on_epoch)
    return Trained(network=network, history=history, seconds=sum(epoch.seconds for epoch in history))


def look(network: Poster, tests: Faces) -> dict[str, float]:
    """Accuracy against the strongest expression, loss against the votes, KL(truth ‖ said) and mean σ."""
    said = predict(network, tests, input_size=SIDE)
    truth = tests.mixture
    assert truth is not None  # drawn faces have one
    assert said.mean_sigma is not None  # a variational head has one
    hits = said.probabilities.argmax(dim=1) == truth.argmax(dim=1)
    return {
        "accuracy": hits.double().mean().item(),
        "mean_class_accuracy": said.summary()["mean_class_accuracy"],
        "loss": cross_entropy(said.mean, tests.target).item(),
        "kl": kullback_leibler(truth, said.probabilities).double().mean().item(),
        "mean_sigma": said.mean_sigma,
    }


def losses_along(network: Poster, tests: Faces, seed: int, distances: Sequence[float] = DISTANCES) -> Tensor:
    """The loss on the line through the weights, at these distances in a random direction, (distances,).

    The direction is normal noise, in each weight tensor as long as the tensor (after Li et al., 2018), so that two
    networks whose weights differ in size can be compared.
    """
    moved = deepcopy(network).eval()
    generator = torch.Generator().manual_seed(seed)
    start = [weight.detach().clone() for weight in moved.parameters()]
    noise = [torch.randn(weight.shape, generator=generator) for weight in start]
    images = network_input(tests.images, SIDE)
    found = []
    with torch.no_grad():
        for distance in distances:
            for weight, origin, way in zip(moved.parameters(), start, noise, strict=True):
                weight.copy_(origin + distance * way * origin.norm() / way.norm())
            found.append(cross_entropy(moved(images), tests.target))
    return torch.stack(found)


def rise(network: Poster, tests: Faces, directions: int = 3) -> float:
    """How much higher the loss is at a distance of 0.25 than at the weights, mean over directions and both ways."""
    places = (-0.25, 0.0, 0.25)
    left, middle, right = torch.stack(
        [losses_along(network, tests, seed, places) for seed in range(directions)]
    ).mean(dim=0)
    return ((left + right) / 2 - middle).item()


def compare(seeds: Sequence[int]) -> dict[str, Any]:
    """Every switch with every seed (new weights and new noise; the faces stay), as ``switches.json`` holds it."""
    faces = load_faces("drawn", "train", count=TRAINED_ON)
    tests = load_faces("drawn", "valid", count=TESTED_ON)
    rows: dict[str, dict[str, list[float]]] = {
        name: {measure: [] for measure in (*MEASURES, "seconds")} for name in SWITCHES
    }
    for seed in seeds:
        for name, row in rows.items():
            trained = train(name, seed, faces)
            result = look(trained.network, tests) | {"rise": rise(trained.network, tests)}
            for measure in MEASURES:
                row[measure].append(round(result[measure], 5))
            row["seconds"].append(round(trained.seconds, 2))
            print(f"seed {seed}, {name}: {result}, {trained.seconds:.1f} s", file=sys.stderr, flush=True)
    return {"trained_on": TRAINED_ON, "tested_on": TESTED_ON, "seeds": list(seeds), "rows": rows}


def differences(stored: dict[str, Any], measure: str) -> dict[str, Interval]:
    """Each switch less plain, paired by seed, with its 95 % t-interval over the seeds."""
    plain = stored["rows"]["plain"][measure]
    return {
        name: mean_interval([one - other for one, other in zip(row[measure], plain, strict=True)])
        for name, row in stored["rows"].items()
        if name != "plain"
    }


def costs(stored: dict[str, Any]) -> dict[str, float]:
    """The time of each switch as a multiple of plain's, the median over the seeds."""
    plain = stored["rows"]["plain"]["seconds"]
    return {
        name: median(one / other for one, other in zip(row["seconds"], plain, strict=True))
        for name, row in stored["rows"].items()
    }


def stored_table() -> dict[str, Any]:
    """What ``switches.json`` holds."""
    return dict(json.loads(STORED.read_text(encoding="utf-8")))


def as_markdown(stored: dict[str, Any]) -> str:
    """The table: means of plain, and differences to it."""
    rows, cost = stored["rows"]["plain"], costs(stored)
    means = " | ".join(shown(mean_interval(rows[measure]), measure) for measure in MEASURES)
    lines = [
        "| switch | time | accuracy, points | loss, nats | KL(truth ‖ said), nats | rise of the loss nearby, nats |",
        "|---|---|---|---|---|---|",
        f"| plain | 1 | {means} |",
    ]
    changed = {measure: differences(stored, measure) for measure in MEASURES}
    for name in changed["loss"]:
        cells = " | ".join(shown(changed[measure][name], measure, sign="+") for measure in MEASURES)
        lines.append(f"| {name} | × {cost[name]:.1f} | {cells} |")
    return "\n".join(lines)


def shown(interval: Interval, measure: str, sign: str = "") -> str:
    """ "+1.2 ± 0.3", in bold where a difference's interval leaves out zero."""
    scale, digits = (100, 1) if measure == "accuracy" else (1, 3)
    value, half = scale * interval.value, scale * (interval.high - interval.low) / 2
    text = f"{value:{sign}.{digits}f} ± {half:.{digits}f}"
    return f"**{text}**" if sign and abs(value) > half else text


if __name__ == "__main__":
    torch.set_num_threads(1)
    table = compare(range(int(sys.argv[1])))
    STORED.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(as_markdown(table))
