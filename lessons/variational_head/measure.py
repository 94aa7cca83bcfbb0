"""Measure what docs/results/heads-on-shapes.md says: every head over several seeds, and what σ is worth.

python -m lessons.variational_head.measure > table.md          # about five minutes on one core
python -m lessons.variational_head.measure --ferplus FILE      # σ on real faces as well, with the shipped weights
"""

import argparse
from collections.abc import Sequence

import torch

from lessons.shapes import shape_faces
from lessons.variational_head.comparison import (
    Contender,
    Results,
    contenders,
    difference,
    train_all,
)
from lessons.variational_head.formulas import entropy, sigma_summaries
from lessons.variational_head.sigma import beside_formula, ranks, train_sigma_on
from pvlib.evaluation.intervals import Interval, bootstrap, mean_interval
from pvlib.markdown import markdown_table

WEIGHT = 0.1
PAIRS = (
    ("none", "point"), ("gaussian", "penalised"), ("gaussian_small", "penalised_small"), ("gaussian", "constant"),
    ("latent", "gaussian"), ("latent_small", "gaussian_small"), ("decoder", "latent"), ("het", "kendall_gal"),
    ("released", "none"),
)  # fmt: skip


def all_contenders() -> dict[str, Contender]:
    """The lesson's heads, and controls beside them."""
    heads, small = contenders(weight=WEIGHT), contenders(weight=WEIGHT / 10)
    for name in ("penalised", "latent", "decoder"):
        one = small[name]
        heads[f"{name}_small"] = Contender(
            title=f"{one.title} (λ = {WEIGHT / 10:g})" if name != "latent" else one.title,
            head=one.head,
            objective=one.objective,
        )
    return heads


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="networks of every head")
    parser.add_argument("--faces", type=int, default=1000, help="training faces")
    parser.add_argument(
        "--ferplus", help="a file of data_scripts/prepare_ferplus.py: σ on its validation faces"
    )
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    seeds = range(chosen.seeds)
    heads = all_contenders()
    train = shape_faces(chosen.faces, seed=0)
    test = shape_faces(2000, seed=1, like=train)
    results = train_all(heads, train, test, seeds)
    print(f"## The same {chosen.faces:,} training faces for all seeds; 2,000 test faces\n")
    print_heads(heads, results)
    print("\n## Other training and test faces for every seed\n")
    print_heads(heads, with_other_faces(heads, chosen.faces, seeds))
    print("\n## Which σ?\n")
    print_sigma(results, train, test)
    if chosen.ferplus:
        print("\n## Real faces\n")
        print_ferplus(chosen.ferplus)


def with_other_faces(heads: dict[str, Contender], count: int, seeds: Sequence[int]) -> Results:
    """Train every head once a seed on faces of that seed's own."""
    results: Results = {name: [] for name in heads}
    for seed in seeds:
        train = shape_faces(count, seed=100 + seed)
        test = shape_faces(2000, seed=200 + seed, like=train)
        for name, trained in train_all(heads, train, test, [seed]).items():
            results[name] += trained
    return results


def print_heads(heads: dict[str, Contender], results: Results) -> None:
    """Print a row a head, and the paired differences of ``PAIRS``."""
    rows = []
    for name, one in heads.items():
        row = [one.title]
        for score, scale, digits in (("accuracy", 100, 1), ("nll", 1, 3)):
            mean = mean_interval([trained.scores[score] for trained in results[name]])
            row += [plus_minus(mean, scale, digits), told(difference(results, name, score), scale, digits)]
        rows.append(row)
    head = ["head", "accuracy, %", "difference to point, points", "NLL, nats", "difference to point"]
    print(markdown_table(head, rows, numbers=True))
    rows = [
        [
            f"{heads[one].title} − {heads[other].title}",
            told(difference(results, one, "accuracy", other), 100, 1),
            told(difference(results, one, "nll", other), 1, 3),
        ]
        for one, other in PAIRS
    ]
    print("\n" + markdown_table(["pair", "accuracy, points", "NLL"], rows, numbers=True))


def print_sigma(results: Results, train, test) -> None:
    """Print rank correlations with the true ambiguity: as learned, by the formula, and after training σ alone."""
    rows = []
    for name, title in (
        ("none", "no divergence"), ("gaussian_small", f"λ = {WEIGHT / 10:g}"), ("gaussian", f"λ = {WEIGHT:g}"),
        ("kendall_gal", "Kendall–Gal"),
    ):  # fmt: skip
        rows.append([title, *_over_seeds([ranks(one, test) for one in results[name]])])
        weight = {"gaussian_small": WEIGHT / 10, "gaussian": WEIGHT}.get(name)
        if weight is None:
            continue
        beside = [beside_formula(one.network, test, weight) for one in results[name]]
        keys = ("mean", "named", "largest")
        rows.append(
            [
                f"{title}, by the formula",
                *_over_seeds([{k: b[f"formula_{k}"] for k in keys} for b in beside]),
                "–",
            ]
        )
        print(
            f"λ = {weight:g}, the class named (mean over faces): "
            + "; ".join(
                f"{k} {mean_interval([b[k] for b in beside]).value:.3f}"
                for k in beside[0]
                if k.endswith(("_clear", "_mixed"))
            )
            + "\n"
        )
        for one in results[name]:
            train_sigma_on(one.network, train, weight)
        rows.append(
            [f"{title}, σ trained on alone", *_over_seeds([ranks(one, test) for one in results[name]])]
        )
    print(markdown_table(["head", "mean σ", "σ named", "largest σ", "entropy"], rows, numbers=True))


def _over_seeds(found: list[dict[str, float]]) -> list[str]:
    return [plus_minus(mean_interval([one[key] for one in found]), 1, 2, signed=True) for key in found[0]]


def print_ferplus(path: str) -> None:
    """Print what the shipped network's σ is worth on FER+'s validation faces, with intervals over the faces."""
    from pvlib.evaluation.prediction import predict
    from pvlib.evaluation.ranks import Ranking, correlation
    from pvlib.runs.trained import load_trained
    from pvlib.training.sources import load_faces

    trained = load_trained()
    faces = load_faces(path, "valid", target="votes")
    said = predict(trained.network, faces, input_size=trained.input_size)
    assert said.sigma is not None  # it has a variational head
    assert said.votes is not None  # FER+ has votes
    doubts = sigma_summaries(said.mean, 2 * said.sigma.log()) | {"entropy": entropy(said.probabilities)}
    truth = Ranking(entropy(said.votes.sort(dim=1).values.double()))
    rankings = {name: Ranking(values) for name, values in doubts.items()}

    def statistic(counts: torch.Tensor) -> dict[str, torch.Tensor]:
        true = truth.ranks(counts)
        return {name: correlation(counts, ranking.ranks(counts), true) for name, ranking in rankings.items()}

    found = bootstrap(statistic, len(faces))
    print(markdown_table(["summary", f"ρ with the votes' entropy, {len(faces):,} faces"],
                         [[name, told(interval, 1, 3)] for name, interval in found.items()], numbers=True))  # fmt: skip


def plus_minus(interval: Interval, scale: float, digits: int, signed: bool = False) -> str:
    """A mean ± half of its interval."""
    sign = "+" if signed else ""
    half = scale * (interval.high - interval.low) / 2
    return f"{scale * interval.value:{sign}.{digits}f} ± {half:.{digits}f}".replace("-", "−")


def told(interval: Interval, scale: float, digits: int) -> str:
    """A number with its interval; in bold where that leaves out zero."""
    value, low, high = (
        f"{scale * number:+.{digits}f}".replace("-", "−") for number in vars(interval).values()
    )
    text = f"{value} [{low}, {high}]"
    return f"**{text}**" if interval.low > 0 or interval.high < 0 else text


if __name__ == "__main__":
    main()
