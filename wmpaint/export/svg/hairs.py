"""Strokes of brushes with hairs as SVG: `trail_paths(trail, light) -> [(path data, color)]`, for each tuft of hairs.

A path is filled where its tuft leaves paint, from its real start to where it runs dry, in its own tint, and lighter or
darker as it leans toward the lamp.
"""

from __future__ import annotations

import math

import numpy as np

from ...color import to_hex
from ...light import Light
from ...medium import Trail
from .page import UNITS

__all__ = ["decimals", "trail_paths"]

LAP = 0.25  # of a line's width that goes on beneath its neighbor, so that nothing shines through between the two
TURN = 0.7  # radians that one piece of a path turns at most
TONES = 64  # of a tint's channels, so that what is broken up is still one path
STRAIGHT = 0.06  # radians that a straight piece turns at most
SHORTEST = 2.5  # UNITS; a shorter run is not seen
DIGITS = 10  # path data in tenths of a unit


def trail_paths(trail: Trail, light: Light) -> list[tuple[str, str]]:
    """(path data in viewBox units, "#rrggbb") of each tuft, by tints, from one side to the other."""
    colors = _lit(trail, light)
    steps = np.diff(trail.places, axis=0)
    far = np.concatenate([[0], np.cumsum(np.linalg.norm(steps, axis=1))]) * UNITS
    ways = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    turned = np.concatenate([[0], np.cumsum(np.abs(np.diff(ways))), [0]])
    turned[-1] = turned[-2]
    found: dict[tuple[int, str], str] = {}
    for line, first, last in trail.runs():
        at = np.array([first, last])
        if np.diff(np.interp(at, np.arange(len(far)), far)) < SHORTEST:
            continue
        bend = float(np.diff(np.interp(at, np.arange(len(turned)), turned))[0])
        low, high = trail.edges[line]
        high = min(high + LAP * (high - low), 1.0)
        seen = colors[line, int(first) : math.ceil(last) + 1].mean(0)
        places = np.linspace(first, last, 2 * max(1, math.ceil(bend / TURN)) + 1)
        if bend < STRAIGHT:
            places = places[[0, -1]]
        sides = [trail.points(places, np.full(len(places), x)) * UNITS for x in (low, high)]
        tint = line, to_hex((seen * TONES).round() / TONES)
        found[tint] = found.get(tint, "") + _outline(sides[0], sides[1][::-1])
    return [(data, color) for (_, color), data in found.items()]


def _lit(trail: Trail, light: Light) -> np.ndarray:  # [K, S, 3]
    """Colors in a light: the diffuse part of `wmpaint.light.lit`, with slopes from line to line and place to place."""
    tall = trail.height * light.relief
    wide, along = np.linalg.norm(trail.sides, axis=1), np.gradient(trail.places, axis=0)
    step = np.linalg.norm(along, axis=1)
    middles = np.pad(trail.edges.mean(1), 1, mode="reflect", reflect_type="odd") if len(tall) > 1 else np.arange(3.0)
    beside = np.pad(tall, ((1, 1), (0, 0)))  # beyond the brush there is nothing
    across = (beside[2:] - beside[:-2]) / ((middles[2:] - middles[:-2])[:, None] * wide)
    ahead = np.gradient(tall, axis=1) / step
    up, turn = math.radians(light.elevation), math.radians(light.angle)
    lamp = np.array([math.cos(up) * math.cos(turn), -math.cos(up) * math.sin(turn)])
    toward = across * (trail.sides @ lamp / wide) + ahead * (along @ lamp / step)
    high = math.sin(up)
    shade = ((high - toward) / np.sqrt(1 + across**2 + ahead**2)) / high - 1
    shade = 1 + light.diffuse * 0.8 * np.tanh(shade / 0.8)
    found: np.ndarray = (trail.color**2.2 * shade[..., None]).clip(0, 1) ** (1 / 2.2)
    return found


def _outline(there: np.ndarray, back: np.ndarray) -> str:
    """Path data: along one side in quadratic pieces, every second point the middle of one, and back along the other.

    Two points a side are a piece that is straight.
    """
    if len(there) == 2:
        corners = np.round(np.concatenate([there, back]) * DIGITS).astype(int)
        return f"M{decimals(corners[0].tolist())}l{decimals(np.diff(corners, axis=0).ravel().tolist())}z"
    way = np.round(_controls(there) * DIGITS).astype(int), np.round(_controls(back) * DIGITS).astype(int)
    start = way[0][0]
    text = f"M{decimals(start.tolist())}"
    for k, side in enumerate(way):
        if k:
            text += f"l{decimals((side[0] - way[0][-1]).tolist())}"
        ends = side[:-1:2]
        text += f"q{decimals(np.stack([side[1::2] - ends, side[2::2] - ends], 1).ravel().tolist())}"
    return text + "z"


def _controls(points: np.ndarray) -> np.ndarray:
    out = points.copy()
    out[1::2] = 2 * points[1::2] - (points[:-1:2] + points[2::2]) / 2
    return out


def decimals(tenths: list[int]) -> str:
    """Whole tenths as decimals in the fewest characters: a minus or a second point also separates."""
    out: list[str] = []
    point = False
    for value in tenths:
        whole, part = divmod(abs(value), 10)
        text = ("-" if value < 0 else "") + (str(whole) if whole or not part else "") + (f".{part}" if part else "")
        if out and not (text[0] == "-" or (text[0] == "." and point)):
            out.append(" ")
        out.append(text)
        point = bool(part)
    return "".join(out)
