"""What a training leaves behind as it goes: `Records(path).add(step, error)` writes a CSV, and TensorBoard's events."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

from ..errors import no_package
from ..files import atomic_path
from ..foreign import LIMITS, foreign, read_bytes
from .training import TrainStep

__all__ = ["Records"]


class Records:
    """Rows of step, seconds, loss, error on held-out pictures, and the loss's parts.

    Args:
        path: the CSV; rows are appended to one that is there if `go_on`.
        go_on: keep the rows of an earlier run, up to `step`.
        tensorboard: a folder for TensorBoard's events too.

    Raises:
        MissingProgram: TensorBoard is asked for and not installed. FileError: the file cannot be written.
    """

    def __init__(self, path: Path, *, go_on: bool = False, step: int = 0, tensorboard: Path | None = None) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []
        if go_on and os.path.isfile(path):
            data = read_bytes(path, LIMITS["records"])
            with foreign("a training's records, as CSV", path):
                rows = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
                self.rows = [row for row in rows if re.fullmatch("[0-9]{1,18}", row.get("step") or "")]
            self.rows = [row for row in self.rows if int(row["step"]) < step]
        self.board = None
        if tensorboard is not None:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise no_package("TensorBoard for --tensorboard", "tensorboard") from error
            self.board = SummaryWriter(str(tensorboard))

    def add(self, step: TrainStep, error: float) -> None:
        """A row, written at once."""
        row = {"step": step.index, "seconds": round(step.seconds, 1), "loss": step.loss, "error": error, **step.terms}
        self.rows.append(row)
        names = list(dict.fromkeys(name for known in self.rows for name in known))
        with atomic_path(self.path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names, lineterminator=os.linesep)
            writer.writeheader()
            writer.writerows(self.rows)
        if self.board is not None:
            for name, value in row.items():
                if name != "step":
                    self.board.add_scalar(name, float(value), step.index)
            self.board.flush()
