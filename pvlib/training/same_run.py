"""Whether a folder holds the run that is to go on there: asked in one way, of checkpoints and of results."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError, shown
from pvlib.models.sizes import Size
from pvlib.training.checkpoints import FORMAT, checkpoint_path, read_state

# What names a run, or says how long it is and how often it saves, but leaves its numbers as they are.
FREE = frozenset({"preset", "about", "epochs", "save_minutes"})


def refuse_other_run(folder: Path, now: Mapping[str, Any], free: frozenset[str] = FREE) -> None:
    """Refuse to go on in a folder whose run is another one; a folder without a checkpoint is free.

    A run may become longer, unless its schedule depends on its length.

    Args:
        now: parts of a checkpoint's JSON that may not change, of ``run``, ``config``, ``size`` and ``names``.
        free: keys, wherever they stand, that may change.

    Raises:
        CourseError: naming the first key that differs, and both values; or that the run is of an older version.
    """
    if not checkpoint_path(folder).exists():
        return
    stored = read_state(folder)
    if stored.get("format") != FORMAT:
        raise CourseError(
            f"{folder}: this run was made by an older version of pvlib; it can be evaluated, but to go on "
            "start it anew in another folder"
        )
    if "size" in now:  # a size of before lacks later fields
        stored["size"] = asdict(Size.from_json(stored["size"]))
    settings = _flat(now)
    if "cosine" in (settings.get("run.train.schedule"), settings.get("config.schedule")):
        free = free - {"epochs"}
    different = first_difference({key: stored.get(key) for key in now}, now, free)
    if different is not None:
        key, old, new = different
        name = key.removeprefix("run.").removeprefix("config.")
        why = "the data changed; " if name.startswith("faces") else ""
        raise CourseError(
            f"{folder}: holds a run with {name}={_shown(old)}, not {_shown(new)}; {why}choose another folder, or "
            "remove this one"
        )
    done = len(stored["history"]) + (stored["position"]["step"] > 0)
    wanted = settings.get("run.train.epochs", settings.get("config.epochs"))
    if wanted is not None and done > wanted:
        raise CourseError(
            f"{folder}: this run already has {done} epochs, more than train.epochs={wanted}; choose another folder"
        )


def first_difference(
    before: Mapping[str, Any], now: Mapping[str, Any], free: frozenset[str] = frozenset()
) -> tuple[str, Any, Any] | None:
    """Return the dotted key and both values of the first setting that differs; None where none does.

    Settings may stand in sections; one that is absent counts as null.

    Args:
        free: names of settings, or of whole sections, that may differ.
    """
    old, new = _flat(before), _flat(now)
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key) and free.isdisjoint(key.split(".")):
            return key, old.get(key), new.get(key)
    return None


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """{"train": {"epochs": 3}} -> {"train.epochs": 3}, as JSON has it: tuples become lists."""

    def leaves(values: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
        for key, value in values.items():
            if isinstance(value, Mapping) and value:
                yield from leaves(value, f"{above}{key}.")
            else:
                yield f"{above}{key}", value

    return dict(leaves(json.loads(json.dumps(values)), ""))


def _shown(value: Any) -> str:
    return "null" if value is None else shown(value)
