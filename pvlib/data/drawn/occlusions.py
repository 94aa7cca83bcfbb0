"""What lies over a face: hand, mask, strand of hair, cap, scarf, glasses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Occlusion:
    kind: str


def sample_occlusions(extra, identity, nuisances):
    return ()


def covers(anatomy, identity, occlusions):
    return []


def paint(canvas, anatomy, identity, occlusions):
    return None
