"""What a part is worth: networks trained without it, beside the whole network with the part switched off.

    pvlib ablate inside-the-network --out runs/inside-drawn
    pvlib evaluate pvlib/weights/ferplus-tiny.safetensors --data ferplus.safetensors --switch … --out runs/shipped
    python -m lessons.trained_without drawn=runs/inside-drawn shipped=runs/shipped/evaluation.json

writes ``trained_without.json`` beside this module, which lessons print through :func:`worth`, and prints its tables.
Each difference is paired: the same seeds, the same validation faces. Its interval over seeds is Student's t and says
where other seeds would settle on these faces; that over faces resamples the faces for the mean of these seeds.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

FILE = "trained_without.json"
SWITCHES = (
    "attention=other_face", "attention=random", "attention=zero", "attention=off", "attention=off@1", "attention=off@2",
    "attention=off@3", "rows=zero", "rows=next_level", "positions=zero", "positions=shuffled", "gate=one", "gate=mean",
    "gate=other_face", "level_means=1", "level_means=2", "level_means=3",
)  # fmt: skip
MEASURES = ("accuracy", "negative_log_likelihood")
BESIDE = {
    "other-face-asks": "attention=other_face",
    "noise-asks": "attention=random",
    "no-attention": "attention=off",
    "no-layer-embedding": "rows=zero",
    "no-positions": "positions=zero",
    "no-gate": "gate=one",
}
"""By what was trained without: the switch that takes the same part out of the whole network."""


def worth() -> dict[str, Any]:
    """Return what was measured: "data" says on which faces; "trained_without" and "switched" have, by variant or
    switch and then by data, the differences to the whole network in "accuracy" and "negative_log_likelihood":
    "difference", "over_seeds" and "over_faces" (each [low, high]), "by_seed". "shipped" has the same switches of the
    network that comes with the course, on real faces: "faces", "accuracy", and "switches" with how many answers
    "changed" and the "differences" with their interval over faces."""
    return dict(json.loads(files("lessons").joinpath(FILE).read_text(encoding="utf-8")))


def measured(folder: Path) -> dict[str, Any]:
    """Return, of a grid's folder, the description of its data and all differences, by variant and by switch."""
    from pvlib.evaluation.ablation.grid import read_grid
    from pvlib.evaluation.ablation.one_run import read_result
    from pvlib.evaluation.switching import read_switch
    from pvlib.models.switches import switched
    from pvlib.runs.trained import load_trained
    from pvlib.training.splits import load_split

    table = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    words = table["command"].split()
    overrides = [word for word in words[3:] if "=" in word]
    grid = read_grid(words[2], overrides)
    results = {(run.variant, run.seed): run for run in grid.runs if read_result(folder, run)}
    seeds = [s for s in grid.seeds if all((variant, s) in results for variant in grid.configs)]
    config = replace(grid.configs[grid.against], seed=seeds[0])
    faces = load_split(config, "valid")
    batch = config.train_config().faces_at_a_time()

    def said(variant: str, seed: int, parts: dict[str, Any]) -> dict[str, Any]:
        trained = load_trained(folder / variant / f"seed-{seed}", "last")
        with switched(trained.network, **parts):
            return of_each_face(trained, faces, batch if variant != grid.against or not parts else 256)

    whole = {seed: said(grid.against, seed, {}) for seed in seeds}
    without = {
        variant: paired([(said(variant, seed, {}), whole[seed]) for seed in seeds])
        for variant in grid.configs
        if variant != grid.against
    }
    switches = {
        switch: paired([(said(grid.against, seed, read_switch(switch)), whole[seed]) for seed in seeds])
        for switch in SWITCHES
    }
    about = {
        "command": " ".join(["pvlib ablate", words[2], *(re.sub(r"=.*/", "=", one) for one in overrides)]),
        "made_with": table["made_with"],
        "validation_faces": len(faces),
        "training_faces": config.data.count,
        "epochs": config.train.epochs,
        "pixels": config.network.side,
        "seeds": seeds,
        "accuracy": [whole[seed]["accuracy"].mean().item() for seed in seeds],
    }
    return {"data": about, "trained_without": without, "switched": switches}


def of_each_face(trained: Any, faces: Any, batch: int) -> dict[str, Any]:
    """Return by measure, for each face, whether the answer is right and the negative log-likelihood; and the answer."""
    from pvlib.evaluation.prediction import predict
    from pvlib.losses import negative_log_likelihood

    found = predict(trained.network, faces, input_size=trained.input_size, batch_size=batch)
    log_probabilities = found.mean.double().log_softmax(dim=1)  # (N, K)
    answer = log_probabilities.argmax(dim=1)
    return {
        "accuracy": (answer == found.labels).double(),
        "negative_log_likelihood": negative_log_likelihood(log_probabilities, found.target.double()),
        "answer": answer,
    }


def paired(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Return the mean difference of each measure, changed − whole, with its intervals over seeds and over faces."""
    import torch

    from pvlib.evaluation.intervals import bootstrap, mean_interval

    other = [(mine["answer"] != whole["answer"]).double().mean().item() for mine, whole in pairs]
    worth: dict[str, Any] = {"other_answers": sum(other) / len(other)}
    for measure in MEASURES:
        differences = torch.stack([mine[measure] - whole[measure] for mine, whole in pairs])  # (seeds, N)
        by_seed = differences.mean(dim=1).tolist()
        seeds, each = mean_interval(by_seed), differences.mean(dim=0)  # each (N,)

        def mean(counts: torch.Tensor, each: torch.Tensor = each) -> dict[str, torch.Tensor]:
            return {"mean": counts @ each / counts.sum(dim=1)}

        faces = bootstrap(mean, len(each))["mean"]
        worth[measure] = {
            "difference": seeds.value,
            "over_seeds": [seeds.low, seeds.high] if len(by_seed) > 1 else None,
            "over_faces": [faces.low, faces.high],
            "by_seed": by_seed,
        }
    return worth


def as_markdown(kind: str, measure: str = "accuracy") -> str:
    """Return the table of "trained_without" or of "switched": the difference in points, its interval over seeds in
    square brackets and over faces in round ones, bold where both leave out zero."""
    found = worth()
    heads = [f"{name}, {len(data['seeds'])} seeds" for name, data in found["data"].items()]
    lines = [f"| {kind.replace('_', ' ')} | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for row, of_data in found[kind].items():
        told = [_told(of_data[name][measure]) if name in of_data else "–" for name in found["data"]]
        lines.append(f"| {row} | " + " | ".join(told) + " |")
    return "\n".join(lines)


def distinguishable(one: Mapping[str, Any]) -> bool:
    """Whether a difference has both intervals, over seeds and over faces, and both leave out zero."""
    intervals: list[Sequence[float] | None] = [one["over_seeds"], one["over_faces"]]
    return all(interval is not None and interval[0] * interval[1] > 0 for interval in intervals)


def _told(one: dict[str, Any]) -> str:
    value = f"{100 * one['difference']:+.1f}"
    if distinguishable(one):
        value = f"**{value}**"
    (low, high), (least, most) = ([100 * end for end in one[key]] for key in ("over_seeds", "over_faces"))
    return f"{value} [{low:+.1f}, {high:+.1f}] ({least:+.1f}, {most:+.1f})".replace("-", "−")


def main(sources: list[str]) -> None:
    """Measure the grids given as NAME=FOLDER, and write the file; what it holds of other data stays."""
    path = Path(__file__).with_name(FILE)
    content = worth() if path.exists() else {"data": {}, "trained_without": {}, "switched": {}}
    for source in sources:
        name, _, folder = source.partition("=")
        if name == "shipped":
            report = json.loads(Path(folder).read_text(encoding="utf-8"))
            content[name] = {
                "faces": report["faces"],
                "accuracy": report["metrics"]["accuracy"],
                "switches": {
                    one["switch"]: {
                        "changed": one["changed"],
                        "differences": {measure: one["differences"][measure] for measure in MEASURES},
                    }
                    for one in report["switches"]
                },
            }
            continue
        for key, found in measured(Path(folder)).items():
            rows = {"": found} if key == "data" else found
            for row, value in rows.items():
                (content[key] if key == "data" else content[key].setdefault(row, {}))[name] = value
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(as_markdown("trained_without"), as_markdown("switched"), sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
