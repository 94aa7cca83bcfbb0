"""The facts about a data set that its readers share, told once for what prepares it and what loads it.

Needs no torch, so that the processes which decode images start fast.
"""

from dataclasses import dataclass, field

from pvlib.errors import CourseError

VERSION = "2"  # of the prepared file's form


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """The facts about a data set that its readers share.

    Attributes:
        name: as its owners write it.
        classes: what the labels 0, 1, … mean.
        splits: names of our splits, in the order in which they are numbered.
        where: one sentence that says whom to ask for the set.
        script: the command that prepares it.
        official: the owners' splits -> class -> number of faces that they publish.
        official_split: our split -> the owners' split that it is (a part of).
        no_test: what to say to whoever asks for a split "test" that its owners keep.
        channels: of the prepared images, 1 or 3.
        side: pixels of a side where the owners' images, PNG files then, all have it, and no other is read.
        columns: what is known of every face beside its label: name in ``Item`` -> type and length.
    """

    name: str
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    where: str
    script: str
    official: dict[str, dict[str, int]] = field(default_factory=dict)
    official_split: dict[str, str] = field(default_factory=dict)
    no_test: str = ""
    channels: int = 3
    side: int | None = None
    columns: dict[str, tuple[str, int]] = field(default_factory=dict)

    def positions(self, split: str) -> tuple[int, ...]:
        """Return the positions of a split's name, or of several with "+" between them, such as "train+valid".

        Raises:
            CourseError: there is no split of that name.
        """
        names = split.split("+")
        if not set(names) <= set(self.splits):
            also = f": {self.no_test}" if split == "test" and self.no_test else ""
            raise CourseError(
                f"{self.name} has no split {split!r}{also}; choose one of {', '.join(self.splits)}, or several as "
                f"{'+'.join(self.splits[:2])}"
            )
        return tuple(sorted({self.splits.index(name) for name in names}))


def format_of(data_set: DataSet) -> str:
    """Return the word by which a prepared file says whose faces it holds."""
    return f"pvlib {data_set.name}"
