"""What an objective looks at: `Scene(picture, variance, marks, frame)`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from ..canvas import Canvas
from ..frame import Frame
from ..image import resize
from ..marks import Marks
from ..strokes import Strokes

__all__ = ["Scene", "shape_of", "weights"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Scene:
    """What an objective looks at.

    Args:
        picture: [3, H, W] the mean picture, sRGB in 0..1.
        variance: [H, W] of the program around it, summed over the channels.
        marks: what is on the canvas, in the optimizer's graph.
        frame: the pixels; a window of it where a picture is judged part by part.
        progress: share of the run that is done, 0 to 1.
        generator: of all that is random; None is a fixed seed.
        mask: [H, W] in 0..1, how much each pixel counts; None is all alike.
        relief: [H, W] height of the paint in canvas units, if it has any.
        kept: what `memo` has made; a run hands it from scene to scene.
    """

    picture: Tensor
    variance: Tensor
    marks: Marks
    frame: Frame
    progress: float = 1.0
    generator: torch.Generator | None = None
    mask: Tensor | None = None
    relief: Tensor | None = None
    kept: dict[tuple[int, Hashable], tuple[Any, Any]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"Scene({shape_of(self.picture)} pixels, {len(self.marks):,} strokes, progress {self.progress:.2f})"

    @classmethod
    def of(cls, picture: Tensor, *, canvas: Canvas | None = None, strokes: Marks | None = None, **known: Any) -> Scene:
        """A picture [3, H, W] without marks, to judge what was not painted; `strokes` and `canvas` may be told."""
        height, width = picture.shape[-2:]
        options: Any = {"device": picture.device, "dtype": picture.dtype}
        marks = Strokes.empty(**options) if strokes is None else strokes
        frame = Frame(canvas or Canvas(width / height), height, **options)
        return cls(picture, **{"variance": picture.new_zeros(height, width), **known}, marks=marks, frame=frame)

    @property
    def strokes(self) -> Any:
        """The marks."""
        return self.marks

    @property
    def canvas(self) -> Canvas:
        """What the marks lie on."""
        return self.frame.canvas

    def memo(self, owner: Any, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once in a run for each owner and key."""
        place = (id(owner), key)
        if place not in self.kept:
            self.kept[place] = (owner, make())  # the owner too, or its id might come again
        return self.kept[place][1]

    def at_size(self, picture: Tensor) -> Tensor:
        """A picture [C, h, w] of the whole canvas as this scene's picture shows it, [C, H, W]."""
        size = tuple(self.picture.shape[-2:])
        if self.frame.window is None or size != self.frame.size:
            return resize(picture, *size)
        return self.frame.cut(resize(picture, *self.frame.whole))

    def with_picture(self, picture: Tensor) -> Scene:
        """The same scene with another picture; mask and variance are brought to its size."""
        mask = None if self.mask is None else weights(self.mask, picture)
        return replace(self, picture=picture, variance=weights(self.variance, picture), mask=mask)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of values [..., h, w] over the picture, by the mask where there is one."""
        if self.mask is None:
            return values.mean()
        mask = weights(self.mask, values)
        return (values * mask).sum() / (mask.sum() * (values.numel() / mask.numel())).clamp(min=1e-12)

    def uniform(self, *shape: int) -> Tensor:
        """Random numbers in 0..1 by the scene's generator, where that lies."""
        generator = self.chance()
        return torch.rand(*shape, generator=generator, device=generator.device)

    def chance(self) -> torch.Generator:
        """The scene's generator, or a new one with a fixed seed."""
        return self.generator or torch.Generator().manual_seed(0)


def weights(mask: Tensor, like: Tensor) -> Tensor:
    """A mask [H, W], or another map, at the size of features [..., h, w]."""
    if mask.shape == like.shape[-2:]:
        return mask.to(like)
    height, width = like.shape[-2:]
    return F.adaptive_avg_pool2d(mask[None, None].to(like), (height, width))[0, 0]


def shape_of(picture: Tensor) -> str:
    """WIDTH x HEIGHT, for messages."""
    return f"{picture.shape[-1]} x {picture.shape[-2]}"
