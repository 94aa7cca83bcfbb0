"""The device that a person names."""


def pick_device(name: str) -> str:
    """Return ``name``, or for "auto" the best device here; a device that is not here is an error."""
    import torch

    from pvlib.errors import CourseError

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda:") and name[5:].isdecimal() and int(name[5:]) >= torch.cuda.device_count():
        raise CourseError(f'device "{name}" is not here; GPUs here: {torch.cuda.device_count()}')
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not available.get(name.split(":")[0], False):
        here = ", ".join(kind for kind, present in available.items() if present)
        raise CourseError(f'device "{name}" is not here; there is: {here}')
    return name
