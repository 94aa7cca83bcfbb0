"""What to say, in red, where the scored faces themselves chose the epoch whose weights are measured."""


def caution_of(who: str, *, select: str, best: bool, split: str | None) -> str | None:
    """Return one or two sentences; None where the choice flatters no number.

    Args:
        who: whose epoch was chosen, such as "every run".
        select: the split that choosing looked at, "valid" or "test".
        best: whether the chosen weights are measured, not those after the last epoch.
        split: that is scored.
    """
    if select == "test" and best:
        return (
            f"select=test: {who} chose the epoch on the very faces that are scored (the test split). The accuracy there "
            "is the luckiest of all epochs, not what new faces would give."
        )
    if select == "test":
        return (
            f"select=test: {who} measured the test split after every epoch. The weights used here are the last, which "
            "nothing was chosen by."
        )
    if best and split == "valid":
        return (
            f"These validation faces chose the epoch of {who}: the numbers are a little too good. Report those of the "
            "test split."
        )
    return None
