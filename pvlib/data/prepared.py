"""Any prepared data set by its file alone: the header says whose faces it holds.

So a command that takes a file works with FER+, RAF-DB and AffectNet alike. The data sets differ in their
classes and their order, which travel with the faces as ``Faces.names``, and in the choices that they offer.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pvlib.data.affectnet import AFFECTNET, load_affectnet
from pvlib.data.data_set import DataSet, format_of
from pvlib.data.faces import Faces
from pvlib.data.ferplus import FERPLUS_SET, load_ferplus
from pvlib.data.prepared_file import read_format
from pvlib.data.rafdb import RAFDB, load_rafdb
from pvlib.errors import CourseError

# the format in the header -> the data set, and what loads a split of it
LOADERS: dict[str, tuple[DataSet, Callable[..., Faces]]] = {
    format_of(FERPLUS_SET): (FERPLUS_SET, load_ferplus),
    format_of(RAFDB): (RAFDB, load_rafdb),
    format_of(AFFECTNET): (AFFECTNET, load_affectnet),
}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A prepared file whose data set is known.

    Attributes:
        path: the file.
        data_set: "FER+", "RAF-DB" or "AffectNet".
        options: name -> default of the choices that this data set offers beside the split.
    """

    path: Path
    data_set: str
    options: dict[str, object]
    _load: Callable[..., Faces]

    def load(self, split: str, **options: object) -> Faces:
        """Return the faces of one split; an option that is None is left at its default.

        Raises:
            CourseError: the data set has no such split, offers no such choice, or the file is damaged.
        """
        given = {name: value for name, value in options.items() if value is not None}
        for name in given:
            if name not in self.options:
                raise CourseError(
                    f"{self.path} holds {self.data_set}, which has no choice of {name}: leave it out"
                )
        return self._load(self.path, split, **given)


def open_prepared(path: str | Path) -> Prepared:
    """Look which data set a file holds.

    Raises:
        CourseError: the file is missing, damaged, or none that a script in data_scripts wrote.
    """
    path = Path(path).expanduser()
    kind = read_format(path)
    if kind is None or kind not in LOADERS:
        names = ", ".join(data_set.name for data_set, _ in LOADERS.values())
        raise CourseError(f"{path} is no prepared data set; the scripts in data_scripts make one of {names}")
    data_set, load = LOADERS[kind]
    options = {
        key: parameter.default
        for key, parameter in inspect.signature(load).parameters.items()
        if key not in ("path", "split")
    }
    return Prepared(path=path, data_set=data_set.name, options=options, _load=load)


def load_prepared(path: str | Path, split: str, **options: object) -> Faces:
    """Return the faces of one split of a prepared file, whichever data set it holds.

    Args:
        options: choices of that data set, e.g. ``rule`` for FER+ or ``classes`` for AffectNet; None leaves a
            choice at its default, so that one call can serve every data set.

    Raises:
        CourseError: see :func:`open_prepared` and :meth:`Prepared.load`.
    """
    return open_prepared(path).load(split, **options)
