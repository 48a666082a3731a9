"""Texture: how a program's randomness lies over a stroke.

    grain(strokes, seed, frame, texture) -> raster.Grain        thinned(ribbon, radius, frame, texture) -> Ribbon

Two kinds of brushes are random. Some scatter dabs, so what is random about a stroke is correlated over about a dab,
and as much along the stroke as across it. Measured on MyPaint over seeds (charcoal, dry_brush, pastel, pencil,
sketch_pen; `benchmarks/grain.py`): two places of a stroke correlate by a half at 0.45 to 0.55 radii, and hardly
at one radius, the pixel's own width aside. The dabs themselves correlate like that, for all these brushes have
soft ones. So the random field is a heap of such dabs, thrown at random, and its values are replaced by normal
numbers of the same rank; what alphas those make is the business of `raster/grain.py`.

Others have hairs, which leave streaks along the stroke. Their fields are seen along the stroke, in radii, and have the
spectra that `measure.py` found in the program's strokes: normal noise whose waves have the amplitude
a(waves a radius along) b(waves a radius across), given in octaves. There is one for alpha, one for the tint and
one for the height. What is finer than a pixel is taken out of the fields, so that a stroke looks the same at all sizes.
"""

from __future__ import annotations

import functools
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import checks
from ...errors import InputError
from ...frame import Frame
from ...geometry import arc_lengths, open_hairpins
from ...raster.grain import PIECES, Grain
from ...strokes import Strokes
from ...surface import USUAL, heights
from .ribbon import Ribbon

__all__ = ["ACROSS", "ALONG", "Texture", "field", "grain", "streaks", "thinned"]

SIDE = 512  # samples of the field
SCALE = 12.0  # samples a radius
DABS = 1.5  # thrown per square radius: three over a place, as few as charcoal lays, so that single ones show
DAB = 0.8  # radius of a dab, in radii of the brush
HARDNESS = 0.2  # of a dab, as brush files name it
BLUR = 1.5  # pixels of the program's own, by which its antialiasing makes the radius larger: sqrt(r² + BLUR²)
SIGMA = 0.39  # radii; the field correlates about as exp(-(distance / SIGMA)² / 2)
# Waves a radius at which amplitudes of streaks are given, as powers of 2; samples of their fields a radius; and how a
# pixel blurs them, as the deviation of a Gaussian, in pixels.
ALONG, ACROSS = tuple(range(-4, 4)), tuple(range(-2, 5))
FINE_ALONG, FINE_ACROSS = 16, 128
PIXEL = 0.55
FAINT = (0.0, *(-20.0,) * (len(ACROSS) - 1))  # of fields without structure across
LINEN = (0.553, 0.209)  # mean and deviation of the heights of usual linen
LEVELS = 16  # half octaves of pixels, the first of one radius


@dataclass(frozen=True)
class Texture:
    """What is known of the streaks of a program's strokes.

    Args:
        alpha, tint, height, sides: log2 of amplitudes at `ALONG` and then at `ACROSS`; the sides have none across.
        strays: deviations of lightness, of red to blue, and of the height as a share, where alpha is 1.
        tooth: deviation of g that the surface's heights account for, of 1 in all, on usual linen close by.
        spread: half width at no pressure, as a share of that at full pressure.
        side: of a half width, where the sides begin to decide.
        strength: variance of the program, as a share of what the painter says.
        pick: (most of wet paint that is picked up, radii until that is).

    Raises:
        InputError: other counts, or numbers out of range.
    """

    alpha: tuple[float, ...]
    tint: tuple[float, ...]
    height: tuple[float, ...]
    sides: tuple[float, ...]
    strays: tuple[float, ...]
    pick: tuple[float, ...]
    tooth: float
    spread: float
    side: float
    strength: float

    def __post_init__(self) -> None:
        counts = dict.fromkeys(("alpha", "tint", "height"), len(ALONG) + len(ACROSS))
        counts |= {"sides": len(ALONG), "strays": 3, "pick": 2}
        for name, count in counts.items():
            given = getattr(self, name)
            if type(given) is not tuple or len(given) != count:
                raise InputError(f"expected {count} numbers for the {name} of a texture, got {given!r:.60}")
            low, high = {"strays": (0.0, 10.0), "pick": (0.0, 0.99)}.get(name, (-30.0, 30.0))
            for value in given[:1] if name == "pick" else given:
                checks.number(f"{name} of a texture of …", value, low, high)
        checks.number("lengths picked up over of …", self.pick[1], 0.01, 100)
        for name, low in (("tooth", 0.0), ("spread", 0.01), ("side", 0.01)):
            checks.number(f"{name} of a texture of …", getattr(self, name), low, 1)
        checks.number("strength of a texture of …", self.strength, 0.1, 3)

    @classmethod
    def of(cls, notes: Any) -> Texture:
        """That which `as_dict` gave; from a file, so anything.

        Raises:
            InputError: not a texture.
        """
        if not isinstance(notes, dict) or set(notes) != set(cls.__dataclass_fields__):
            raise InputError(f"expected a texture, got {notes!r:.60}")
        known: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in notes.items()}
        return cls(**known)

    def as_dict(self) -> dict[str, Any]:
        """For a file."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@functools.lru_cache(maxsize=64)
def streaks(
    amplitudes: tuple[float, ...],
    level: int,  # half octaves of pixels
    number: int = 0,  # of independent fields with these amplitudes
) -> tuple[Tensor, float]:
    """[SIDE, SIDE] float32 of variance 1 between its samples, rows across; and the variance before that was made so."""
    white = np.random.Generator(np.random.PCG64(number)).standard_normal((SIDE, SIDE))
    waves = np.fft.rfft2(white)
    fine = (FINE_ACROSS, FINE_ALONG)
    y, x = np.fft.fftfreq(SIDE)[:, None] * fine[0], np.fft.rfftfreq(SIDE)[None] * fine[1]
    along, across = amplitudes[: len(ALONG)], amplitudes[len(ALONG) :] or FAINT
    blur = PIXEL * 2.0 ** (-level / 2)  # radii
    waves *= _amplitude(x, ALONG, along) * _amplitude(y, ACROSS, across)
    waves *= np.exp(-2 * (math.pi * blur) ** 2 * (x * x + y * y))
    waves[0, 0] = 0
    found = torch.from_numpy(np.fft.irfft2(waves, s=white.shape))
    variance = _seen_variance(found)
    return (found / math.sqrt(variance)).float(), variance


def _amplitude(waves: np.ndarray, octaves: tuple[int, ...], given: tuple[float, ...]) -> np.ndarray:
    """Amplitudes of waves a radius; beyond the octaves they stay, and fall off."""
    at = np.log2(np.maximum(np.abs(waves), 1e-6))
    beyond = np.maximum(at - octaves[-1], 0)
    return np.exp2(np.interp(at, octaves, given) - 1.5 * beyond)


def _seen_variance(field: Tensor) -> float:
    """Its variance between samples, where bilinear interpolation takes an average."""
    right = field.roll(-1, 1)
    one, side = float((field * field).mean()), float((field * (right + field.roll(-1, 0))).mean())
    corner = float((field * right.roll(-1, 0)).mean() + (field * right.roll(1, 0)).mean())
    return (4 * one + 2 * side + corner / 2) / 9


@functools.cache
def field() -> Tensor:
    """[SIDE, SIDE] float32: dabs at random, as normal numbers; periodic."""
    chance = np.random.Generator(np.random.PCG64(0))
    count = round(DABS * (SIDE / SCALE) ** 2)
    thrown = np.bincount(chance.integers(SIDE * SIDE, size=count), minlength=SIDE * SIDE).reshape(SIDE, SIDE)
    line = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE)) / (SCALE * DAB)
    square = line[:, None] ** 2 + line[None] ** 2
    dab = np.where(square < HARDNESS, 1 - square * (1 / HARDNESS - 1), (1 - square) * HARDNESS / (1 - HARDNESS))
    dab = dab.clip(0) + 1e-4 * np.exp(-square)  # so that places without a dab differ too
    heap = np.fft.irfft2(np.fft.rfft2(thrown) * np.fft.rfft2(dab), s=thrown.shape)
    rank = np.empty(heap.size)
    rank[np.argsort(heap, axis=None, kind="stable")] = (np.arange(heap.size) + 0.5) / heap.size
    normal = torch.special.ndtri(torch.from_numpy(rank)).view(SIDE, SIDE)
    return (normal / math.sqrt(_seen_variance(normal))).float()


def grain(
    strokes: Strokes,
    seed: int,  # 0 to 2**62
    frame: Frame,
    texture: Texture | None = None,
    turn: float = 0.0,  # as of `RibbonConfig`
) -> Grain:
    """The grain of each stroke of a picture: streaks as of a texture, or dabs.

    It depends on the seed and on the stroke itself (its points, radius and pressure, not its color), not on the
    strokes around it nor on the height: a picture painted in groups, or at another size, has the same. Strokes that
    are the same bit for bit count from the first.
    """
    angle, u, v = _uniform(strokes, seed).unbind(1)
    if texture is not None:
        return _streaked(strokes, frame, texture, turn, angle, u, v)
    # Grain is no finer than the program's smallest dabs, nor than what is left of it in the picture's pixels.
    pixel = 1 / frame.pixel
    least = (BLUR * pixel) ** 2 + max(0.0, 1 - pixel**2)
    step = SCALE / (strokes.radius.detach().double().cpu() * frame.height).square().add(least).sqrt()
    angle = 2 * math.pi * angle
    window = torch.stack([step * angle.cos(), step * angle.sin(), SIDE * u, SIDE * v], 1)
    return Grain.turned(field().to(strokes.points), window.to(strokes.points.device))


def _streaked(
    strokes: Strokes, frame: Frame, texture: Texture, turn: float, side: Tensor, start: Tensor, beside: Tensor
) -> Grain:
    device, strokes = strokes.device, strokes.detach().to("cpu", torch.float64)
    radius = strokes.radius * frame.height
    levels, number = _level(radius * (min(1.0, 1 / frame.pixel))).unique(return_inverse=True)
    kinds = texture.alpha, texture.tint, texture.height, texture.sides
    fields = [streaks(kind, int(level), k)[0] for level in levels for k, kind in enumerate(kinds)]
    looks = 4 * number[:, None] + torch.arange(4, device="cpu")
    curves = open_hairpins(strokes.points, strokes.radius, turn)
    arcs = arc_lengths(curves, torch.linspace(0, 1, PIECES + 1, dtype=torch.float64, device="cpu"))
    widths = texture.spread + (1 - texture.spread) * strokes.pressure
    across = torch.where(side < 0.5, -FINE_ACROSS, FINE_ACROSS)[:, None] / (radius[:, None] * widths)

    zero = torch.zeros_like(start)
    ends = torch.stack([torch.full_like(start, FINE_ALONG), zero, SIDE * start, SIDE * beside], 1)
    window = torch.cat([ends, across, arcs / strokes.radius[:, None]], 1)
    lies = (torch.from_numpy(heights(frame.canvas.surface or USUAL, frame)) - LINEN[0]) / LINEN[1]
    shape = texture.tooth, texture.side * FINE_ACROSS, *texture.pick
    strays, shapes = (start.new_tensor(numbers).expand(len(radius), -1) for numbers in (texture.strays, shape))
    found = Grain(torch.stack(fields or [field()]), lies, window, looks, strays, shapes)
    return Grain(*(column.to(device) for column in found))


def _level(radius: Tensor) -> Tensor:  # pixels
    return (2 * radius.clamp(min=1e-6).log2()).round().clamp(0, LEVELS - 1).long()


def thinned(
    ribbon: Ribbon,
    radius: Tensor,  # [N] program pixels
    pixel: float,  # output pixel in program pixels
    texture: Texture | None = None,
) -> Ribbon:
    """A ribbon that `soften` made, with the variance that is left of the program's in pixels of another size.

    Of dabs: the mean of a square of side b over a field that correlates as exp(-d² / (2 s²)) has the variance
    f(b / s)², with f(q) = (sqrt(2 pi) q erf(q / sqrt(2)) - 2 (1 - exp(-q² / 2))) / q².
    """
    box = math.sqrt(max(float(pixel) ** 2 - 1, 0.0))
    if box < 1e-3 and texture is None:
        return ribbon
    if texture is None:
        q = box / (SIGMA * (radius.double().square() + BLUR**2).sqrt())
        wave = math.sqrt(2 * math.pi) * q * torch.erf(q / math.sqrt(2)) + 2 * torch.expm1(-q * q / 2)
        share = torch.where(q > 0.05, wave / (q * q), 1 - q * q / 12).square().to(radius)
    else:
        left = torch.from_numpy(np.array([streaks(texture.alpha, level)[1] for level in range(LEVELS)]))
        radius, finest = radius.cpu(), max(float(pixel), 1.0)
        share = (texture.strength * left[_level(radius / finest)] / left[_level(radius)]).to(ribbon.logits)
    ratio = (ribbon.logits[:, 1].sigmoid() * share[:, None, None]).clamp(1e-12, 1 - 1e-6)
    return Ribbon(torch.stack([ribbon.logits[:, 0], ratio.logit()], 1), ribbon.half_width, ribbon.caps)


def _uniform(strokes: Strokes, seed: int) -> Tensor:
    """[N, 3] float64 in 0..1, from the seed and the bits of each stroke."""
    columns = torch.cat([strokes.points.flatten(1), strokes.radius[:, None], strokes.pressure], 1)
    bits = (columns.detach().float().cpu() + 0.0).numpy().view(np.uint32).astype(np.uint64)  # + 0: there is one zero
    state = np.full(len(bits), seed, np.uint64)
    for column in bits.T:
        state = _mixed(state ^ column)
    order = np.argsort(state, kind="stable")
    place = np.arange(len(state))
    first = np.r_[True, state[order][1:] != state[order][:-1]][: len(state)]
    again = place - np.maximum.accumulate(np.where(first, place, 0)) if len(state) else place
    state[order] += again.astype(np.uint64)
    numbers = [(_mixed(state ^ np.uint64(k << 60)) >> np.uint64(11)).astype(np.float64) for k in (1, 2, 3)]
    return torch.from_numpy(np.stack(numbers, 1) * 2.0**-53)


def _mixed(x: np.ndarray) -> np.ndarray:
    """Every bit of each number [N] uint64 made to depend on all its bits (the finalizer of SplitMix64)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
