"""The configs that come with the course, one YAML file each. Listing them needs no torch, and so no patience."""

from difflib import get_close_matches
from pathlib import Path

import yaml

from pvlib.errors import CourseError

_FOLDER = Path(__file__).parent


def preset_names() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def describe_presets() -> dict[str, str]:
    """Return what each preset says of itself, by its name."""
    files = {name: find_preset(name).read_text(encoding="utf-8") for name in preset_names()}
    return {name: yaml.safe_load(text)["about"] for name, text in files.items()}


def find_preset(name: str) -> Path:
    """Return a preset's file.

    Raises:
        CourseError: there is none of that name; the message has the nearest one, and all of them.
    """
    names = preset_names()
    if name not in names:
        close = get_close_matches(name, names, n=1, cutoff=0.4)
        hint = f'did you mean "{close[0]}"?' if close else "a file's name ends in .yaml"
        raise CourseError(f'there is no preset "{name}"; {hint} Presets: {", ".join(names)}')
    return _FOLDER / f"{name}.yaml"


def is_config_file(preset: str | Path) -> bool:
    """Whether what a user names is a file of their own and no preset."""
    return str(preset).endswith((".yaml", ".yml"))
