"""Strokes: quadratic Bezier curves with a radius, a pressure and a color each; of one picture or of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from .errors import InputError
from .explain import explained

__all__ = ["StrokeBatch", "Strokes"]

_SHAPES: dict[str, tuple[int, ...]] = {"points": (3, 2), "radius": (), "pressure": (2,), "color": (3,)}
_LEAST = 9.9999e-10  # 1e-9, which is a little less in single precision
_COLUMNS = {"brush": "whole numbers", "pen": "whole numbers", "lifted": "booleans"}


@explained
@dataclass(frozen=True, eq=False)
class Strokes:
    """N strokes in paint order: the first lies undermost.

    Lengths are in canvas units (canvas height = 1, origin top left, y down).

    Args:
        points: [N, 3, 2] start, control and end (x, y) of each quadratic Bezier curve.
        radius: [N] brush radius, > 0.
        pressure: [N, 2] pen pressure at start and end, 0..1, linear in the curve's parameter.
        color: [N, 3] sRGB, 0..1.
        brush: optional [N] integers, which of a painting's brushes; None means all use brush 0.
        pen: optional [N] integers, a plotter's pen.
        lifted: optional [N] bool, strokes that are kept but not painted.

    Raises:
        InputError: shapes that disagree, or a column of the wrong kind of numbers.
    """

    points: Tensor
    radius: Tensor
    pressure: Tensor
    color: Tensor
    brush: Tensor | None = None
    pen: Tensor | None = None
    lifted: Tensor | None = None

    def __post_init__(self) -> None:
        n = self.points.shape[0] if isinstance(self.points, Tensor) and self.points.ndim else 0
        for name, shape in _SHAPES.items():
            _expect(name, getattr(self, name), (n, *shape), "real numbers")
        for name, kind in _COLUMNS.items():
            if (value := getattr(self, name)) is not None:
                _expect(name, value, (n,), kind)

    def __repr__(self) -> str:
        more = [name for name in ("brush", "pen", "lifted") if getattr(self, name) is not None]
        return f"Strokes({len(self):,}{''.join(f', with {name}' for name in more)})"

    def __len__(self) -> int:
        return self.points.shape[0]

    def _map(self, fn: Any) -> Strokes:
        columns: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            columns[field.name] = None if value is None else fn(value)
        return Strokes(**columns)

    def __getitem__(self, index: int | slice | Tensor | list[int]) -> Strokes:
        """Some of the strokes, in the order asked for; always a batch."""
        if isinstance(index, int):
            if not -len(self) <= index < len(self):
                raise IndexError(f"stroke {index} of {len(self)}")
            index = slice(index, index + 1 or None)
        return self._map(lambda value: value[index])

    def to(self, *args: Any, **kwargs: Any) -> Strokes:
        """As `Tensor.to` for the four real columns; the discrete ones only change device."""
        moved: dict[str, Any] = {name: getattr(self, name).to(*args, **kwargs) for name in _SHAPES}
        device = moved["points"].device
        rest: dict[str, Any] = {n: None if (v := getattr(self, n)) is None else v.to(device) for n in _COLUMNS}
        return Strokes(**moved, **rest)

    def detach(self) -> Strokes:
        """The same strokes, outside any graph."""
        return self._map(lambda value: value.detach())

    def replace(self, **columns: Tensor | None) -> Strokes:
        """A copy with some columns exchanged."""
        exchanged: dict[str, Any] = dict(columns)
        return replace(self, **exchanged)

    @classmethod
    def empty(cls, **options: Any) -> Strokes:
        """No strokes; `options` (dtype, device) as for `torch.empty`."""
        return cls(*(torch.empty((0, *shape), **options) for shape in _SHAPES.values()))

    @classmethod
    def cat(cls, parts: Iterable[Strokes]) -> Strokes:
        """Several batches one above the other. A column missing from some parts is filled with 0."""
        parts = list(parts)
        if not parts:
            return cls.empty()
        columns: dict[str, Tensor | None] = {n: torch.cat([getattr(p, n) for p in parts]) for n in _SHAPES}
        for name in _COLUMNS:
            values = [getattr(p, name) for p in parts]
            if all(v is None for v in values):
                continue
            dtype = torch.bool if name == "lifted" else torch.int64
            columns[name] = torch.cat(
                [
                    torch.zeros(len(p), dtype=dtype, device=p.points.device) if v is None else v
                    for p, v in zip(parts, values, strict=True)
                ]
            )
        return cls(**columns)  # type: ignore[arg-type]

    def check(self) -> Strokes:
        """These strokes, or an InputError that names the first stroke out of range.

        Ranges: finite points within ±64, radius in (0, 16], pressure and color in 0..1.
        """
        if not len(self):
            return self
        ranges = {"points": (-64.0, 64.0), "radius": (_LEAST, 16.0), "pressure": (0.0, 1.0), "color": (0.0, 1.0)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name).detach().reshape(len(self), -1)
            bad = ~((value >= low) & (value <= high)).all(1)
            if bad.any():
                k = int(bad.nonzero()[0])
                got = [round(x, 6) for x in value[k].tolist()]
                raise InputError(f"expected {name} of stroke {k} in {low:g}..{high:g}, got {got}")
        return self


def _expect(name: str, value: Any, shape: tuple[int, ...], kind: str) -> None:
    if not isinstance(value, Tensor):
        raise InputError(f"expected {name} as a tensor, got {type(value).__name__}")
    if tuple(value.shape) != shape:
        raise InputError(f"expected {name} of shape {shape}, got {tuple(value.shape)}")
    if value.is_floating_point():
        found = "real numbers"
    else:
        found = "booleans" if value.dtype == torch.bool else "whole numbers"
    if found != kind or value.is_complex():  # ~lifted of whole numbers would be an index
        raise InputError(f"expected {name} as {kind}, got {value.dtype}")


@dataclass(frozen=True, eq=False)
class StrokeBatch:
    """K strokes for each of B pictures, in paint order.

    Args:
        points: [B, K, 3, 2], as in `Strokes`, each picture with an origin of its own.
        radius: [B, K].
        pressure: [B, K, 2].
        color: [B, K, 3].
        present: optional [B, K] bool, which strokes there are; None means all.

    Raises:
        InputError: shapes that disagree, or a column of the wrong kind of numbers.
    """

    points: Tensor
    radius: Tensor
    pressure: Tensor
    color: Tensor
    present: Tensor | None = None

    def __post_init__(self) -> None:
        size = tuple(self.points.shape[:2]) if isinstance(self.points, Tensor) and self.points.ndim > 1 else (0, 0)
        for name, shape in _SHAPES.items():
            _expect(name, getattr(self, name), (*size, *shape), "real numbers")
        if self.present is not None:
            _expect("present", self.present, size, "booleans")

    def __repr__(self) -> str:
        return f"StrokeBatch({self.points.shape[0]:,} pictures of {self.points.shape[1]:,} strokes)"

    def __len__(self) -> int:
        """How many pictures."""
        return self.points.shape[0]

    @property
    def count(self) -> int:
        """Strokes of a picture, absent ones too."""
        return self.points.shape[1]

    def __getitem__(self, index: int) -> Strokes:
        """The strokes of one picture that are present."""
        columns: dict[str, Any] = {name: getattr(self, name)[index] for name in _SHAPES}
        strokes = Strokes(**columns)
        return strokes if self.present is None else strokes[self.present[index]]

    def _map(self, fn: Any) -> StrokeBatch:
        columns: dict[str, Any] = {name: fn(getattr(self, name)) for name in _SHAPES}
        return StrokeBatch(**columns, present=None if self.present is None else fn(self.present))

    def take(self, index: Any) -> StrokeBatch:
        """Some of the pictures: a slice, or whole numbers in a tensor."""
        return self._map(lambda value: value[index])

    def span(self, start: int, stop: int) -> StrokeBatch:
        """Strokes `start` to `stop` - 1 of each picture."""
        return self._map(lambda value: value[:, start:stop])

    def where(self, present: Tensor) -> StrokeBatch:  # [B, K] or [B, 1] bool
        """The same strokes, of which only these are present, if they were before."""
        shown = present.expand_as(self.radius)
        shown = shown if self.present is None else self.present & shown
        return StrokeBatch(self.points, self.radius, self.pressure, self.color, shown)

    def to(self, *args: Any, **kwargs: Any) -> StrokeBatch:
        """As `Tensor.to` for the real columns; `present` only changes device."""
        moved: dict[str, Any] = {name: getattr(self, name).to(*args, **kwargs) for name in _SHAPES}
        present = None if self.present is None else self.present.to(moved["points"].device)
        return StrokeBatch(**moved, present=present)

    def detach(self) -> StrokeBatch:
        """The same strokes, outside any graph."""
        return self._map(lambda value: value.detach())

    def apart(self) -> StrokeBatch:
        """B * K pictures of one stroke each."""
        return self._map(lambda value: value.flatten(0, 1)[:, None])

    def flat(self) -> Strokes:
        """All B * K strokes, picture by picture; absent ones are lifted."""
        lifted = None if self.present is None else ~self.present.flatten()
        columns: dict[str, Any] = {name: getattr(self, name).flatten(0, 1) for name in _SHAPES}
        return Strokes(**columns, lifted=lifted)

    @classmethod
    def cat(cls, parts: Iterable[StrokeBatch]) -> StrokeBatch:
        """The strokes of several batches of the same pictures, one after the other."""
        parts = list(parts)
        columns: dict[str, Any] = {name: torch.cat([getattr(part, name) for part in parts], 1) for name in _SHAPES}
        present = None
        if any(part.present is not None for part in parts):
            masks = [torch.ones_like(p.radius, dtype=torch.bool) if p.present is None else p.present for p in parts]
            present = torch.cat(masks, 1)
        return cls(**columns, present=present)

    @classmethod
    def stack(cls, pictures: Iterable[Strokes]) -> StrokeBatch:
        """One batch of several pictures' strokes; shorter ones are filled with absent strokes.

        Raises:
            InputError: no pictures.
        """
        pictures = list(pictures)
        if not pictures:
            raise InputError("expected the strokes of one picture or more, got none")
        longest = max(len(strokes) for strokes in pictures)
        like = pictures[0].radius
        ones = like.new_ones
        filler = Strokes(ones(longest, 3, 2) / 2, ones(longest) / 64, ones(longest, 2), 0 * ones(longest, 3))
        columns: dict[str, Any] = {
            name: torch.stack([torch.cat([getattr(s, name), getattr(filler, name)[len(s) :]]) for s in pictures])
            for name in _SHAPES
        }
        sizes = torch.tensor([len(strokes) for strokes in pictures], device=like.device)
        present = torch.arange(longest, device=like.device) < sizes[:, None]
        return cls(**columns, present=None if bool(present.all()) else present)
