"""Which program paints: `program(brush)` is the best one there is, `load_program(name, brush)` the one asked for."""

from __future__ import annotations

import functools
import warnings

from ... import checks
from ...errors import MissingProgram
from ...explain import explained
from .base import BrushProgram
from .brush import Brush
from .dabs import Dabs
from .mypaint import MyPaint

__all__ = ["PROGRAMS", "ProgramWarning", "load_program", "program"]

PROGRAMS: dict[str, type[BrushProgram]] = {"mypaint": MyPaint, "dabs": Dabs}


class ProgramWarning(UserWarning):
    """Another program paints than the one that was hoped for."""


@functools.cache
def _warn_once(reason: str) -> None:
    warnings.warn(f"painting with the embedded brush engine: {reason}", ProgramWarning, stacklevel=4)


@explained
def program(brush: Brush | str | bytes, *, seed: int = 0) -> BrushProgram:
    """MyPaint with a brush where libmypaint is installed, else Dabs, with one warning for the process.

    Raises:
        BrushError: an unknown or broken brush, or one that only libmypaint could paint.
    """
    try:
        return MyPaint(brush, seed)
    except MissingProgram as error:
        _warn_once(str(error))
        return Dabs(brush, seed)


@explained
def load_program(name: str, brush: Brush | str | bytes, *, seed: int = 0) -> BrushProgram:
    """The program of that name, "mypaint" or "dabs", with a brush.

    Raises:
        InputError: another name.
        BrushError: an unknown or broken brush.
        MissingProgram: the program is not installed.
    """
    return PROGRAMS[checks.one_of("a program of …", name, PROGRAMS)](brush, seed)
