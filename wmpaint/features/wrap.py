"""Any image network of yours: `wrap(module, ["features.3", "features.10"])`.

The module is foreign, so its layers have to be caught where they are: by forward hooks that live for one
call. (Tracing it with torch.fx would do without, but refuses whatever branches on its input.) A hook answers
only to the thread that set it, so that calls at the same time do not mix, and the last one ends the pass.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Collection, Mapping, Sequence

import torch
from torch import Tensor, nn

from .. import checks
from ..errors import InputError
from .labels import ClassNames
from .net import IMAGENET_MEAN, IMAGENET_STD, FeatureNet, measure_layers, normalize

__all__ = ["wrap"]


def wrap(
    module: nn.Module,
    layers: Mapping[str, str] | Sequence[str],
    *,
    mean: Sequence[float] = IMAGENET_MEAN,
    std: Sequence[float] = IMAGENET_STD,
    labels: Sequence[str] | None = None,
    name: str | None = None,
    size: int = 224,
) -> FeatureNet:
    """A `FeatureNet` of a copy of `module`, frozen and in eval mode; the module itself is left as it is.

    Args:
        module: takes [N, 3, H, W].
        layers: {name: path of a submodule}, or paths that are names too. The output of a submodule is its
            layer: its first one, if it is a tuple, and of its first call, if the pass calls it more often.
        mean, std: of R, G and B; the picture goes in as (rgb - mean) / std. By default those of ImageNet.
        labels: names of the classes, "name, synonym, synonym", by index.
        name: for messages; the class's name by default.
        size: side in pixels of the picture that the module is tried with, to see what its layers give.

    Raises:
        InputError: an unknown path, a layer that no pass reaches or that gives no tensor, or a module that
            fails on a picture of `size`.
    """
    places = dict(layers) if isinstance(layers, Mapping) else {path: path for path in layers}
    name = name or type(module).__name__
    known = dict(module.named_modules())
    for path in places.values():
        checks.one_of(f"a submodule of {name}", path, known)
    checks.some(f"one layer of {name}", places)
    with torch.inference_mode(False), torch.no_grad():
        trunk = _Foreign(copy.deepcopy(module).eval().requires_grad_(False), places, mean, std)
        weight = next(trunk.parameters(), torch.zeros(()))
        picture = torch.full((1, 3, size, size), 0.5, device=weight.device, dtype=weight.dtype)
        try:
            outputs = trunk(picture, frozenset(places))
        except (RuntimeError, ValueError, TypeError, AssertionError) as error:
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            raise InputError(
                f"expected {name} to take a picture [1, 3, {size}, {size}], got {type(error).__name__}: {reason}"
            ) from error
    for layer, place in places.items():
        if layer not in outputs:
            raise InputError(f"expected {name} to pass through {place!r}, got a pass that never calls it")
        if not isinstance(outputs[layer], Tensor) or outputs[layer].ndim < 2:
            raise InputError(f"expected maps or vectors from {place!r} of {name}, got {type(outputs[layer]).__name__}")
    classes = None if labels is None else ClassNames(labels)
    return FeatureNet(
        name, trunk, measure_layers(outputs, size), classes=classes, style=tuple(outputs), content=[*outputs][-1:]
    )


class _Enough(BaseException):
    """Ends a pass; not an Exception, which the module might catch."""


class _Foreign(nn.Module):
    """A trunk around a module that knows nothing of layers by name."""

    def __init__(
        self, module: nn.Module, places: Mapping[str, str], mean: Sequence[float], std: Sequence[float]
    ) -> None:
        super().__init__()
        self.module = module
        self.places = dict(places)
        self.mean, self.std = tuple(mean), tuple(std)

    def forward(self, rgb: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        handles = []
        try:
            for name in wanted:
                place = self.module.get_submodule(self.places[name])
                handles.append(place.register_forward_hook(_catch(name, found, len(wanted))))
            self.module(normalize(rgb, self.mean, self.std))
        except _Enough:
            pass
        finally:
            for handle in handles:
                handle.remove()
        return found


def _catch(name: str, found: dict[str, Tensor], enough: int) -> Callable[..., None]:
    """A hook that keeps the first output of this thread's pass as `name`."""
    owner = threading.get_ident()

    def hook(module: nn.Module, inputs: object, output: object) -> None:
        if threading.get_ident() != owner or name in found:
            return
        while isinstance(output, (tuple, list)) and output:
            output = output[0]
        # A copy, as the module's next step may be in place, such as nn.ReLU(inplace=True).
        found[name] = output.clone() if isinstance(output, Tensor) else output  # type: ignore[assignment]
        if len(found) == enough:
            raise _Enough

    return hook
