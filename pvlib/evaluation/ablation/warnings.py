"""What makes the numbers of a grid better than they would be on new faces, to be printed in red."""

from pvlib.evaluation.ablation.grid import Grid


def warnings_of(grid: Grid) -> list[str]:
    """Return a sentence for the runs whose epoch the scored faces chose, and for those that looked at them."""
    scoring = grid.scoring
    by_test = {run.variant for run in grid.runs if run.config.select == "test"}
    by_valid = set(grid.variants) - by_test
    said = []
    if by_test and scoring.which == "best":
        said.append(
            f"select=test: {_named(grid, by_test)} chose the epoch on the very faces that are scored (the test split). "
            "The accuracy there is the luckiest of all epochs, not what new faces would give."
        )
    elif by_test:
        said.append(
            f"select=test: {_named(grid, by_test)} measured the test split after every epoch. The weights used here are "
            "the last, which nothing was chosen by."
        )
    if by_valid and scoring.which == "best" and scoring.split == "valid":
        said.append(
            f"These validation faces chose the epoch of {_named(grid, by_valid)}: the numbers are a little too good. "
            "Use evaluation.split: test for numbers to report."
        )
    return said


def _named(grid: Grid, some: set[str]) -> str:
    if len(some) == len(grid.variants):
        return "every run"
    return f"the runs of {', '.join(variant for variant in grid.variants if variant in some)}"
