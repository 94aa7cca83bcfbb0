"""Hold the lessons' own numbers to what their prose says: run after `pvlib run` and `pvlib run --solved`.

    python tests/lessons/claims.py runs/course runs/solved

Each range is wide enough for another machine's arithmetic and narrow enough that the sentence it stands for
would be wrong outside. Both runs have the same seed, and solutions change nothing that is measured: so on one
machine the metrics of the two must agree to the last bit.
"""

import json
import sys
from pathlib import Path

CLAIMS = {
    "reparameterization": {
        "finite_difference": (-0.90, -0.85),  # exact: -0.875
        "pathwise_mean": (-0.90, -0.85),
        "variance_ratio": (100, 5000),  # the score function is far noisier
        "kl_error_in_standard_errors": (-4, 4),
        "smallest_sigma_trained_directly": (-100, 0),  # walks through zero
        "smallest_sigma_trained_as_log": (0, 1),
        "shared_noise_ratio": (20, 50),  # a batch of 32 stops averaging
    },
    "first_training": {
        "accuracy_clear": (0.85, 1.0),  # unambiguous drawn faces it never saw
        "accuracy_before_training": (0.0, 0.35),
        "first_loss": (2.2, 2.8),  # more than ln 8 = 2.08: the logits are drawn
        "sigma_before": (0.6, 1.5),
        "sigma_after": (0.0, 0.5),  # without a divergence it falls
        "by_heart_right": (0.0, 0.3),
        "by_heart_two_softmaxes": (1.25, 2.1),  # its floor is 1.27
    },
}


def main(folders: list[Path]) -> int:
    wrong = []
    for folder in folders:
        for lesson, ranges in CLAIMS.items():
            (record,) = folder.glob(f"[0-9][0-9]_{lesson}.json")
            metrics = json.loads(record.read_text())["metrics"]
            for name, (low, high) in ranges.items():
                if not low <= metrics[name] <= high:
                    wrong.append(f"{folder}, {lesson}: {name} = {metrics[name]:.4g}, claimed {low} … {high}")
    first, *others = folders
    for record in sorted(first.glob("[0-9]*.json")):
        for other in others:
            if (
                json.loads(record.read_text())["metrics"]
                != json.loads((other / record.name).read_text())["metrics"]
            ):
                wrong.append(
                    f"{record.stem}: metrics of {first} and {other} differ although the seed is the same"
                )
    print("\n".join(wrong) or f"every claim of {', '.join(CLAIMS)} holds, and equal seeds gave equal numbers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([Path(folder) for folder in sys.argv[1:]]))
