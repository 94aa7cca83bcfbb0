"""Find the state dict inside a checkpoint, under whatever names people have saved theirs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from pvlib.errors import CourseError, shown
from pvlib.models.restricted_pickle import Skipped

# What people call the state dict in the dictionary that they save; where several are there, the first counts.
WRAPPERS = ("state_dict", "model", "model_state_dict", "net", "network", "module", "weights", "params", "ema")
# What wrappers of networks (DataParallel, Lightning, torch.compile, ...) put before the name of each weight.
PREFIXES = re.compile(r"^((module|model|_orig_mod|net|network|backbone)\.)+")
_DEEPEST = 3  # dictionaries within dictionaries


def find_state_dict(checkpoint: Any, source: str) -> dict[str, Tensor]:
    """Return the state dict inside a checkpoint, without the prefixes that wrappers of networks add.

    It is the checkpoint itself or a dictionary within it, whatever its key. Of several about as large, that with
    the name best known.

    Raises:
        CourseError: naming ``source``, when there is none, when it is an optimizer's state, or when one cannot
            tell which it is.
    """
    found = list(_dictionaries_of_tensors(checkpoint, "", set()))
    if not found:
        parts = [checkpoint, *checkpoint.values()] if isinstance(checkpoint, Mapping) else []
        if any(map(_is_optimizer, parts)):
            raise CourseError(
                f"{source}: holds the optimizer's state instead of the network's weights "
                '(some released "best" files do, by mistake); use another checkpoint of the same run'
            )
        raise CourseError(f"{source}: no state dict found in it (it holds {_describe(checkpoint)})")
    sizes = [sum(value.numel() for value in tensors.values()) for _, tensors in found]
    likely = [each for each, size in zip(found, sizes, strict=True) if 2 * size >= max(sizes)]
    known = [each for wrapper in WRAPPERS for each in likely if each[0] == wrapper]
    if not known and len(likely) > 1:
        names = ", ".join(shown(name) for name, _ in likely[:5])
        raise CourseError(f"{source}: holds several state dicts ({names}); save the one that is meant alone")
    _, tensors = (known or likely)[0]
    bare = {PREFIXES.sub("", key): value for key, value in tensors.items()}
    if len(bare) < len(tensors):
        raise CourseError(
            f"{source}: some weights are in it twice, with and without a prefix such as module."
        )
    return bare


def _dictionaries_of_tensors(
    content: Any, name: str, seen: set[int], depth: int = 0
) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Every dictionary with tensors under names, and its own name in the one around it."""
    if not isinstance(content, Mapping) or id(content) in seen or depth > _DEEPEST or _is_optimizer(content):
        return
    seen.add(id(content))
    tensors = {k: v for k, v in content.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if tensors:
        yield name, tensors
    for key, value in content.items():
        yield from _dictionaries_of_tensors(value, key if isinstance(key, str) else "", seen, depth + 1)


def _is_optimizer(content: Any) -> bool:
    return isinstance(content, Mapping) and {"state", "param_groups"} <= content.keys()


def _describe(content: Any) -> str:
    if isinstance(content, Mapping):
        return f"a mapping with keys {shown([key for key in content if isinstance(key, str)][:5], 200)}"
    if isinstance(content, Skipped):
        return f"a whole object of class {shown(content.class_name)}; save its state_dict() instead"
    return f"a {type(content).__name__}"
