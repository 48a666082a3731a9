"""An objective is `scene -> scalar`, to be minimized; `+` and `*` compose them.

    goal = content(photo, net) + 100 * style(starry, net) + 0.1 * curvature()

Each is a term with a name and a weight; a weight may follow a schedule, `progress -> number`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from ..errors import InputError, clipped
from ..image import GOAL, load_image
from .identity import identity
from .scene import Scene, shape_of
from .start import Plan, Start

__all__ = ["Function", "Objective", "Sum", "Weight", "Within", "as_objective", "load_mask", "weight_at"]

Weight = float | Callable[[float], float]


class Objective:
    """A named opinion of a scene. Subclasses define `__call__(scene) -> scalar tensor`, smaller is better.

    Attributes without a leading underscore make it what it is: a goal with others is another one.

    Attributes:
        name: of its term in reports.
        start: what it would like a painting to start from.
        plan: how it would like it to be gone about.
        local: None, or the pixels around a window that it has to see to judge it by itself: its opinion of the whole
            is then the mean over windows.
    """

    name: str = "objective"
    start: Start | None = None
    plan: Plan | None = None
    local: int | None = None

    def __call__(self, scene: Scene) -> Tensor:
        """The opinion, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it wants: define __call__(scene)")

    def spec(self) -> dict[str, Any]:
        """What makes it what it is: its kind, and its attributes; what a `Start` shows belongs to the goal."""
        known = {
            key: value for key, value in vars(self).items() if key[0] != "_" and key not in ("start", "plan", "local")
        }
        return {"kind": f"{type(self).__module__}.{type(self).__qualname__}", "name": self.name, **known}

    def __repr__(self) -> str:
        both = zip(self.terms(), self.names(), strict=True)
        words = (f"{_words(weight)}{name}" for (weight, _), name in both)
        return clipped(f"{type(self).__name__}({' + '.join(words)})", 200)

    def identity(self) -> str:
        """A hash of its `spec`, by which another is noticed: the same in every process and every Python."""
        return identity(self)

    # Composition

    def terms(self) -> tuple[tuple[Weight, Objective], ...]:
        """(weight, objective) of each part."""
        return ((1.0, self),)

    def __add__(self, other: Any) -> Sum:
        if isinstance(other, Real) and other == 0:  # so that sum([...]) works
            return Sum(self.terms())
        found = as_objective(other)
        return NotImplemented if found is None else Sum((*self.terms(), *found.terms()))

    def __radd__(self, other: Any) -> Sum:
        found = as_objective(other)
        return self + other if found is None else found + self

    def __mul__(self, weight: Weight) -> Sum:
        if not _finite(weight) and (not callable(weight) or isinstance(weight, Objective)):
            raise InputError(f"expected a finite weight or a schedule (progress -> weight), got {weight!r}")
        return Sum(tuple((_times(weight, own), objective) for own, objective in self.terms()))

    __rmul__ = __mul__

    def __truediv__(self, number: float) -> Sum:
        if not _finite(number) or abs(number) < 1e-30:
            raise InputError(f"expected a finite number, not 0, to divide an objective by, got {number!r:.60}")
        return self * (1 / number)

    def __neg__(self) -> Sum:
        return self * -1.0

    def __sub__(self, other: Any) -> Sum:
        found = as_objective(other)
        return NotImplemented if found is None else self + -found

    def __rsub__(self, other: Any) -> Sum:
        return -self + other

    def within(self, mask: Any) -> Objective:
        """The same objective for a region only; `mask` as `load_image` takes it, white counts."""
        return Within(self, mask)

    def named(self, name: str) -> Objective:
        """The same objective under another name."""
        twin = copy.copy(self)
        twin.name = name
        return twin

    # In a run

    def evaluate(self, scene: Scene) -> tuple[Tensor, dict[str, float]]:
        """The weighted sum, and each term before its weight, by name.

        Raises:
            InputError: a term that is no scalar, not finite, or does not depend on the scene.
        """
        wanted = torch.is_grad_enabled() and scene.picture.requires_grad and len(scene.marks) > 0
        values, factors, names = [], [], self.names()
        for (weight, objective), name in zip(self.terms(), names, strict=True):
            try:
                value = objective(scene)
            except StopIteration as error:  # an iterator would take it for its own end
                raise InputError(f"expected the objective {name!r} to return a scalar, got StopIteration") from error
            if not isinstance(value, Tensor) or value.numel() != 1:
                got = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
                raise InputError(f"expected the objective {name!r} to return a scalar tensor, got {got}")
            if wanted and not value.requires_grad and bool(value.isfinite()):
                raise InputError(f"expected the objective {name!r} to have a gradient, got a constant")
            factor = weight_at(weight, scene.progress)
            if not _finite(factor):
                raise InputError(f"expected the weight of {name!r} to be a finite number, got {factor!r}")
            values.append(value.reshape(()))
            factors.append(float(factor))
        # Brought to the processor at once: on a GPU, each look would wait for all that is under way.
        numbers = torch.stack([value.detach().double() for value in values]).tolist() if values else []
        for name, number in zip(names, numbers, strict=True):
            if not math.isfinite(number):
                raise InputError(f"expected the objective {name!r} to be finite, got {number}")
        total = scene.picture.new_zeros(())
        for factor, value in zip(factors, values, strict=True):
            total = total + factor * value
        return total, dict(zip(names, numbers, strict=True))

    def names(self) -> list[str]:
        """A name for each term; where several share one, the second is called name.2, and so on."""
        seen: dict[str, int] = {}
        out = []
        for _, objective in self.terms():
            seen[objective.name] = count = seen.get(objective.name, 0) + 1
            out.append(objective.name if count == 1 else f"{objective.name}.{count}")
        return out


class Sum(Objective):
    """A weighted sum of objectives."""

    name = "sum"

    def __init__(self, terms: tuple[tuple[Weight, Objective], ...]) -> None:
        self._terms = terms
        margins = [objective.local for _, objective in terms]
        self.local = None if not margins or None in margins else max(m for m in margins if m is not None)

    def spec(self) -> dict[str, Any]:
        """Its terms, with their weights."""
        return {"kind": "sum", "terms": [list(term) for term in self._terms]}

    def terms(self) -> tuple[tuple[Weight, Objective], ...]:
        """Its parts."""
        return self._terms

    def __call__(self, scene: Scene) -> Tensor:
        """The weighted sum."""
        return self.evaluate(scene)[0]

    def within(self, mask: Any) -> Sum:
        """Each of its terms for a region only."""
        region = load_mask(mask, None)
        return Sum(tuple((weight, objective.within(region)) for weight, objective in self._terms))

    def named(self, name: str) -> Sum:
        """Its one term under another name.

        Raises:
            InputError: several terms, each of which has a name of its own.
        """
        if len(self._terms) != 1:
            raise InputError(f"expected one term to name {name!r}, got {len(self._terms)}: name each by itself")
        weight, objective = self._terms[0]
        return Sum(((weight, objective.named(name)),))


class Within(Objective):
    """An objective that looks at a region only.

    Gradients reach the picture where the mask is not black, whatever the objective does; those made for
    it weigh their pixels or features by `scene.mask`. Terms of strokes get the strokes with their middle
    inside, which may be none.
    """

    def __init__(self, objective: Objective, mask: Any) -> None:
        self.name, self.start, self.plan = objective.name, objective.start, objective.plan
        self.objective, self.mask = objective, load_mask(mask, None if self.start is None else self.start.picture)

    def __call__(self, scene: Scene) -> Tensor:
        """The objective's opinion of the region."""
        if scene.frame.window is None:
            same_proportions(self.mask, scene.picture)
        size = tuple(scene.picture.shape[-2:])
        mask = scene.memo(self, (size, scene.frame.window), lambda: scene.at_size(self.mask[None])[0].to(scene.picture))
        both = mask if scene.mask is None else mask * scene.mask
        picture = torch.where(mask > 1 / 255, scene.picture, scene.picture.detach())
        marks, inside = scene.marks, None
        middle = marks.detach().middles()
        if middle is not None:
            x, y = (middle * scene.frame.height - middle.new_tensor(scene.frame.origin)).unbind(-1)
            inside = mask[y.long().clamp(0, size[0] - 1), x.long().clamp(0, size[1] - 1)] > 0.5
            marks = marks[inside]
        value = self.objective(replace(scene, picture=picture, mask=both, marks=marks))
        none = inside is not None and not bool(inside.any())
        if none and isinstance(value, Tensor) and not bool(value.isfinite().all()):
            return scene.picture.sum() * 0  # a mean over no strokes
        return value


class Function(Objective):
    """A function `scene -> scalar` as an objective; its name is the function's."""

    def __init__(
        self, function: Callable[[Scene], Tensor], name: str | None = None, *, start: Start | None = None,
        plan: Plan | None = None,
    ) -> None:  # fmt: skip
        self.function, self.start, self.plan = function, start, plan
        self.name = name or getattr(function, "__name__", "objective").strip("<>")

    def __call__(self, scene: Scene) -> Tensor:
        """What the function says."""
        return self.function(scene)


def as_objective(value: Any) -> Objective | None:
    """An objective, a function wrapped as one, or None for anything else."""
    if isinstance(value, Objective):
        return value
    return Function(value) if callable(value) else None


def weight_at(weight: Weight, progress: float) -> float:
    """The number that a weight is at that share of the run."""
    return weight(progress) if callable(weight) else weight


def _finite(value: Any) -> bool:
    return isinstance(value, Real) and abs(value) <= 1e30  # type: ignore[operator]


def load_mask(mask: Any, picture: Tensor | None) -> Tensor:
    """A mask [h, w] out of a picture, white counts, for a picture [..., H, W] of the same proportions.

    Raises:
        InputError: other proportions, or nothing white.
    """
    found = load_image(mask, most=GOAL).mean(0)
    if picture is not None:
        same_proportions(found, picture)
    if not bool((found > 0).any()):
        raise InputError("expected a mask with something white in it, got a black one")
    return found


def same_proportions(mask: Tensor, picture: Tensor) -> None:
    """Refuse a mask [h, w] of other proportions than a picture [..., H, W], but for a pixel more or less."""
    (h, w), (height, width) = mask.shape[-2:], picture.shape[-2:]
    if abs(w / h - width / height) > 0.02 * width / height + width / height / min(h, w, height, width):
        raise InputError(
            f"expected a mask with the proportions of the picture, {shape_of(picture)}, got {shape_of(mask)}"
        )


def _times(a: Weight, b: Weight) -> Weight:
    if not callable(a) and not callable(b):
        return float(a) * float(b)
    return lambda progress: weight_at(a, progress) * weight_at(b, progress)


def _words(weight: Weight) -> str:
    return "schedule * " if callable(weight) else "" if weight == 1 else f"{weight:g} * "
