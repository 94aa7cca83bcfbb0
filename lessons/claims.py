"""Hold the lessons' own numbers to what their prose says: run after `pvlib run`, and after `pvlib run --solved`.

    python lessons/claims.py runs/course [runs/solved]

The ranges stand in lessons/<word>/claims.toml. Each is wide enough for another machine's arithmetic and narrow
enough that the sentence it stands for would be wrong outside. Both runs have the same seed, and solutions change
nothing that is measured: so on one machine the metrics of the two must agree to the last bit.
"""

import json
import sys
import tomllib
from pathlib import Path

LESSONS = Path(__file__).resolve().parent
CLAIMS = {
    path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in sorted(LESSONS.glob("*/claims.toml"))
}


def main(folders: list[Path]) -> int:
    wrong, runs = [], {}
    for folder in folders:
        records = sorted(folder.glob("[0-9][0-9]_*.json"))
        runs[folder] = {record.stem[3:]: json.loads(record.read_text())["metrics"] for record in records}
        for lesson in runs[folder]:
            for name, (low, high) in CLAIMS.get(lesson, {}).items():
                if name not in (metrics := runs[folder][lesson]):
                    wrong.append(f"{folder}, {lesson}: records no {name}, which its prose states")
                elif not low <= metrics[name] <= high:
                    wrong.append(f"{folder}, {lesson}: {name} = {metrics[name]:.4g}, claimed {low} … {high}")
            if lesson not in CLAIMS:
                wrong.append(f"{lesson}: has no claims.toml, so nothing holds its prose to its numbers")
    for lesson, metrics in runs[folders[0]].items():
        for folder in folders[1:]:
            if runs[folder][lesson] != metrics:
                wrong.append(f"{lesson}: {folders[0]} and {folder} differ although the seed is the same")
    held = f"every claim of {', '.join(runs[folders[0]])} holds"
    print("\n".join(wrong) or (held if len(folders) == 1 else f"{held}, and equal seeds gave equal numbers"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([Path(folder) for folder in sys.argv[1:]]))
