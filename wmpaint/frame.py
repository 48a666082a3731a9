"""Which pixels there are: `Frame(canvas, height=512)`; a part of them by `window`, a coarser picture by `at`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .canvas import Canvas
from .errors import InputError
from .explain import explained
from .marks import Marks

__all__ = ["Frame", "Part"]


@explained
@dataclass(frozen=True)
class Frame:
    """The pixels of a picture of a canvas, and where they are computed.

    Args:
        canvas: what is painted on.
        height: pixels of the whole canvas' height.
        window: (left, top, width, height) in those pixels: the part that is wanted; None for all.
        program_height: pixels of the paint program's canvas that is imitated; `height` if None. A frame of 128
            pixels with a program height of 512 shows what the program paints at 512 pixels, reduced.
        device: of all tensors that belong to it.
        dtype: of its numbers.

    Raises:
        InputError: a side below 1 or above 16,384 pixels, or a window that is not within the canvas.
    """

    canvas: Canvas
    height: int
    window: tuple[int, int, int, int] | None = None
    program_height: int | None = None
    device: torch.device | str = "cpu"
    dtype: torch.dtype = torch.float32

    def __post_init__(self) -> None:
        rows, columns = self.whole
        object.__setattr__(self, "height", rows)
        if self.program_height is not None:
            object.__setattr__(self, "program_height", self.canvas.pixels(self.program_height)[0])
        object.__setattr__(self, "device", torch.device(self.device))
        if self.window is not None:
            left, top, width, height = self.window
            if not (0 <= left < left + width <= columns and 0 <= top < top + height <= rows):
                raise InputError(f"expected a window within {columns} x {rows} pixels, got {self.window}")

    # How large

    @property
    def whole(self) -> tuple[int, int]:
        """(rows, columns) of the whole canvas."""
        return self.canvas.pixels(self.height)

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the picture."""
        return self.whole if self.window is None else (self.window[3], self.window[2])

    @property
    def origin(self) -> tuple[int, int]:
        """(x, y) of its top left corner in the whole canvas' pixels."""
        return (0, 0) if self.window is None else self.window[:2]

    @property
    def program(self) -> int:
        """Pixels of the program's canvas' height."""
        return self.program_height or self.height

    @property
    def pixel(self) -> float:
        """Program pixels of one pixel's side."""
        return self.program / self.height

    # Others like it

    def at(self, height: int) -> Frame:
        """The whole canvas at another height, as the same program paints it."""
        return replace(self, height=height, window=None, program_height=self.program)

    def on(self, background: tuple[float, float, float] | None) -> Frame:
        """The same pixels of another ground; None is a transparent one."""
        return replace(self, canvas=replace(self.canvas, background=background))

    def to(self, device: torch.device | str) -> Frame:
        """The same pixels elsewhere."""
        return replace(self, device=device)

    def windows(self, side: int, margin: int = 0) -> Iterator[Part]:
        """Windows of at most `side` pixels that cover this frame, with so many pixels more around each."""
        rows, columns = self.size
        left, top = self.origin
        for y in range(0, rows, side):
            for x in range(0, columns, side):
                bottom, right = min(y + side, rows), min(x + side, columns)
                y0, x0 = max(0, y - margin), max(0, x - margin)
                y1, x1 = min(rows, bottom + margin), min(columns, right + margin)
                yield Part(
                    replace(self, window=(left + x0, top + y0, x1 - x0, y1 - y0)),
                    (slice(y - y0, bottom - y0), slice(x - x0, right - x0)),
                    (slice(y, bottom), slice(x, right)),
                )

    # Pixels and marks

    def in_pixels(self, marks: Marks) -> Any:
        """The marks, with places and lengths in this frame's pixels."""
        x, y = self.origin
        return marks.moved(
            float(self.height), torch.tensor([-float(x), -float(y)], dtype=marks.dtype, device=marks.device)
        )

    def cut(self, picture: Tensor) -> Tensor:
        """The window's part of a picture of the whole canvas, [..., H, W]."""
        if self.window is None:
            return picture
        left, top, width, height = self.window
        return picture[..., top : top + height, left : left + width]

    @property
    def ground(self) -> Tensor:
        """[4] premultiplied RGBA of the bare canvas."""
        color = self.canvas.background
        values = (0.0, 0.0, 0.0, 0.0) if color is None else (*color, 1.0)
        return torch.tensor(values, dtype=self.dtype, device=self.device)

    def bare(self, batch: tuple[int, ...] = ()) -> Tensor:
        """[*batch, 4, H, W] pictures of the bare canvas."""
        return self.ground[:, None, None].repeat(*batch, 1, *self.size)


@dataclass(frozen=True)
class Part:
    """One of the windows that make up a frame: `whole[:, *part.place] = picture[:, *part.own]`.

    Args:
        frame: of the window with its margin.
        own: (rows, columns) of its picture that are not margin.
        place: where those lie in the frame that it is a part of.
    """

    frame: Frame
    own: tuple[slice, slice]
    place: tuple[slice, slice]
