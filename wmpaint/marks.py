"""Marks: what a medium lays, N rows of columns, each declared once and handled here for every kind of mark.

    @dataclass(frozen=True, eq=False)
    class Dots(Marks):
        place: Tensor = column((2,), "place", low=-64, high=64, step=4e-3)
        radius: Tensor = column((), "length", low=1e-9, high=16, step=3e-2, chart="log")
        color: Tensor = column((3,), "color", low=0, high=1, step=2e-2)

From such a class follow the optimizer's variables, the table in a painting's file, checkpoints, matching, what an
agent's network has to say, and what memory all of it takes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

import torch
from torch import Tensor

from .columns import Column, column
from .errors import InputError

__all__ = ["KINDS", "Column", "Marks", "column", "widest"]

KINDS: dict[str, type[Marks]] = {}  # every class of marks by its name in files
M = TypeVar("M", bound="Marks")
_LABELS = {"brush": torch.int64, "pen": torch.int64, "lifted": torch.bool}


@dataclass(frozen=True, eq=False, repr=False)
class Marks:
    """N marks in paint order, the first undermost; or N for each of several pictures, [*batch, N].

    Real columns are those that a subclass declares with `column`. All kinds have three labels more, each optional:

    Args:
        brush: [*batch, N] integers, which of a painting's brushes; None means all use brush 0.
        pen: [*batch, N] integers, a plotter's pen.
        lifted: [*batch, N] bool, marks that are kept but not painted; in a batch, those that fill it up.

    Raises:
        InputError: shapes that disagree, or a column of the wrong kind of numbers.
    """

    brush: Tensor | None = dataclasses.field(default=None, kw_only=True)
    pen: Tensor | None = dataclasses.field(default=None, kw_only=True)
    lifted: Tensor | None = dataclasses.field(default=None, kw_only=True)

    kind: ClassVar[str] = "marks"  # in files
    noun: ClassVar[str] = "mark"  # in messages

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.kind = vars(cls).get("kind", cls.__name__.lower())
        KINDS[cls.kind] = cls
        if "__repr__" not in vars(cls):  # or a dataclass makes one that prints every number
            cls.__repr__ = Marks.__repr__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        columns = self.columns()
        first = next(iter(columns))
        lead = _lead(getattr(self, first), len(columns[first].shape))
        for name, known in columns.items():
            value = getattr(self, name)
            if value is None and known.optional:
                like = getattr(self, first)
                value = torch.full((*lead, *known.shape), known.usual, dtype=like.dtype, device=like.device)
                object.__setattr__(self, name, value)
            _expect(name, value, (*lead, *known.shape), "real numbers")
        for name, dtype in _LABELS.items():
            if (value := getattr(self, name)) is not None:
                _expect(name, value, lead, "booleans" if dtype == torch.bool else "whole numbers")

    # What there is

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """The real columns by name, in the order in which they are declared. Do not change the result."""
        return _columns(cls)  # type: ignore[arg-type]  # mypy: a dataclass of tensors has no hash; its class has

    @classmethod
    def of_unit(cls, unit: str) -> list[str]:
        """Names of the columns of a unit."""
        return [name for name, known in cls.columns().items() if known.unit == unit]

    @classmethod
    def width(cls) -> int:
        """D: numbers of one mark, labels apart."""
        return sum(known.size for known in cls.columns().values())

    @property
    def _first(self) -> Tensor:
        first: Tensor = getattr(self, next(iter(self.columns())))
        return first

    @property
    def shape(self) -> tuple[int, ...]:
        """(*batch, N)."""
        first = next(iter(self.columns().values()))
        return tuple(self._first.shape[: self._first.ndim - len(first.shape)])

    @property
    def batch(self) -> tuple[int, ...]:
        """Pictures; empty for one alone."""
        return self.shape[:-1]

    @property
    def count(self) -> int:
        """N: marks of a picture, lifted ones too."""
        return self.shape[-1]

    @property
    def device(self) -> torch.device:
        """Of all columns."""
        return self._first.device

    @property
    def dtype(self) -> torch.dtype:
        """Of the real columns."""
        return self._first.dtype

    @property
    def present(self) -> Tensor:
        """[*batch, N] bool: which are painted."""
        if self.lifted is None:
            return torch.ones(self.shape, dtype=torch.bool, device=self.device)
        return ~self.lifted

    def __len__(self) -> int:
        """Marks; of a batch, pictures."""
        return self.shape[0]

    def __repr__(self) -> str:
        more = [name for name in _LABELS if getattr(self, name) is not None]
        of = f"{' x '.join(f'{n:,}' for n in self.batch)} pictures of " if self.batch else ""
        return f"{type(self).__name__}({of}{self.count:,}{''.join(f', with {name}' for name in more)})"

    def __iter__(self) -> Iterator[Self]:
        return (self[k] for k in range(len(self)))

    # The same marks, or some of them

    def to_kind(self, kind: type[M]) -> M:
        """These marks as another kind: its columns of the same names, and the usual values of optional ones.

        Raises:
            InputError: a kind with a column that these lack and that has to be given.
        """
        if isinstance(self, kind):
            return self
        known = kind.columns()
        missing = [name for name, column in known.items() if not column.optional and name not in self.columns()]
        if missing:
            raise InputError(f"expected marks with {', '.join(missing)}, got {self!r}")
        return kind(**{name: getattr(self, name) for name in [*known, *_LABELS] if hasattr(self, name)})

    def map(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """A function of each column that there is, labels too."""
        return self._with({name: None if (v := getattr(self, name)) is None else fn(v) for name in self._names()})

    @classmethod
    def _names(cls) -> list[str]:
        return [*cls.columns(), *_LABELS]

    def _with(self, values: Mapping[str, Tensor | None]) -> Self:
        return dataclasses.replace(self, **values)

    def __getitem__(self, index: int | slice | Tensor | list[int]) -> Self:
        """Some of the marks in the order asked for, always several; of a batch, some of the pictures.

        One number of a batch gives the marks of that picture that are present, as if it had never been in a batch.
        """
        if isinstance(index, int):
            if not -len(self) <= index < len(self):
                raise IndexError(f"{'picture' if self.batch else self.noun} {index} of {len(self)}")
            if self.batch:
                one = self.map(lambda value: value[index])
                return one if one.lifted is None or one.batch else one[~one.lifted].replace(lifted=None)
            index = slice(index, index + 1 or None)
        return self.map(lambda value: value[index])

    def span(self, start: int, stop: int) -> Self:
        """Marks `start` to `stop` - 1 of each picture."""
        at = len(self.batch)
        return self.map(lambda value: value.narrow(at, start, min(stop, self.count) - start))

    def pick(self, index: Tensor) -> Self:  # [*batch, K] int64
        """K marks of each picture by number, which may repeat; labels are left out."""
        columns = {}
        for name, known in self.columns().items():
            wide = index[(..., *([None] * len(known.shape)))].expand(*index.shape, *known.shape)
            columns[name] = getattr(self, name).gather(len(self.batch), wide)
        return self._with({**columns, **dict.fromkeys(_LABELS)})

    def where(self, present: Tensor) -> Self:  # broadcasts to [*batch, N] bool
        """The same marks, of which only these are present, if they were before."""
        return self.replace(lifted=~(self.present & present.expand(self.shape)))

    def shown(self) -> Self:
        """Those that are not lifted, of one picture."""
        return self if self.lifted is None else self[~self.lifted].replace(lifted=None)

    def apart(self) -> Self:
        """Pictures of one mark each: [*batch, N] -> [prod(batch) * N, 1]."""
        return self.flat().map(lambda value: value[:, None])

    def flat(self) -> Self:
        """All pictures' marks as those of one, picture by picture; absent ones are lifted."""
        return self.map(lambda value: value.flatten(0, len(self.batch)))

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """As `Tensor.to` for the real columns; labels only change device."""
        moved: dict[str, Any] = {name: getattr(self, name).to(*args, **kwargs) for name in self.columns()}
        device = next(iter(moved.values())).device
        rest = {name: None if (v := getattr(self, name)) is None else v.to(device) for name in _LABELS}
        return self._with({**moved, **rest})

    def detach(self) -> Self:
        """The same marks, outside any graph."""
        return self.map(lambda value: value.detach())

    def clone(self) -> Self:
        """A copy that shares nothing."""
        return self.map(torch.clone)

    def replace(self, **columns: Tensor | None) -> Self:
        """A copy with some columns exchanged."""
        return self._with(columns)

    def middles(self) -> Tensor | None:
        """[*batch, N, 2] the mean of each mark's places, canvas units; None for marks without a place."""
        places = self.of_unit("place")
        if not places:
            return None
        value: Tensor = getattr(self, places[0])
        return value.flatten(len(self.shape), -2).mean(-2) if value.ndim > len(self.shape) + 1 else value

    def moved(self, scale: Tensor | float, offset: Tensor | float = 0.0) -> Self:
        """Places x -> scale * x + offset, and lengths x -> scale * x.

        Args:
            scale: a number, or one for each mark, [*batch, N].
            offset: (x, y) of all, [2], or of each mark, [*batch, N, 2].
        """
        columns = {}
        for name, known in self.columns().items():
            if known.unit in ("place", "length"):
                value = getattr(self, name) * _fitted(scale, len(known.shape))
                if known.unit == "place":
                    value = value + _fitted(offset, len(known.shape) - 1, 1)
                columns[name] = value
        return self._with(columns)

    # Many

    @classmethod
    def empty(cls, *batch: int, **options: Any) -> Self:
        """No marks; `options` (dtype, device) as for `torch.empty`."""
        return cls(**{name: torch.empty((*batch, 0, *known.shape), **options) for name, known in cls.columns().items()})

    @classmethod
    def usual(cls, *shape: int, **options: Any) -> Self:
        """Marks [*shape] with the usual value in each column; `options` as for `torch.full`."""
        return cls(
            **{n: torch.full((*shape, *known.shape), known.usual, **options) for n, known in cls.columns().items()}
        )

    @classmethod
    def cat(cls, parts: Iterable[Self]) -> Self:
        """Several one above the other; batches picture by picture. A label missing from some is filled with 0."""
        parts = list(parts)
        if not parts:
            return cls.empty()
        at = len(parts[0].batch)
        return cls(**_joined(cls, parts, lambda values: torch.cat(values, at)))

    @classmethod
    def stack(cls, pictures: Iterable[Self]) -> Self:
        """One batch of several pictures' marks; those with fewer are filled up with lifted ones.

        Raises:
            InputError: no pictures.
        """
        pictures = list(pictures)
        if not pictures:
            raise InputError(f"expected the {cls.noun}s of one picture or more, got none")
        longest = max(marks.count for marks in pictures)
        filled = [marks if marks.count == longest else cls.cat([marks, marks._filler(longest)]) for marks in pictures]
        return cls(**_joined(cls, filled, torch.stack))

    def _filler(self, count: int) -> Self:
        """The lifted marks that these lack to be so many."""
        extra = type(self).usual(count - self.count, dtype=self.dtype, device=self.device)
        return extra.where(torch.zeros((), dtype=torch.bool, device=self.device))

    # Ranges

    def check(self) -> Self:
        """These marks, or an InputError that names the first one out of range."""
        if not self._first.numel():
            return self
        for name, known in self.columns().items():
            value = getattr(self, name).detach()
            bad = ~((value >= known.low) & (value <= known.high))  # NaN is neither
            if bool(bad.any()):
                rows = value.reshape(-1, known.size)
                k = int((~((rows >= known.low) & (rows <= known.high)).all(1)).nonzero()[0])
                got = [round(x, 6) for x in rows[k].tolist()]
                raise InputError(f"expected {name} of {self.noun} {k} in {known.low:g}..{known.high:g}, got {got}")
        return self

    # As one tensor of numbers

    def pack(self) -> Tensor:
        """[*batch, N, D] the columns side by side, in their charts."""
        columns = self.columns().items()
        return torch.cat([known.encode(getattr(self, n)).reshape(*self.shape, known.size) for n, known in columns], -1)

    @classmethod
    def unpack(cls, table: Tensor, **labels: Tensor | None) -> Self:  # [*batch, N, D]
        """The inverse of `pack`."""
        columns, at = {}, 0
        for name, known in cls.columns().items():
            part = table[..., at : at + known.size]
            columns[name] = known.decode(part.reshape(*table.shape[:-1], *known.shape))
            at += known.size
        return cls(**columns, **labels)

    @classmethod
    def squash(cls, raw: Tensor, bounds: Mapping[str, tuple[float, float]] | None = None) -> Self:
        """Marks from unbounded numbers [*batch, N, D]: a sigmoid to each column's bounds, in its chart.

        Args:
            bounds: for some columns, others than their own.
        """
        parts, at = [], 0
        for name, known in cls.columns().items():
            low, high = known.span((bounds or {}).get(name))
            parts.append(low + (high - low) * raw[..., at : at + known.size].sigmoid())
            at += known.size
        return cls.unpack(torch.cat(parts, -1))

    @classmethod
    def sample(
        cls, *shape: int, generator: torch.Generator, bounds: Mapping[str, tuple[float, float]] | None = None
    ) -> Self:
        """Random marks [*shape]: even in each column's chart, within its bounds, on the generator's device."""
        columns = {}
        for name, known in cls.columns().items():
            low, high = known.span((bounds or {}).get(name))
            chance = torch.rand((*shape, *known.shape), generator=generator, device=generator.device)
            columns[name] = known.decode(low + (high - low) * chance)
        return cls(**columns)

    def distance(self, other: Self) -> Tensor:
        """[*batch, N] weighed squared differences in the charts, each mark from the other's at its place."""
        total: Any = 0.0
        for name, known in self.columns().items():
            apart = known.encode(getattr(self, name)) - known.encode(getattr(other, name))
            own = tuple(range(-len(known.shape), 0))
            total = total + known.weight * (apart.square().sum(own) if own else apart.square())
        return total

    # Tables

    @classmethod
    def titles(cls) -> tuple[str, ...]:
        """The name of each of the D numbers, for a table."""
        return tuple(title for name, known in cls.columns().items() for title in known.titles(name))

    def table(self) -> Tensor:
        """[N, D] the numbers themselves, as `titles` names them; no charts."""
        n = self.count
        return torch.cat([getattr(self, name).reshape(n, known.size) for name, known in self.columns().items()], 1)

    @classmethod
    def from_table(cls, table: Tensor, **labels: Tensor | None) -> Self:  # [N, D]
        """The inverse of `table`."""
        columns, at = {}, 0
        for name, known in cls.columns().items():
            columns[name] = table[:, at : at + known.size].reshape(len(table), *known.shape).clone()
            at += known.size
        return cls(**columns, **labels)


def widest(kinds: Iterable[type[Marks]]) -> type[Marks]:
    """Of several kinds of marks, the one that is also each of the others.

    Raises:
        InputError: there is none.
    """
    known = sorted(set(kinds), key=lambda kind: (-len(kind.columns()), kind.kind))
    if not all(issubclass(known[0], kind) for kind in known):
        raise InputError(f"expected brushes of one kind of marks, got {', '.join(sorted(k.kind for k in known))}")
    return known[0]


@cache
def _columns(cls: type[Marks]) -> dict[str, Column]:
    return {f.name: f.metadata["column"] for f in dataclasses.fields(cls) if "column" in f.metadata}


def _lead(first: Any, ndim: int) -> tuple[int, ...]:
    """(*batch, N) of the first column, whose marks have so many dimensions."""
    if not isinstance(first, Tensor) or not first.ndim:
        return (0,)
    return tuple(first.shape[: max(1, first.ndim - ndim)])


def _fitted(value: Tensor | float, more: int, own: int = 0) -> Tensor | float:
    """A factor of marks, with dimensions for what a column has beside; its last `own` are the column's last."""
    if not isinstance(value, Tensor) or value.ndim <= own:
        return value
    return value.reshape(*value.shape[: value.ndim - own], *([1] * more), *value.shape[value.ndim - own :])


def _joined(cls: type[Marks], parts: Sequence[Marks], join: Callable[[list[Tensor]], Tensor]) -> dict[str, Any]:
    """Columns made of those of several marks."""
    columns: dict[str, Any] = {name: join([getattr(p, name) for p in parts]) for name in cls.columns()}
    for name, dtype in _LABELS.items():
        values = [getattr(p, name) for p in parts]
        if any(v is not None for v in values):
            pairs = zip(parts, values, strict=True)
            columns[name] = join(
                [torch.zeros(p.shape, dtype=dtype, device=p.device) if v is None else v for p, v in pairs]
            )
    return columns


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
