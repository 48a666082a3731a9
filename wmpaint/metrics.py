"""How alike two pictures are: `mse`, `psnr` and `ssim` of two float pictures [C, H, W] in 0..1."""

from __future__ import annotations

from torch import Tensor

from .errors import InputError

__all__ = ["mse", "psnr", "ssim"]

_WINDOW = 11  # pixels, the side of the Gaussian window of Wang et al. 2004


def mse(a: Tensor, b: Tensor) -> float:  # [C, H, W] each
    """The mean squared error over pixels and channels.

    Raises:
        InputError: not two float pictures [C, H, W] of one shape.
    """
    _check(a, b)
    return float((a.detach() - b.detach()).square().mean())


def psnr(a: Tensor, b: Tensor) -> float:  # [C, H, W] each
    """The peak signal-to-noise ratio in dB for a peak of 1: `-10 log10(mse)`; infinite for equal pictures.

    Raises:
        InputError: as `mse`.
    """
    from kornia.metrics import psnr as kornia_psnr

    _check(a, b)
    return float(kornia_psnr(a.detach(), b.detach(), 1.0))


def ssim(a: Tensor, b: Tensor) -> float:  # [C, H, W] each
    """The mean structural similarity, 1 for equal pictures, over an 11-pixel Gaussian window.

    Pictures smaller than the window get the largest odd window that their sides allow.

    Source:
        Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.

    Raises:
        InputError: as `mse`.
    """
    from kornia.metrics import ssim as kornia_ssim

    _check(a, b)
    side = min(_WINDOW, *a.shape[1:])
    window = side if side % 2 else side - 1
    return float(kornia_ssim(a.detach()[None], b.detach()[None], window, 1.0).mean())


def _check(a: Tensor, b: Tensor) -> None:
    shapes = tuple(a.shape), tuple(b.shape)
    if shapes[0] != shapes[1] or a.ndim != 3 or 0 in a.shape:
        raise InputError(f"expected two pictures [C, H, W] of one shape, got {shapes[0]} and {shapes[1]}")
    if not (a.is_floating_point() and b.is_floating_point()):
        raise InputError(f"expected two float pictures, got {a.dtype} and {b.dtype}")
