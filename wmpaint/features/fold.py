"""Batch normalization, folded into the convolution before it: the same values for less work.

A trained normalization is a scale and a shift of each channel, and so is a part of the convolution.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["folded"]


def folded(
    state: Mapping[str, Tensor],
    pairs: Mapping[str, tuple[str, str | None]],
    *,
    eps: float,
) -> dict[str, Tensor]:
    """Weights and biases of the layers in `pairs`, from a published state dict.

    Args:
        state: of the published network.
        pairs: new name -> name of the published layer, and of the normalization behind it or None.
        eps: of the normalizations.

    Raises:
        KeyError: `state` lacks a name.
    """
    made = {}
    for new, (layer, norm) in pairs.items():
        weight = state[f"{layer}.weight"]
        if norm is None:
            bias = state[f"{layer}.bias"]
        else:  # in double precision, so that folding adds no error of its own
            mean, variance, scale, shift = (
                state[f"{norm}.{part}"].double() for part in ("running_mean", "running_var", "weight", "bias")
            )
            gain = scale / torch.sqrt(variance + eps)
            old = state.get(f"{layer}.bias")
            bias = (shift + ((0 if old is None else old.double()) - mean) * gain).to(weight.dtype)
            weight = (weight.double() * gain[:, None, None, None]).to(weight.dtype)
        made[f"{new}.weight"], made[f"{new}.bias"] = weight, bias
    return made
