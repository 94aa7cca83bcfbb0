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
        "accuracy_clear": (0.9, 1.0),  # unambiguous drawn faces it never saw
        "accuracy_before_training": (0.0, 0.35),
        "accuracy_mixed": (0.645, 0.85),  # between one rater (0.644) and the first choice of ten (0.854)
        "first_loss": (2.4, 2.95),  # more than ln 8 = 2.08: the logits are sampled
        "last_training_loss": (0.8, 1.1),  # more than twice the entropy of the votes
        "sigma_before": (0.8, 1.3),
        "sigma_first_epoch": (0.15, 0.3),  # without a divergence it falls at once
        "sigma_after": (0.1, 0.25),
        "sigma_short": (0.25, 0.45),
        "sigma_short_held_up": (0.6, 0.85),  # a divergence holds it up
        "by_heart_right": (0.0, 0.1),
        "by_heart_two_softmaxes": (1.27, 1.35),  # its floor is 1.274
    },
}


def main(folders: list[Path]) -> int:
    wrong, runs = [], {}
    for folder in folders:
        records = sorted(folder.glob("[0-9][0-9]_*.json"))
        runs[folder] = {record.stem[3:]: json.loads(record.read_text())["metrics"] for record in records}
        for lesson, ranges in CLAIMS.items():
            for name, (low, high) in ranges.items():
                if not low <= (got := runs[folder][lesson][name]) <= high:
                    wrong.append(f"{folder}, {lesson}: {name} = {got:.4g}, claimed {low} … {high}")
    for lesson, metrics in runs[folders[0]].items():
        for folder in folders[1:]:
            if runs[folder][lesson] != metrics:
                wrong.append(f"{lesson}: {folders[0]} and {folder} differ although the seed is the same")
    print("\n".join(wrong) or f"every claim of {', '.join(CLAIMS)} holds, and equal seeds gave equal numbers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([Path(folder) for folder in sys.argv[1:]]))
