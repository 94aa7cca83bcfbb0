"""What a run tells while it goes on: metrics.csv, TensorBoard where it is installed, a progress bar."""

import csv
import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.training.checkpoints import EpochRecord

METRICS = "metrics.csv"
_COLUMNS = ("epoch", "loss", "learning_rate", "seconds", "images_per_second")


class RunLog:
    """Writes the table and moves the bar; a context manager, as both want to be closed.

    Args:
        folder: of the run; None for no files.
        steps: of the whole run.
        shown: whether there is a bar.
    """

    def __init__(self, folder: Path | None, steps: int, shown: bool):
        self._folder = folder
        self._open = ExitStack()
        # The remaining time takes the pace of the last ten minutes, so the time between epochs counts too.
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("loss {task.fields[loss]:.3f}"),
            disable=not shown,
            transient=True,
            speed_estimate_period=600,
        )
        self._task = self._bar.add_task("", total=steps, loss=math.nan)
        self._board: Any = None

    def __enter__(self) -> Self:
        self._open.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def begin(self, history: Sequence[EpochRecord], steps_done: int) -> None:
        """Write the table of the epochs that a resumed run has behind it, and open TensorBoard there."""
        self._bar.reset(self._task, completed=steps_done)
        if self._folder is None:
            return
        self._board = _open_tensorboard(self._folder, len(history) + 1)
        if self._board is not None:
            self._open.callback(self._board.close)
        write_metrics(self._folder / METRICS, history)

    def move(self, epoch: int, epochs: int, steps_done: int, loss: float) -> None:
        """Say how many steps of the whole run are done, and the mean loss of the epoch (from 0) so far."""
        text = f"epoch {epoch + 1} of {epochs}"
        self._bar.update(self._task, completed=steps_done, description=text, loss=loss)

    def add(self, history: Sequence[EpochRecord]) -> None:
        """Log the last epoch of the history."""
        if self._folder is None:
            return
        write_metrics(self._folder / METRICS, history)
        if self._board is not None:
            for name, value in _row(history[-1]).items():
                self._board.add_scalar(name, value, history[-1].epoch)
            self._board.flush()


def write_metrics(path: Path, history: Sequence[EpochRecord]) -> None:
    """Write one row an epoch; the whole table at once, so that a resumed run repeats no row.

    Raises:
        CourseError: when the folder cannot be written to.
    """
    rows = [_row(record) for record in history]
    columns = dict.fromkeys(name for row in rows for name in row) or _COLUMNS
    with atomic_write(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _row(record: EpochRecord) -> dict[str, float]:
    return {name: getattr(record, name) for name in _COLUMNS} | record.metrics


def _open_tensorboard(folder: Path, first_epoch: int) -> Any:
    """A writer to ``folder/tensorboard``, or None without the package; the table holds the same numbers."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    try:
        return SummaryWriter(folder / "tensorboard", purge_step=first_epoch)
    except OSError as error:
        raise CourseError(
            f"{folder / 'tensorboard'}: cannot be a folder of TensorBoard ({error.strerror}); move it away"
        ) from error
