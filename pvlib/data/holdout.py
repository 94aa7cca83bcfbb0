"""Which training faces are held out as validation where the owners hand out none: decided by the image's name.

The choice depends on nothing else, so it is the same on every machine, for every seed and in every layout.
Needs no torch, so that the processes which decode images start fast.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence


def held_out(names: Sequence[str], labels: Iterable[int], share: float = 0.1) -> list[int]:
    """Return the positions of the held-out images, ascending.

    Of every class those whose name (without its ending) has the smallest BLAKE2b digests: ``share`` of the
    class, to the nearest whole number.
    """
    of_class: dict[int, list[tuple[bytes, int]]] = defaultdict(list)
    for position, (name, label) in enumerate(zip(names, labels, strict=True)):
        key = name.rpartition(".")[0] or name
        digest = hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest()
        of_class[label].append((digest, position))
    return sorted(
        position
        for members in of_class.values()
        for _, position in sorted(members)[: int(len(members) * share + 0.5)]
    )
