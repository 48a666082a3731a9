"""An objective is `scene -> scalar`, to be minimized; `+` and `*` compose them.

    goal = content(photo, net) + 100 * style(starry, net) + 0.1 * curvature()

Each is a term with a name and a weight; a weight may follow a schedule, `progress -> number`.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..canvas import Canvas
from ..errors import InputError
from ..image import resize
from ..strokes import Strokes

__all__ = [
    "Function", "Objective", "Scene", "Sum", "Weight", "Within", "as_objective", "same_proportions", "weights",
]  # fmt: skip

Weight = float | Callable[[float], float]


@dataclass(frozen=True, eq=False)
class Scene:
    """What an objective looks at.

    Args:
        picture: [3, H, W] the mean picture, sRGB in 0..1.
        variance: [H, W] of the program around it, summed over the channels.
        strokes: what is on the canvas, in the optimizer's graph.
        canvas: what they lie on.
        progress: share of the run that is done, 0 to 1.
        generator: of all that is random; None is a fixed seed.
        mask: [H, W] in 0..1, how much each pixel counts; None is all alike.
    """

    picture: Tensor
    variance: Tensor
    strokes: Strokes
    canvas: Canvas
    progress: float = 1.0
    generator: torch.Generator | None = None
    mask: Tensor | None = None

    @classmethod
    def of(cls, picture: Tensor, **known: Any) -> Scene:
        """A picture [3, H, W] without strokes, to judge what was not painted."""
        given = {"variance": picture.new_zeros(picture.shape[-2:]), "strokes": Strokes.empty()}
        return cls(picture, **{**given, "canvas": Canvas.like(picture), **known})

    def with_picture(self, picture: Tensor) -> Scene:
        """The same scene with another picture; mask and variance are brought to its size."""
        if picture.shape[-2:] == self.picture.shape[-2:]:
            return replace(self, picture=picture)
        size = tuple(picture.shape[-2:])
        variance = F.interpolate(self.variance[None, None], size=size, mode="area")[0, 0]
        mask = None if self.mask is None else F.interpolate(self.mask[None, None], size=size, mode="area")[0, 0]
        return replace(self, picture=picture, variance=variance, mask=mask)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of values [..., h, w] over the picture, by the mask where there is one."""
        if self.mask is None:
            return values.mean()
        mask = weights(self.mask, values)
        return (values * mask).sum() / (mask.sum() * (values.numel() / mask.numel())).clamp(min=1e-12)

    def uniform(self, *shape: int) -> Tensor:
        """Random numbers in 0..1 on the CPU, by the scene's generator."""
        return torch.rand(*shape, generator=self.generator or torch.Generator().manual_seed(0))


def weights(mask: Tensor, like: Tensor) -> Tensor:
    """A mask [H, W] at the size of features [..., h, w]."""
    if mask.shape == like.shape[-2:]:
        return mask.to(like)
    height, width = like.shape[-2:]
    return F.adaptive_avg_pool2d(mask[None, None].to(like), (height, width))[0, 0]


class Objective:
    """A named opinion of a scene. Subclasses define `__call__(scene) -> scalar tensor`, smaller is better.

    Attributes:
        name: of its term in reports.
        picture: [3, H, W] or None: what a painting begins from, and takes its proportions from.
        target: [3, H, W] or None: what a painting should equal, so that a PSNR means something.
        background: of the canvas, sRGB in 0..1.
        heights: the lowest and highest picture, in pixels, at which it wants to look; None leaves both to the strokes.
        steps: optimizer steps that it takes as a rule.
        sparse: whether strokes that show nowhere are left out in the end, rather than placed anew.
    """

    name: str = "objective"
    picture: Tensor | None = None
    target: Tensor | None = None
    background: tuple[float, float, float] = (1.0, 1.0, 1.0)
    heights: tuple[int, int] | None = None
    steps: int = 120
    sparse: bool = False

    def __call__(self, scene: Scene) -> Tensor:
        """The opinion, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it wants: define __call__(scene)")

    # Composition

    def terms(self) -> tuple[tuple[Weight, Objective], ...]:
        """(weight, objective) of each part."""
        return ((1.0, self),)

    def __add__(self, other: Any) -> Sum:
        if isinstance(other, Real) and other == 0:  # so that sum([...]) works
            return Sum(self.terms())
        if not isinstance(other, Objective):
            return NotImplemented
        return Sum((*self.terms(), *other.terms()))

    __radd__ = __add__

    def __mul__(self, weight: Weight) -> Sum:
        if not _finite(weight) and (not callable(weight) or isinstance(weight, Objective)):
            raise InputError(f"expected a finite weight or a schedule (progress -> weight), got {weight!r}")
        return Sum(tuple((_times(weight, own), objective) for own, objective in self.terms()))

    __rmul__ = __mul__

    def __sub__(self, other: Objective) -> Sum:
        return self + -1.0 * other

    def within(self, mask: Any) -> Within:
        """The same objective for a region only; `mask` as `load_image` takes it, white counts."""
        return Within(self, mask)

    def named(self, name: str) -> Objective:
        """The same objective under another name."""
        twin = copy.copy(self)
        twin.name = name
        return twin

    # What a run asks

    def canvas(self) -> Canvas:
        """Its background, with the proportions of its picture; square without one."""
        return Canvas(1.0, self.background) if self.picture is None else Canvas.like(self.picture, self.background)

    def guide(self, height: int, width: int) -> Tensor | None:
        """A picture [3, height, width] to take first colors and directions from."""
        return None if self.picture is None else resize(self.picture, height, width).clamp(0, 1)

    def evaluate(self, scene: Scene) -> tuple[Tensor, dict[str, float]]:
        """The weighted sum, and each term before its weight, by name.

        Raises:
            InputError: a term that is no scalar, not finite, or does not depend on the scene.
        """
        total, found = scene.picture.new_zeros(()), {}
        wanted = torch.is_grad_enabled() and scene.picture.requires_grad and len(scene.strokes) > 0
        for (weight, objective), name in zip(self.terms(), self.names(), strict=True):
            try:
                value = objective(scene)
            except StopIteration as error:  # an iterator would take it for its own end
                raise InputError(f"expected the objective {name!r} to return a scalar, got StopIteration") from error
            if not isinstance(value, Tensor) or value.numel() != 1:
                got = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
                raise InputError(f"expected the objective {name!r} to return a scalar tensor, got {got}")
            number = value.item()
            if not math.isfinite(number):
                raise InputError(f"expected the objective {name!r} to be finite, got {number}")
            if wanted and not value.requires_grad:
                raise InputError(f"expected the objective {name!r} to have a gradient, got a constant")
            factor = weight(scene.progress) if callable(weight) else weight
            if not _finite(factor):
                raise InputError(f"expected the weight of {name!r} to be a finite number, got {factor!r}")
            found[name] = number
            total = total + float(factor) * value.reshape(())
        return total, found

    def names(self) -> list[str]:
        """A name for each term; where several share one, the second is called name.2, and so on."""
        seen: dict[str, int] = {}
        out = []
        for _, objective in self.terms():
            seen[objective.name] = count = seen.get(objective.name, 0) + 1
            out.append(objective.name if count == 1 else f"{objective.name}.{count}")
        return out

    def digest(self) -> str:
        """SHA-256 of what it consists of, to notice another goal: networks by their weights, functions by their
        code and what it has caught, attributes of objectives but for those that begin with `_cache`.
        """
        state = hashlib.sha256()
        for part in _atoms(self, {}):
            state.update(part)
        return state.hexdigest()


class Sum(Objective):
    """A weighted sum of objectives."""

    name = "sum"

    def __init__(self, terms: tuple[tuple[Weight, Objective], ...]) -> None:
        self._terms = terms
        for field in ("picture", "target"):
            known = [getattr(o, field) for _, o in terms if getattr(o, field) is not None]
            setattr(self, field, known[0] if known else None)
        spans = [o.heights for _, o in terms if o.heights is not None]
        self.heights = (max(s[0] for s in spans), max(s[1] for s in spans)) if spans else None
        self.steps = max((o.steps for _, o in terms), default=Objective.steps)
        self.sparse = any(o.sparse for _, o in terms)

    def terms(self) -> tuple[tuple[Weight, Objective], ...]:
        """Its parts."""
        return self._terms

    def __call__(self, scene: Scene) -> Tensor:
        """The weighted sum."""
        return self.evaluate(scene)[0]

    def named(self, name: str) -> Sum:
        """Its one term under another name.

        Raises:
            InputError: several terms, each of which has a name of its own.
        """
        if len(self._terms) != 1:
            raise InputError(f"expected one term to name {name!r}, got {len(self._terms)}: name each by itself")
        weight, objective = self._terms[0]
        return Sum(((weight, objective.named(name)),))

    def canvas(self) -> Canvas:
        """That of the term its picture is from; of the first without one."""
        with_picture = (objective for _, objective in self._terms if objective.picture is not None)
        first = next(with_picture, self._terms[0][1] if self._terms else None)
        return Canvas() if first is None else first.canvas()

    def guide(self, height: int, width: int) -> Tensor | None:
        """Of the first term that has one."""
        guides = (objective.guide(height, width) for _, objective in self._terms)
        return next((guide for guide in guides if guide is not None), None)


class Within(Objective):
    """An objective that looks at a region only.

    Gradients reach the picture where the mask is not black, whatever the objective does; those made for
    it weigh their pixels or features by `scene.mask`. Terms of strokes get the strokes with their middle
    inside, which may be none.
    """

    def __init__(self, objective: Objective, mask: Any) -> None:
        from ..image import GOAL, load_image

        self.objective, self.mask = objective, load_image(mask, most=GOAL).mean(0)
        self.name, self.steps, self.heights = objective.name, objective.steps, objective.heights
        self.sparse = objective.sparse
        self.picture, self.target = objective.picture, objective.target
        if self.picture is not None:
            same_proportions(self.mask, self.picture)
        if not bool((self.mask > 0).any()):
            raise InputError("expected a mask with something white in it, got a black one")
        parts = objective.terms()
        self._cache_parts: tuple[tuple[Weight, Objective], ...] | None = None  # of a sum
        if len(parts) != 1 or parts[0][1] is not objective:
            self._cache_parts = tuple((weight, Within(part, self.mask)) for weight, part in parts)

    def terms(self) -> tuple[tuple[Weight, Objective], ...]:
        """Those of a sum, each within the region."""
        return ((1.0, self),) if self._cache_parts is None else self._cache_parts

    def named(self, name: str) -> Within:
        """The same region of the objective under another name.

        Raises:
            InputError: a sum of several terms.
        """
        return Within(self.objective.named(name), self.mask)

    def canvas(self) -> Canvas:
        """That of the objective."""
        return self.objective.canvas()

    def guide(self, height: int, width: int) -> Tensor | None:
        """That of the objective."""
        return self.objective.guide(height, width)

    def __call__(self, scene: Scene) -> Tensor:
        """The objective's opinion of the region."""
        size = scene.picture.shape[-2:]
        same_proportions(self.mask, scene.picture)
        mask = resize(self.mask[None], *size)[0].to(scene.picture)
        both = mask if scene.mask is None else mask * scene.mask
        picture = torch.where(mask > 1 / 255, scene.picture, scene.picture.detach())
        middle = scene.strokes.points.detach().mean(1) * size[0]
        inside = mask[_index(middle[:, 1], size[0]), _index(middle[:, 0], size[1])] > 0.5
        value = self.objective(replace(scene, picture=picture, mask=both, strokes=scene.strokes[inside]))
        if not bool(inside.any()) and isinstance(value, Tensor) and not bool(value.isfinite().all()):
            return scene.picture.sum() * 0  # a mean over no strokes
        return value


class Function(Objective):
    """A function `scene -> scalar` as an objective; its name is the function's."""

    def __init__(self, function: Callable[[Scene], Tensor], name: str | None = None) -> None:
        self.function = function
        self.name = name or getattr(function, "__name__", "objective").strip("<>")

    def __call__(self, scene: Scene) -> Tensor:
        """What the function says."""
        return self.function(scene)


def as_objective(value: Any) -> Objective | None:
    """An objective, a function wrapped as one, or None for anything else."""
    if isinstance(value, Objective):
        return value
    return Function(value) if callable(value) else None


def _finite(value: Any) -> bool:
    return isinstance(value, Real) and abs(value) <= 1e30  # type: ignore[operator]


def same_proportions(mask: Tensor, picture: Tensor) -> None:
    """Refuse a mask [h, w] of other proportions than a picture [..., H, W], but for a pixel more or less."""
    (h, w), (height, width) = mask.shape[-2:], picture.shape[-2:]
    if abs(w / h - width / height) > 0.02 * width / height + width / height / min(h, w, height, width):
        raise InputError(f"expected a mask with the proportions of the picture, {_size(picture)}, got {_size(mask)}")


def _times(a: Weight, b: Weight) -> Weight:
    if not callable(a) and not callable(b):
        return float(a) * float(b)
    return lambda progress: (a(progress) if callable(a) else a) * (b(progress) if callable(b) else b)


def _index(value: Tensor, limit: int) -> Tensor:
    return value.long().clamp(0, limit - 1)


def _size(picture: Tensor) -> str:
    return f"{picture.shape[-1]} x {picture.shape[-2]}"


def _atoms(value: Any, seen: dict[int, Any]) -> Iterator[bytes]:
    """The bytes of nested values, each with its kind and length before it.

    `seen` keeps what was visited, since the id of what is gone may come again.
    """
    if isinstance(value, Tensor | np.ndarray):
        array = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
        yield _atom("array", f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    elif isinstance(value, str | bytes | int | float | complex | None):
        yield _atom(type(value).__name__, repr(value).encode())
    elif id(value) in seen:
        yield _atom("again", b"")
    else:
        seen[id(value)] = value
        parts: Any = ()
        if isinstance(value, Mapping):
            parts = [part for pair in sorted(value.items(), key=lambda pair: repr(pair[0])) for part in pair]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        elif isinstance(value, nn.Module):
            parts = [getattr(value, "name", ""), dict(value.state_dict())]
        elif isinstance(value, FunctionType):
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
            parts = [value.__qualname__, value.__code__, cells, value.__defaults__, value.__kwdefaults__]
        elif isinstance(value, CodeType):
            parts = [value.co_code, value.co_consts, value.co_names]
        elif isinstance(value, MethodType):
            parts = [value.__func__, value.__self__]
        elif isinstance(value, functools.partial):
            parts = [value.func, value.args, value.keywords]
        elif isinstance(value, Objective):
            parts = [{k: v for k, v in vars(value).items() if not k.startswith("_cache")}]
        elif hasattr(value, "__dict__") and not isinstance(value, type):
            parts = [vars(value)]
        parts = list(parts)
        yield _atom(type(value).__name__, str(len(parts)).encode())
        for part in parts:
            yield from _atoms(part, seen)


def _atom(kind: str, data: bytes) -> bytes:
    return f"{kind} {len(data)} ".encode() + data
