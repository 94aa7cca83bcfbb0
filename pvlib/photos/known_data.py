"""What a model card says of each data set: what the faces are, whose they are, what to expect of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownData:
    """Sentences for a model card.

    Attributes:
        faces: what they are and where they come from.
        rights: what may be done with them, and with weights that learnt from them.
        limits: what a network that has seen nothing else cannot know, a sentence each.
    """

    faces: str
    rights: str
    limits: tuple[str, ...]


_POSED = (
    "Labels say what people see in a face. They do not say what the person feels, and neither does the network. Do "
    "not use it to decide anything about a person."
)
FERPLUS = KnownData(
    faces=(
        "FER+: the faces of FER2013 (48×48 pixels, grey, found on the web by search words and cut out by a face "
        "detector), each judged by ten raters (Barsoum et al., 2016)."
    ),
    rights=(
        "The votes are under the MIT licence. The photographs were collected from the web and their rights are "
        "unresolved, so none is part of this repository. The weights hold no picture, but they were learnt from "
        "those: use them for research and teaching."
    ),
    limits=(
        _POSED,
        "Contempt, disgust and fear are rare in FER+ (3 % of the training faces by the majority rule), so they are seldom "
        "named, and on few faces of any split can it be measured how often rightly.",
        "It has seen 48×48 grey pixels only. Larger photographs are reduced to that, colour is dropped.",
        "Near-frontal, upright faces: hands over the mouth, profiles and strong shadows are rare in its training.",
        "Nobody recorded age, gender or skin colour for FER2013's people. How recall differs between groups of people is "
        "not known; that it differs must be expected.",
    ),
)
RAFDB = KnownData(
    faces="RAF-DB: aligned faces from the web, 100×100 pixels, about forty annotators a face (Li et al., 2017).",
    rights=(
        "For non-commercial research only, by agreement with its owners; ask them before weights that learnt from it are "
        "handed on."
    ),
    limits=(
        _POSED,
        "Aligned by the eyes: a face that is cut otherwise looks different to the network.",
        "Fear is rare: 74 faces of the test split.",
    ),
)
AFFECTNET = KnownData(
    faces="AffectNet: faces from the web, one annotator each (Mollahosseini et al., 2017).",
    rights=(
        "For non-commercial research only, by agreement with its owners; ask them before weights that learnt from it are "
        "handed on."
    ),
    limits=(
        _POSED,
        "One annotator a face: two annotators agreed on 61 % of the faces that both saw, so labels are noisy.",
    ),
)
DRAWN = KnownData(
    faces="Drawn faces of the course alone (`pvlib.data.drawn`): no photograph, no real person.",
    rights="MIT, like the code.",
    limits=("It has never seen a photograph. What it says of one is a guess.", _POSED),
)
KNOWN_DATA = {"FER+": FERPLUS, "RAF-DB": RAFDB, "AffectNet": AFFECTNET}


def known_data(name: str | None) -> KnownData:
    """Return what is known of a data set by its name, "drawn" and its presets among them."""
    if name is not None and name.split(":")[0] == "drawn":
        return DRAWN
    unknown = KnownData("Not known.", "Not known: ask whoever trained it.", (_POSED,))
    return KNOWN_DATA.get(name, unknown)
