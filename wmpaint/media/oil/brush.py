"""Brushes of oil paint: `OilBrush.load("filbert")`, or from a .toml file of a few numbers."""

from __future__ import annotations

import difflib
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ... import checks
from ...errors import BrushError, InputError
from ...foreign import LIMITS, read_bytes, toml_table

__all__ = ["BRUSHES", "Hairs", "OilBrush"]

FOLDER = Path(__file__).with_name("brushes")
STATIONS = 10  # places along a stroke where it picks up paint, beside its start
HEIGHT, WET = 1, 2  # of a sheet's numbers a pixel, after its colors and alpha; the last is how much paint there is
_NAME = 60  # characters


class Hairs(NamedTuple):
    """A brush in numbers, as its inner loops take it. Lengths are in radii; a stroke's own pressure, load and bristles
    scale what is said here.

    - `locks`, `strands`, `hairs`: how many there are across; each lock, strand and hair has a load, tint and lift
      of its own.
    - `load`: paint at the start.
    - `dry`: length after which a hair of usual load has lost 1 of it.
    - `uneven`: how far loads differ between hairs.
    - `worn`: how much less the outermost hairs hold.
    - `thinnest`: half width at no pressure; at full pressure it is 1.
    - `ragged`: how much earlier than others some hairs leave the canvas.
    - `tip`: how far the ends are rounded: 0 as a flat brush's, 1 as a round one's.
    - `splay`: how far locks stand apart.
    - `soft`: how gradually paint thins out where it ends.
    - `tint`, `warmth`: how far lightness and hue differ between locks.
    - `body`: height of a loaded stroke.
    - `ridge`: of the hairs' furrows, relative to the body.
    - `dome`: how much thicker paint lies in the middle than at the sides.
    - `rim`: raised sides.
    - `heap`, `head`: paint left at the end and at the start.
    - `ripple`: how uneven the paint lies along the stroke, as a knife leaves it.
    - `level`: share of the relief beneath that new paint fills.
    - `wet`: paint picked up from below, 0 to 0.9.
    - `tooth`: how much dry paint catches the surface.
    - `thick`: canvas heights of height 1, in radii, for a stroke of usual size.
    """

    locks: int = 9
    strands: int = 27
    hairs: int = 90
    load: float = 1.0
    dry: float = 13.0
    uneven: float = 0.9
    worn: float = 0.42
    thinnest: float = 0.35
    ragged: float = 1.1
    tip: float = 0.6
    splay: float = 0.0
    soft: float = 0.1
    tint: float = 0.075
    warmth: float = 0.022
    body: float = 0.5
    ridge: float = 0.9
    dome: float = 0.0
    rim: float = 0.55
    heap: float = 0.5
    head: float = 0.18
    ripple: float = 0.0
    level: float = 0.85
    wet: float = 0.2
    tooth: float = 0.5
    thick: float = 0.055


USUAL = Hairs()
RANGES: dict[str, tuple[float, float]] = {
    "locks": (2, 24), "strands": (2, 80), "hairs": (2, 300), "load": (0.1, 3), "dry": (1, 200), "uneven": (0, 3),
    "worn": (0, 2), "thinnest": (0.05, 1), "ragged": (0, 3), "tip": (0, 1.5), "splay": (0, 1), "soft": (0.02, 1),
    "tint": (0, 0.5), "warmth": (0, 0.2), "body": (0, 2), "ridge": (0, 3), "dome": (0, 1), "rim": (0, 2),
    "heap": (0, 2), "head": (0, 2), "ripple": (0, 2), "level": (0, 1), "wet": (0, 0.9), "tooth": (0, 3),
    "thick": (0, 0.3),
}  # fmt: skip


@dataclass(frozen=True)
class OilBrush:
    """A brush of hairs.

    Args:
        name: of the brush.
        about: a line for people.
        numbers: what it is like; see `Hairs`.

    Raises:
        InputError: a number out of range.
    """

    name: str
    about: str = ""
    numbers: Hairs = USUAL

    def __post_init__(self) -> None:
        if not self.name or len(self.name) > _NAME or not self.name.replace("_", "").replace("-", "").isalnum():
            raise InputError(f"expected a brush's name of letters, digits, - and _, got {self.name!r:.70}")
        values: dict[str, Any] = {}
        for name, (low, high) in RANGES.items():
            value = getattr(self.numbers, name)
            if isinstance(getattr(USUAL, name), int):
                values[name] = checks.whole(f"{name} of …", value, int(low), int(high))
            else:
                values[name] = checks.number(name, value, low, high)
        object.__setattr__(self, "numbers", Hairs(**values))

    @property
    def hash(self) -> str:
        """SHA-256 of all that decides what it looks like."""
        return hashlib.sha256(repr((PROGRAM, self.numbers)).encode()).hexdigest()

    @property
    def bundled(self) -> bool:
        """Whether it comes with wmpaint as it is."""
        return self.name in BRUSHES and OilBrush.load(self.name) == self

    def text(self) -> str:
        """Its .toml file."""
        rows = [f'name = "{self.name}"', f"about = {_quoted(self.about)}"]
        rows += [f"{k} = {v}" for k, v in self.numbers._asdict().items() if v != getattr(USUAL, k)]
        return "\n".join(rows) + "\n"

    @classmethod
    def parse(cls, data: bytes | str, where: str = "a brush") -> OilBrush:
        """The brush of a .toml file's content; `where` is for messages.

        Raises:
            FileError: no TOML. BrushError: an unknown name, or a number out of range.
        """
        found = toml_table(data.encode() if isinstance(data, str) else data, LIMITS["oil brush"], where)
        known = [*Hairs._fields, "name", "about"]
        for key in found:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                raise BrushError(f"expected the numbers of an oil brush in {where}, got {key!r:.60}: {hint}")
        name, about = found.pop("name", "own"), found.pop("about", "")
        if not isinstance(name, str) or not isinstance(about, str) or len(about) > 1000:
            raise BrushError(f"expected a name and a line about it as text in {where}, got {name!r:.60}, {about!r:.60}")
        try:
            return cls(name, about, Hairs(**found))
        except InputError as error:
            raise BrushError(f"{error}, in {where}") from None

    @classmethod
    def load(cls, brush: str | Path | OilBrush) -> OilBrush:
        """A brush by its name, or of a .toml file.

        Raises:
            BrushError: no such brush, or a file that is none. FileError: no such file.
        """
        if isinstance(brush, OilBrush):
            return brush
        if isinstance(brush, str) and brush in BRUSHES:
            return _bundled(brush)
        path = Path(brush)
        if path.suffix != ".toml":
            near = difflib.get_close_matches(str(brush), BRUSHES, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(BRUSHES)}, and .toml files"
            raise BrushError(f"expected an oil brush, got {str(brush)!r:.80}: {hint}")
        return cls.parse(read_bytes(path, LIMITS["oil brush"]), str(path))


@functools.cache
def _bundled(name: str) -> OilBrush:
    return OilBrush.parse((FOLDER / f"{name}.toml").read_bytes(), name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else " " for c in escaped)}"'


PROGRAM = "oil 2"  # changes with every change to what brushes do
BRUSHES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
