"""Painters by name: those that come with wmpaint, and those in files."""

from __future__ import annotations

import difflib
import functools
from pathlib import Path

from ...errors import BrushError, FileError
from ..programs import Brush
from .painter import RibbonPainter

__all__ = ["available", "load"]

WEIGHTS = Path(__file__).with_name("weights")


@functools.cache
def available() -> tuple[str, ...]:
    """Names of the bundled painters, one for each brush that has one."""
    return tuple(sorted(path.stem for path in WEIGHTS.glob("*.safetensors")))


def load(painter: str | Path) -> RibbonPainter:
    """A painter by the name of its brush, or from a .safetensors file.

    Raises:
        BrushError: no bundled painter has this name: the brush is unknown, and the nearest names are suggested, or has
            no painter yet, and the message says what trains one.
        FileError: a file that is not there, or not a painter.
    """
    if not isinstance(painter, str | Path):
        raise BrushError(f"expected the name of a brush with a painter, or a .safetensors file, got {painter!r:.60}")
    if isinstance(painter, str) and painter in available():
        return RibbonPainter.load(WEIGHTS / f"{painter}.safetensors")
    path = Path(painter)
    if path.suffix == ".safetensors":
        return RibbonPainter.load(path)
    if path.suffix == ".myb":
        raise FileError(f"expected a painter, got the brush {path}; train one with: wmpaint train-painter {path}")
    _check_untrained(str(painter))
    near = difflib.get_close_matches(str(painter), available(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(available())}"
    raise BrushError(f"expected the name of a brush with a painter, or a .safetensors file, got {painter!r}: {hint}")


def _check_untrained(name: str) -> None:
    """Refuse a brush that there is, without a painter, and say what would give it one."""
    try:
        brush = Brush.load(name)
    except BrushError:
        return
    file = f"{Path(name).name}.safetensors"
    brush.require_plain()  # else no painter could learn it, which this says
    raise BrushError(
        f"expected a brush with a painter, and {name!r} has none yet; train one in some minutes with: wmpaint "
        f"train-painter {name} -o {file} (in Python: wp.fit(painter := wp.RibbonPainter(), wp.program({name!r}), "
        f"minutes=3); painter.save({file!r})), and give {file} as the brush"
    )
