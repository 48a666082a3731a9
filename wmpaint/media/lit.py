"""A medium under a lamp: `Lit(medium, light)` paints as the medium does, and shows its relief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..frame import Frame
from ..light import USUAL, Light, lit, margins
from ..marks import Marks
from ..medium import Medium, MediumInfo, Picture

__all__ = ["Lit", "LitSheet"]

TILE = 32  # pixels of a side, in which changes are looked for
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass
class LitSheet:
    """A picture in the making.

    Args:
        inner: the medium's own.
        seen: the last picture, without light and in it.
    """

    frame: Frame
    inner: Any
    seen: tuple[Picture, Tensor] | None = None


class Lit:
    """What a medium lays, seen in a light; flat paint looks as ever.

    Args:
        medium: whatever lays marks.
        light: None is the usual one.
    """

    def __init__(self, medium: Medium, light: Light | None = None) -> None:
        self.medium, self.lamp = medium, light or USUAL

    def __repr__(self) -> str:
        return f"Lit({self.medium!r}, {self.lamp!r})"

    @property
    def marks(self) -> type[Marks]:
        """As of the medium."""
        return self.medium.marks

    @property
    def info(self) -> MediumInfo:
        """As of the medium."""
        return self.medium.info

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> LitSheet:
        """As `Medium.begin`; a ground is one without light."""
        return LitSheet(frame, self.medium.begin(frame, ground=ground, batch=batch, generator=generator))

    def lay(self, state: LitSheet, marks: Any) -> LitSheet:
        """As `Medium.lay`."""
        state.inner = self.medium.lay(state.inner, marks)
        return state

    def look(self, state: LitSheet) -> Picture:
        """As `Medium.look`, lit; the relief is still there, and paint lies on it as if it had not been looked at.

        Only what has changed since the last look is lit again.
        """
        picture, height = self.medium.look(state.inner), state.frame.height
        if picture.relief is None:
            return picture
        if state.seen is None or picture.mean.requires_grad:
            shown = lit(picture.mean, picture.relief, height, self.lamp)
        else:
            shown = state.seen[1].clone()
            for seen, wide in _windows(state.seen[0], picture, height):
                part = lit(_cut(picture.mean, wide), _cut(picture.relief, wide), height, self.lamp)
                left, top = seen[0] - wide[0], seen[1] - wide[1]
                _cut(shown, seen).copy_(_cut(part, (left, top, left + seen[2] - seen[0], top + seen[3] - seen[1])))
        state.seen = picture, shown
        return picture._replace(mean=shown)


def _cut(picture: Tensor, box: Box) -> Tensor:
    left, top, right, bottom = box
    return picture[..., top:bottom, left:right]


def _windows(before: Picture, after: Picture, height: int) -> list[tuple[Box, Box]]:
    """Boxes in which light differs between two pictures, and what has to be lit for each."""
    assert before.relief is not None and after.relief is not None
    changed = (before.mean != after.mean).any(-3) | (before.relief != after.relief)
    changed = changed.flatten(0, -3).any(0) if changed.ndim > 2 else changed
    rows, columns = changed.shape
    margin, step = margins(height)

    def grown(box: Box, by: int) -> Box:
        low, high = (step * ((v - by) // step) for v in box[:2]), (step * -((-v - by) // step) for v in box[2:])
        (left, top), (right, bottom) = (max(v, 0) for v in low), high
        return left, top, min(right, columns), min(bottom, rows)

    def area(box: Box) -> int:
        left, top, right, bottom = grown(box, 2 * margin)
        return (right - left) * (bottom - top)

    tiles = F.pad(changed, (0, -columns % TILE, 0, -rows % TILE)).unflatten(1, (-1, TILE)).unflatten(0, (-1, TILE))
    boxes: list[Box] = []
    for y, x in tiles.any(3).any(1).nonzero().tolist():
        box = (x * TILE, y * TILE, min((x + 1) * TILE, columns), min((y + 1) * TILE, rows))
        merged = True
        while merged:  # with every box that is lit as cheaply together with it
            merged = False
            for other in boxes:
                both = (*map(min, box[:2], other[:2]), *map(max, box[2:], other[2:]))
                if area(both) <= area(box) + area(other):
                    boxes.remove(other)
                    box, merged = both, True
                    break
        boxes.append(box)
    if sum(map(area, boxes)) > rows * columns:
        boxes = [(0, 0, columns, rows)]
    return [(grown(box, margin), grown(box, 2 * margin)) for box in boxes]
