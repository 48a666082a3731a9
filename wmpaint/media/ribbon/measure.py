"""The texture of a program's strokes: `measured(painter, program) -> Texture | None`.

Straight strokes are painted with several seeds. Where what they stray from their mean is as long along the stroke as
across, they are made of dabs, and there is nothing to measure. Else the amplitudes of the waves that it is made of are
noted by octave, along and across. Those of alpha are not those of the field that alpha is made from, since alphas stay
within 0..1: so the painter's own strokes are measured, too, and the field is set right until they have the spectrum.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...canvas import Canvas
from ...frame import Frame
from ...medium import HasAlpha, HasLayers, Medium, render
from ...surface import USUAL, heights
from .painter import RibbonPainter
from .texture import ACROSS, ALONG, LINEN, Texture

__all__ = ["Case", "measured", "powers", "retexture"]

HEIGHT = 1024  # pixels of the canvas
RADII = (16.0, 48.0)  # pixels
FORCES = (0.35, 0.9)
LOADS = (0.35, 0.75)
SEEDS = 8
ROUNDS = 5
LONG, ROOM = 10.0, 1.5  # radii: a stroke's length, and the room around it
COVERED = 0.97  # alpha that shows the tint and the height


def powers(stray: Tensor, radius: float) -> Tensor:  # [..., H, W] of a stroke along x, radius in pixels
    """[ALONG + ACROSS] mean power of its waves, by octave along and across; NaN where there are none."""
    found = torch.fft.fft2(stray.double()).abs().square().flatten(0, -3).mean(0) / stray[0].numel()
    out = []
    for axis, octaves in ((1, ALONG), (0, ACROSS)):
        waves = torch.fft.fftfreq(found.shape[axis], dtype=torch.float64).abs() * radius
        power = found.mean(1 - axis)
        for k in octaves:
            inside = (waves >= 2 ** (k - 0.5)) & (waves < 2 ** (k + 0.5)) & (waves < 0.4 * radius)
            if k == octaves[0]:
                inside |= waves < 2 ** (k - 0.5)
            out.append(float(power[inside].mean()))
    return torch.tensor(out, dtype=torch.float64)


@torch.no_grad()
def measured(painter: RibbonPainter, program: HasAlpha, seed: int = 0) -> Texture | None:
    """What streaks a program's strokes have, for a painter that has learned them; None if they have none."""
    if not isinstance(program, HasLayers) or not painter.config.noise:
        return None
    cases = [Case(r, f, load) for r in RADII for f in FORCES for load in LOADS]
    slack = [case.variance(painter).sqrt() for case in cases]
    target, tooth = _found([case.alphas(program, seed) for case in cases], slack, cases)
    texture = dataclasses.replace(_full(program, seed), tooth=round(min(max(tooth, 0.0), 0.9), 3))
    found = torch.zeros(len(ALONG) + len(ACROSS), dtype=torch.float64)
    for _ in range(ROUNDS):
        texture = dataclasses.replace(texture, alpha=tuple(round(v, 2) for v in found.tolist()))
        painter.notes["texture"] = texture.as_dict()
        now, share = _found([case.alphas(painter, seed) for case in cases], slack, cases)
        for ours in (slice(0, len(ALONG)), slice(len(ALONG), None)):
            step = (target[ours] / now[ours]).nan_to_num(1.0, 1.0, 1.0).clamp(0.1, 10).log2()
            found[ours] += 0.5 * (step - step.mean())
        more = min(max(texture.tooth * tooth / max(share, 1e-3), 0.0), 0.9)
        texture = dataclasses.replace(texture, tooth=round(more, 3))
    return strengthened(painter, program, texture, seed)


@torch.no_grad()
def strengthened(painter: RibbonPainter, program: Medium, texture: Texture, seed: int = 0) -> Texture:
    """A texture with alphas that stray as far as the program's."""
    cases = [Case(r, f, load) for r in RADII for f in FORCES for load in LOADS]
    for _ in range(2):
        painter.notes["texture"] = texture.as_dict()
        real, drawn = (
            sum(float(case.alphas(medium, seed).var(0).mean()) for case in cases) for medium in (program, painter)
        )
        more = min(max(texture.strength * real / max(drawn, 1e-12), 0.1), 3.0)
        texture = dataclasses.replace(texture, strength=round(more, 3))
    return texture


def retexture(painter: RibbonPainter, program: HasAlpha, *, seed: int = 0) -> None:
    """Measure a painter's texture, and note it: its weights stay as they are."""
    painter.notes.pop("texture", None)
    texture = measured(painter, program, seed)
    if texture is not None:
        painter.notes["texture"] = texture.as_dict()


def _found(alphas: list[Tensor], slack: list[Tensor], cases: list[Case]) -> tuple[Tensor, float]:
    """Powers by octave, as shares, and how much the surface has to do with it: between the sides and ends."""
    total, both, own = torch.zeros(len(ALONG) + len(ACROSS), dtype=torch.float64), 0.0, 0.0
    for whole, allowed, case in zip(alphas, slack, cases, strict=True):
        inside = case.inside(0.65 * case.force, 0.0, LONG)
        alpha, s, t = whole[inside], allowed[inside[1:]], case.surface[inside[1:]]
        total += _known(powers(alpha - alpha.mean(0), case.radius))
        both += float((alpha.mean(0) * s * t).sum())
        own += float((s * t).square().sum())
    return total, both / max(own, 1e-12)


def _known(power: Tensor) -> Tensor:
    """As shares of the whole."""
    along, across = power[: len(ALONG)], power[len(ALONG) :]
    return torch.cat([along / along.nansum(), across / across.nansum()]).nan_to_num(0)


@dataclass(frozen=True)
class Case:
    """A straight stroke, in pixels, with a force and a load."""

    radius: float
    force: float
    load: float

    @property
    def frame(self) -> Frame:
        """A window around it, of a canvas so large that its surface is seen."""
        size = math.ceil((2 * ROOM + LONG) * self.radius), math.ceil(2 * ROOM * self.radius)
        return Frame(Canvas(background=None), HEIGHT, window=(0, 0, *size))

    def inside(self, wide: float, begin: float, end: float) -> tuple[slice, slice, slice]:
        """Pixels up to so many radii from the curve, and from one length to another, of all pictures."""
        r = self.radius
        rows = slice(int((ROOM - wide) * r), math.ceil((ROOM + wide) * r))
        return slice(None), rows, slice(int((ROOM + begin) * r), int((ROOM + end) * r))

    @property
    def surface(self) -> Tensor:
        """[H, W] as in `Grain`."""
        return (torch.from_numpy(heights(USUAL, self.frame)) - LINEN[0]) / LINEN[1]

    def marks(self, medium: Any) -> Any:
        """The stroke."""
        r, shares = self.radius / HEIGHT, medium.marks.columns()
        points = torch.tensor([[[x * r, ROOM * r] for x in (ROOM, ROOM + LONG / 2, ROOM + LONG)]])
        more = {"load": torch.tensor([self.load])} if "load" in shares else {}
        return medium.marks(points, torch.tensor([r]), torch.full((1, 2), self.force), torch.full((1, 3), 0.5), **more)

    def pictures(self, medium: Medium, seed: int) -> Tensor:
        """[SEEDS, 4, H, W] premultiplied."""
        marks = self.marks(medium)
        chance = torch.Generator().manual_seed(seed + hash(self) % 1_000_003)  # other hairs for each
        return torch.stack([render(medium, marks, self.frame, generator=chance).mean for _ in range(SEEDS)])

    def alphas(self, medium: Medium, seed: int) -> Tensor:
        """[SEEDS, H, W]."""
        return self.pictures(medium, seed)[:, 3]

    def variance(self, painter: RibbonPainter) -> Tensor:
        """[H, W] of alpha."""
        marks = self.marks(painter).replace(color=torch.ones(1, 3))
        black = Frame(Canvas(background=(0.0, 0.0, 0.0)), HEIGHT, window=self.frame.window)
        found = render(painter, marks, black).variance
        assert found is not None
        return found / 3


def _full(program: HasLayers, seed: int) -> Texture:
    """All but the streaks of alpha, from strokes of a full brush."""
    case = Case(RADII[-1], 1.0, 1.0)
    rgba, r = case.pictures(program, seed), case.radius
    inside = case.inside(0.7, 1.0, 7.0)
    alpha, light, warm = (
        v[inside] for v in (rgba[:, 3], (rgba[:, 1] / rgba[:, 3].clamp(min=0.5) - 0.5) / 0.75,
                            (rgba[:, 0] - rgba[:, 2]) / rgba[:, 3].clamp(min=0.5) / 2)
    )  # fmt: skip
    covered = alpha > COVERED
    how: dict[str, Any] = dict.fromkeys(program.shares, 0.5) | {"load": 1.0}
    rows, columns = case.frame.size
    points = (case.marks(program).points[0] * HEIGHT).double().numpy()
    layers = [
        program.layers(points, r, (1.0, 1.0), height=rows, width=columns, seed=seed + k, **how) for k in range(SEEDS)
    ]
    white, high = torch.from_numpy(np.stack(layers)).unbind(1)
    high = high[inside] / white[inside].clamp(min=0.1)
    high = high / high.mean(0).clamp(min=1e-3) - 1
    stray = [torch.where(covered, v, 0) for v in (light, warm, high)]
    strays = tuple(min(round(float((v.square().sum() / covered.sum().clamp(min=1)).sqrt()), 4), 10.0) for v in stray)
    # How far it covers to each side, along the stroke.
    beside = case.inside(ROOM, 1.0, 6.0)
    halves = torch.stack(rgba[:, 3][beside].split(int(ROOM * r), 1)[:2]).sum(2)
    profile = rgba[:, 3][beside].mean((0, 2))
    off = (torch.arange(len(profile)) + 0.5 - ROOM * r).abs() / r
    side = 0.92 * float(off[profile > 0.5 * profile.amax()].amax())  # they waver about as far to both sides
    thin = Case(r, 0.0, 1.0).alphas(program, seed)[beside].mean((0, 2)).sum() / profile.sum()
    # On wet black it is less white, by what it picks up.
    line = case.inside(0.3, 0.0, 7.0)
    picked = 1 - white[line].mean((0, 1)) / rgba[:, 3][line].mean((0, 1))
    most = float(picked[int(5 * r) :].mean().clamp(0, 0.9))
    drag = float((1 - picked / most).clamp(0, 1).sum() / r) if most > 0.02 else 1.0
    edges = _logs(powers((halves - halves.mean(1, keepdim=True)).flatten(0, 1)[:, None], r)[: len(ALONG)])
    return Texture(
        alpha=(0.0,) * (len(ALONG) + len(ACROSS)), tint=_logs(powers(stray[0], r)), height=_logs(powers(stray[2], r)),
        sides=edges, strays=strays, pick=(round(most, 3) if most > 0.02 else 0.0, round(max(drag, 0.1), 3)), tooth=0.0,
        spread=round(min(max(float(thin), 0.05), 1.0), 3), side=round(min(max(side, 0.1), 1.0), 3), strength=1.0,
    )  # fmt: skip


def _logs(power: Tensor) -> tuple[float, ...]:
    """Half the logarithms, which are those of amplitudes; where there is nothing, as its neighbor."""
    out = (power.log2() / 2).clamp(-30, 30).tolist()
    for k in range(1, len(out)):
        if math.isnan(out[k]):
            out[k] = out[k - 1]
    if math.isnan(out[0]):
        out[0] = out[1]
    return tuple(round(v, 2) for v in out)
