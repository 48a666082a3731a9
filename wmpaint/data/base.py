"""What agents learn from: `data.sample(count, side=64, generator=g) -> Examples`, pictures and what they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..strokes import Strokes

__all__ = ["ENDLESS", "Data", "Examples", "check_count", "check_side", "parts", "picture_numbers", "repeatable_noise"]

ENDLESS = 1 << 30  # the length of data that never runs out
HELD_OUT = 0.1  # the share kept for testing, where nothing else is asked for
MAX_SIDE = 2048  # pixels; agents look at far smaller pictures
_GOLDEN = 0x9E3779B97F4A7C15  # odd, and far from regular: neighboring numbers get seeds far apart


@dataclass(frozen=True, eq=False)
class Examples:
    """B square pictures, with what is known of them.

    Args:
        pictures: [B, C, side, side] float32 in 0..1. C = 1: the amount of ink, 1 for ink and 0 for bare ground;
            C = 3: sRGB.
        strokes: the strokes that a picture was painted with, in paint order and canvas units, where known.
            Half of a drawn line's width is radius * pressure.
        groups: [B, K] int64, which of a person's strokes (0, 1, ...) each of them is a part of; -1 where absent.
        labels: [B] int64, which class each picture belongs to.
    """

    pictures: Tensor
    strokes: Strokes | None = None
    groups: Tensor | None = None
    labels: Tensor | None = None

    def __len__(self) -> int:
        """How many pictures."""
        return self.pictures.shape[0]


class Data(ABC):
    """A source of pictures.

    Attributes:
        name: a short name, for reports.
        channels: 1 (amount of ink) or 3 (sRGB).
        classes: what the labels mean; empty where there are none.
        credit: whom the pictures are owed to, where they want to be named.
    """

    name: str
    channels: int
    classes: tuple[str, ...]
    credit: str

    @abstractmethod
    def __len__(self) -> int:
        """How many different pictures there are; `ENDLESS` for data that is made up as it goes."""

    @abstractmethod
    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        """Pictures to train with: drawn at random, each a little changed, as the data sees fit.

        Raises:
            InputError: a count or a side below 1.
        """

    @abstractmethod
    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        """Pictures by number, the same at each call.

        Raises:
            InputError: a number that there is no picture for, or a side below 1.
        """

    @abstractmethod
    def split(self, held_out: float | int | None = None) -> tuple[Data, Data]:
        """A part to train with and a part to test with, which share nothing.

        Args:
            held_out: a share (0.1) or a number (1000) of pictures to test with; None for what the files say, or
                a tenth. The choice is random but always the same. Endless data holds out random numbers instead,
                and takes only None.

        Raises:
            InputError: a part that would be empty.
        """


def check_side(side: int) -> int:
    """`side`, or an InputError."""
    return checks.whole("a side of … pixels", side, 1, MAX_SIDE)


def check_count(count: int) -> int:
    """`count`, or an InputError."""
    return checks.whole("a count of … pictures", count, 1)


def picture_numbers(index: Sequence[int] | Tensor, size: int) -> Tensor:  # [B] int64
    """Numbers of pictures, checked."""
    if isinstance(index, Tensor) and (index.ndim != 1 or index.is_floating_point() or index.dtype == torch.bool):
        raise InputError(f"expected whole numbers of pictures [B], got {checks.quoted(index)}")
    given = index.tolist() if isinstance(index, Tensor) else index
    whole = [checks.whole("numbers of pictures in …", i, 0, size - 1) for i in checks.some("one picture", given)]
    return torch.tensor(whole, device="cpu")


def parts(size: int, held_out: float | int | None, *, what: str) -> tuple[Tensor, Tensor]:
    """The numbers 0..size - 1, dealt out to training and testing; ascending.

    Args:
        held_out: a share below 1, a number of 1 or more, or None for a tenth.
    """
    share = HELD_OUT if held_out is None else held_out
    wrong = isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < size
    count = 0 if wrong else (int(share) if share >= 1 else max(1, round(share * size)))
    if not 1 <= count < size:
        raise InputError(f"expected to hold out 1 to {size - 1} of the {size} pictures of {what}, got {held_out!r}")
    order = torch.randperm(size, generator=torch.Generator("cpu").manual_seed(0), device="cpu")
    return order[count:].sort().values, order[:count].sort().values


def repeatable_noise(index: Tensor, size: int, stream: int) -> Tensor:  # [B] -> [B, size] uniform in 0..1
    """Random numbers for each number of a picture, the same at each call; `stream`s have nothing in common."""
    chance = torch.Generator("cpu")
    rows = []
    for number in index.tolist():
        chance.manual_seed(((2 * number + 1) * _GOLDEN + stream * 0x632BE59BD9B4E019) % (1 << 63))
        rows.append(torch.rand(size, generator=chance, device="cpu"))
    return torch.stack(rows)
