"""The rasterizer's inner loops, compiled for the CPU by Numba: the same maths as `ribbon.py`, pixel by pixel.

Ten times as fast there as whole-tensor operations, which must compute every branch for every
pixel and pass each intermediate through memory. Arithmetic is in float64; arrays keep their type.
The first call in a new environment compiles for some seconds; the result is cached on disk.

Results do not depend on the number of threads: a pixel belongs to one tile, a pair of tile and
stroke to one part, and parts are summed in order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange

__all__ = ["composite", "composite_backward", "influence", "sample", "sample_backward"]

EPS = 1e-12
TINY = 1e-30
BARRIER = 0.5
ROOT3 = math.sqrt(3.0)
# Columns of the table of strokes: a, b, p0, half width and its square, radius; whether it is straight, its chord and
# the chord's inverse square, how far from the chord it reaches (squared); and the constants of its cubic.
AX, AY, BX, BY, PX, PY, WIDTH, WIDTH2, RADIUS, STRAIGHT, CX, CY, CC, FAR, AA2, AB3, BB, VERTEX, HALF, DROP = range(20)
COLUMNS = 20
FLAGS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "arcp", "nsz"}}


@njit(**FLAGS)
def _unit(t):
    return min(max(t, 0.0), 1.0)


@njit(**FLAGS)
def _closest(s, n, qx, qy):
    """t, the other local minimum, the farthest point between, and whether there is another; see `geometry.branches`."""
    ax, ay, bx, by = s[n, AX], s[n, AY], s[n, BX], s[n, BY]
    k1 = s[n, BB] + 2 * (ax * qx + ay * qy)
    bq = bx * qx + by * qy
    if s[n, STRAIGHT] > 0:
        aa2, ab3 = s[n, AA2], s[n, AB3]
        t = _unit(-(s[n, CX] * qx + s[n, CY] * qy) * s[n, CC])
        for _ in range(3):
            slope = max((3 * aa2 * t + 2 * ab3) * t + k1, TINY)
            t = _unit(t - (((aa2 * t + ab3) * t + k1) * t + bq) / slope)
        return t, 0.0, 0.0, False
    vertex, half = s[n, VERTEX], s[n, HALF]
    third = (k1 - s[n, DROP]) * half * (1 / 3)
    r = (bq + vertex * (k1 + vertex * (s[n, AB3] + s[n, AA2] * vertex))) * half * 0.5
    disc = r * r + third * third * third
    if disc >= 0:
        cube = max(abs(r) + math.sqrt(disc), TINY) ** (1 / 3)
        return _unit(vertex - math.copysign(cube - third / cube, r * (cube - third / cube))), 0.0, 0.0, False
    m = math.sqrt(-third)
    angle = math.acos(min(max(-r / (m * m * m), -1.0), 1.0)) * (1 / 3)
    c, d = math.cos(angle), math.sin(angle) * ROOT3
    between = vertex + m * (d - c)
    if between <= 0:
        return _unit(vertex + 2 * m * c), 0.0, 0.0, False
    low = _unit(vertex - m * (c + d))
    if between >= 1:
        return low, 0.0, 0.0, False
    high = _unit(vertex + 2 * m * c)
    lx, ly = (ax * low + bx) * low + qx, (ay * low + by) * low + qy
    hx, hy = (ax * high + bx) * high + qx, (ay * high + by) * high + qy
    if lx * lx + ly * ly <= hx * hx + hy * hy:
        return low, high, between, low < high
    return high, low, between, low < high


@njit(**FLAGS)
def _distance(s, n, t, x, y):
    ex = x - ((s[n, AX] * t + s[n, BX]) * t + s[n, PX])
    ey = y - ((s[n, AY] * t + s[n, BY]) * t + s[n, PY])
    return math.sqrt(ex * ex + ey * ey + EPS)


@njit(**FLAGS)
def _place(s, n, t, x, y, rows, columns, caps):
    """Row and column in the ribbon; a column below 0 is out of reach."""
    ex = x - ((s[n, AX] * t + s[n, BX]) * t + s[n, PX])
    ey = y - ((s[n, AY] * t + s[n, BY]) * t + s[n, PY])
    square = ex * ex + ey * ey + EPS
    if square >= s[n, WIDTH2]:
        return 0.0, -1.0
    v = math.sqrt(square / s[n, WIDTH2])
    dx, dy = 2 * s[n, AX] * t + s[n, BX], 2 * s[n, AY] * t + s[n, BY]
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    u = caps + t * (rows - 2 * caps - 1)
    if t <= 0 or t >= 1:
        u += caps * dot / (abs(dot) + abs(cross) + EPS)
    return min(max(u, 0.0), rows - 1.0), (math.copysign(v, cross) + 1) / 2 * (columns - 1)


@njit(**FLAGS)
def _logits(ribbon, n, u, v):
    """Both logits, bilinear; the cell and the place in it."""
    i, j = min(int(u), ribbon.shape[2] - 2), min(int(v), ribbon.shape[3] - 2)
    f, g = u - i, v - j
    a = (ribbon[n, 0, i, j] * (1 - g) + ribbon[n, 0, i, j + 1] * g) * (1 - f)
    a += (ribbon[n, 0, i + 1, j] * (1 - g) + ribbon[n, 0, i + 1, j + 1] * g) * f
    b = (ribbon[n, 1, i, j] * (1 - g) + ribbon[n, 1, i, j + 1] * g) * (1 - f)
    b += (ribbon[n, 1, i + 1, j] * (1 - g) + ribbon[n, 1, i + 1, j + 1] * g) * f
    return a, b, i, j, f, g


@njit(**FLAGS)
def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


@njit(**FLAGS)
def _look(s, ribbon, n, caps, t, x, y):
    """Alpha, and its variance as a share of a (1 - a), from one pass of the curve."""
    u, v = _place(s, n, t, x, y, ribbon.shape[2], ribbon.shape[3], caps)
    if v < 0:
        return 0.0, 0.0
    a, b, _, _, _, _ = _logits(ribbon, n, u, v)
    return _sigmoid(a), _sigmoid(b) if b > -25 else 0.0


@njit(**FLAGS)
def _together(a1, s1, a2, s2, rise, even):
    """Alpha and variance of two passes; see `ribbon._together`."""
    weight, swap = rise * rise * (3 - 2 * rise), even * even * (1.5 - even)
    clear1, clear2, cover1, cover2 = 1 - weight * a1, 1 - weight * a2, weight * (1 - a1), weight * (1 - a2)
    share1 = clear2 * clear2 + swap * (cover2 * cover2 - clear2 * clear2)
    share2 = cover1 * cover1 + swap * (clear1 * clear1 - cover1 * cover1)
    alpha = 1 - (1 - a1) * clear2 - swap * (1 - weight) * (a1 - a2)
    return alpha, share1 * s1 + share2 * s2


@njit(**FLAGS)
def _together_backward(to_alpha, to_spread, a1, s1, a2, s2, rise, even):
    """Gradients to its arguments."""
    weight, swap = rise * rise * (3 - 2 * rise), even * even * (1.5 - even)
    stay, extra = 1 - swap, swap * (1 - weight)
    clear1, clear2, cover1, cover2 = 1 - weight * a1, 1 - weight * a2, weight * (1 - a1), weight * (1 - a2)
    to_a1 = to_alpha * (clear2 - extra) - 2 * to_spread * s2 * weight * (stay * cover1 + swap * clear1)
    to_a2 = to_alpha * (cover1 + extra) - 2 * to_spread * s1 * weight * (stay * clear2 + swap * cover2)
    to_s1 = to_spread * (stay * clear2 * clear2 + swap * cover2 * cover2)
    to_s2 = to_spread * (stay * cover1 * cover1 + swap * clear1 * clear1)
    slope1 = swap * cover2 * (1 - a2) - stay * clear2 * a2
    slope2 = stay * cover1 * (1 - a1) - swap * clear1 * a1
    to_weight = to_alpha * (stay * a2 * (1 - a1) + swap * a1 * (1 - a2)) + 2 * to_spread * (s1 * slope1 + s2 * slope2)
    to_swap = to_spread * (s1 * (cover2 * cover2 - clear2 * clear2) + s2 * (clear1 * clear1 - cover1 * cover1))
    to_swap -= to_alpha * (1 - weight) * (a1 - a2)
    return to_a1, to_s1, to_a2, to_s2, to_weight * 6 * rise * (1 - rise), to_swap * 3 * even * (1 - even)


@njit(**FLAGS)
def _evaluate(s, ribbon, n, caps, x, y):
    """Alpha and variance of a stroke at a pixel, and t, other, between; t < 0 is out of reach, other < 0 is none."""
    qx, qy = s[n, PX] - x, s[n, PY] - y
    along = _unit(-(s[n, CX] * qx + s[n, CY] * qy) * s[n, CC])
    gx, gy = qx + along * s[n, CX], qy + along * s[n, CY]
    if gx * gx + gy * gy > s[n, FAR]:  # the curve stays within |a| / 4 of its chord
        return 0.0, 0.0, -1.0, -1.0, 0.0
    t, other, between, twice = _closest(s, n, qx, qy)
    a1, r1 = _look(s, ribbon, n, caps, t, x, y)
    if a1 == 0:
        return 0.0, 0.0, -1.0, -1.0, 0.0
    alpha, spread = a1, a1 * (1 - a1) * r1
    if twice:
        d2, top = _distance(s, n, other, x, y), _distance(s, n, between, x, y)
        rise = _unit((top - d2) / (BARRIER * s[n, RADIUS]))
        if d2 < s[n, WIDTH] or rise < 1:
            a2, r2 = _look(s, ribbon, n, caps, other, x, y)
            even = _unit((top - d2) / (top - _distance(s, n, t, x, y) + EPS))
            alpha, spread = _together(a1, spread, a2, a2 * (1 - a2) * r2, rise, even)
            return alpha, spread, t, other, between
    return alpha, spread, t, -1.0, 0.0


@njit(**FLAGS)
def _to_points(out, k, t, ex, ey, dx, dy):
    """Add -dB/dp . (ex, ey) + dB'/dp . (dx, dy)."""
    r = 1 - t
    out[k, 0] -= r * r * ex + 2 * r * dx
    out[k, 1] -= r * r * ey + 2 * r * dy
    out[k, 2] += (2 - 4 * t) * dx - 2 * t * r * ex
    out[k, 3] += (2 - 4 * t) * dy - 2 * t * r * ey
    out[k, 4] += 2 * t * dx - t * t * ex
    out[k, 5] += 2 * t * dy - t * t * ey


@njit(**FLAGS)
def _pull_look(s, ribbon, n, caps, t, x, y, a, r, to_alpha, to_spread, out, k, to_ribbon, part):
    """Backward of `_look`, which gave a and r: add to `out` (points, width, radius) and `to_ribbon`."""
    rows, columns = ribbon.shape[2], ribbon.shape[3]
    u, v = _place(s, n, t, x, y, rows, columns, caps)
    if v < 0:
        return
    i, j = min(int(u), rows - 2), min(int(v), columns - 2)
    f, g = u - i, v - j
    ga = (to_alpha + to_spread * (1 - 2 * a) * r) * a * (1 - a)
    gb = to_spread * a * (1 - a) * r * (1 - r)
    to_u = to_v = 0.0
    for which in range(2):
        h = ga if which == 0 else gb
        c00, c01 = ribbon[n, which, i, j], ribbon[n, which, i, j + 1]
        c10, c11 = ribbon[n, which, i + 1, j], ribbon[n, which, i + 1, j + 1]
        to_u += h * ((c10 - c00) * (1 - g) + (c11 - c01) * g)
        to_v += h * ((c01 - c00) * (1 - f) + (c11 - c10) * f)
        to_ribbon[part, n, which, i, j] += h * (1 - f) * (1 - g)
        to_ribbon[part, n, which, i, j + 1] += h * (1 - f) * g
        to_ribbon[part, n, which, i + 1, j] += h * f * (1 - g)
        to_ribbon[part, n, which, i + 1, j + 1] += h * f * g
    to_v *= (columns - 1) / 2
    ex = x - ((s[n, AX] * t + s[n, BX]) * t + s[n, PX])
    ey = y - ((s[n, AY] * t + s[n, BY]) * t + s[n, PY])
    dx, dy = 2 * s[n, AX] * t + s[n, BX], 2 * s[n, AY] * t + s[n, BY]
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    distance = math.sqrt(ex * ex + ey * ey + EPS)
    side = math.copysign(1.0, cross)
    pull = to_v * side / (s[n, WIDTH] * distance)
    out[k, 6] -= to_v * side * distance / (s[n, WIDTH] * s[n, WIDTH])
    if t <= 0 or t >= 1:
        total = abs(dot) + abs(cross) + EPS
        fan = to_u * caps / (total * total)
        to_dot, to_cross = fan * abs(cross), -fan * dot * side
    else:
        speed = dx * dx + dy * dy
        curve = max(speed - 2 * (ex * s[n, AX] + ey * s[n, AY]), 1e-3 * speed + EPS)
        to_dot, to_cross = to_u * (rows - 2 * caps - 1) / curve, 0.0
    _to_points(
        out, k, t,
        pull * ex + to_dot * dx + to_cross * dy, pull * ey + to_dot * dy - to_cross * dx,
        to_dot * ex - to_cross * ey, to_dot * ey + to_cross * ex,
    )  # fmt: skip


@njit(**FLAGS)
def _pull(s, ribbon, n, caps, x, y, t, other, between, alpha, spread, to_alpha, to_spread, out, k, to_ribbon, part):
    """Backward of `_evaluate`, which gave alpha and spread."""
    if other < 0:
        ratio = spread / max(alpha * (1 - alpha), 1e-30)
        _pull_look(s, ribbon, n, caps, t, x, y, alpha, ratio, to_alpha, to_spread, out, k, to_ribbon, part)
        return
    a1, r1 = _look(s, ribbon, n, caps, t, x, y)
    a2, r2 = _look(s, ribbon, n, caps, other, x, y)
    d1, d2, top = _distance(s, n, t, x, y), _distance(s, n, other, x, y), _distance(s, n, between, x, y)
    rise, even = _unit((top - d2) / (BARRIER * s[n, RADIUS])), _unit((top - d2) / (top - d1 + EPS))
    to_a1, to_s1, to_a2, to_s2, to_rise, to_even = _together_backward(
        to_alpha, to_spread, a1, a1 * (1 - a1) * r1, a2, a2 * (1 - a2) * r2, rise, even
    )
    _pull_look(s, ribbon, n, caps, t, x, y, a1, r1, to_a1, to_s1, out, k, to_ribbon, part)
    _pull_look(s, ribbon, n, caps, other, x, y, a2, r2, to_a2, to_s2, out, k, to_ribbon, part)
    out[k, 7] -= to_rise * rise / s[n, RADIUS]
    of_rise, of_even = to_rise / (BARRIER * s[n, RADIUS]), to_even / (top - d1 + EPS)
    to_d1, to_d2, to_top = of_even * even, -of_rise - of_even, of_rise + of_even * (1 - even)
    for at, distance, to_distance in ((t, d1, to_d1), (other, d2, to_d2), (between, top, to_top)):
        ex = x - ((s[n, AX] * at + s[n, BX]) * at + s[n, PX])
        ey = y - ((s[n, AY] * at + s[n, BY]) * at + s[n, PY])
        _to_points(out, k, at, to_distance / distance * ex, to_distance / distance * ey, 0.0, 0.0)


@njit(parallel=True, **FLAGS)
def composite(table, ribbons, caps, color, tiles, starts, strokes, side, across, mean, variance, kept, found):
    """Draw on mean [C, H, W] and variance [H, W], which hold the ground.

    Tile k has strokes[starts[k]:starts[k + 1]] in paint order.

    With room in `kept` [pairs * side^2, 3 + C + ...] what `composite_backward` needs is left there:
    `found` (t, other, between) and `kept` (alpha, spread, variance beneath, mean beneath).
    """
    channels, height, width = mean.shape
    keep = len(kept) > 0
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        m = np.empty(channels)
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= width or row >= height:
                continue
            for c in range(channels):
                m[c] = mean[c, row, column]
            v = variance[row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                at = (j - starts[0]) * side * side + p
                alpha, spread, t, other, between = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if keep:
                    found[at, 0], found[at, 1], found[at, 2] = t, other, between
                if t < 0:
                    continue
                if keep:
                    kept[at, 0], kept[at, 1], kept[at, 2] = alpha, spread, v
                change = 0.0
                for c in range(channels):
                    d = color[i, c] - m[c]
                    change += d * d
                    if keep:
                        kept[at, 3 + c] = m[c]
                    m[c] += alpha * d
                v = ((1 - alpha) ** 2 + spread) * v + spread * change
            for c in range(channels):
                mean[c, row, column] = m[c]
            variance[row, column] = v


@njit(parallel=True, **FLAGS)
def composite_backward(
    table,
    ribbons,
    caps,
    color,
    tiles,
    starts,
    strokes,
    side,
    across,
    to_mean,
    to_variance,
    kept,
    found,
    parts,
    out,
    to_color,
    to_ribbons,
    to_ground,
    to_spread,
):
    """Add to out [pairs, 8] (points, width, radius), to_color [pairs, C] and to_ribbons [parts, N, 2, R, C].

    With room in to_ground [C, H, W] and to_spread [H, W], gradients to the ground's mean and variance are left there.

    `parts` [n + 1] are ranges of tiles, each with a sum of its own.
    """
    channels, height, width = to_mean.shape
    grounded = len(to_ground) > 0
    for part in prange(len(parts) - 1):
        g = np.empty(channels)
        for k in range(parts[part], parts[part + 1]):
            x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
            for p in range(side * side):
                column, row = x0 + p % side, y0 + p // side
                if column >= width or row >= height:
                    continue
                for c in range(channels):
                    g[c] = to_mean[c, row, column]
                w = to_variance[row, column]
                for j in range(starts[k + 1] - 1, starts[k] - 1, -1):
                    i, pair = strokes[j], j - starts[0]
                    at = pair * side * side + p
                    t = found[at, 0]
                    if t < 0:
                        continue
                    alpha, spread, beneath = kept[at, 0], kept[at, 1], kept[at, 2]
                    to_alpha, change = -2 * w * beneath * (1 - alpha), 0.0
                    for c in range(channels):
                        d = color[i, c] - kept[at, 3 + c]
                        change += d * d
                        to_alpha += g[c] * d
                        pulled = 2 * w * spread * d
                        to_color[pair, c] += g[c] * alpha + pulled
                        g[c] += -g[c] * alpha - pulled
                    to_own = w * (beneath + change)
                    w *= (1 - alpha) ** 2 + spread
                    _pull(
                        table, ribbons, i, caps, column + 0.5, row + 0.5, t, found[at, 1], found[at, 2],
                        alpha, spread, to_alpha, to_own, out, pair, to_ribbons, part,
                    )  # fmt: skip
                if grounded:
                    for c in range(channels):
                        to_ground[c, row, column] = g[c]
                    to_spread[row, column] = w


@njit(parallel=True, **FLAGS)
def influence(
    table, ribbons, caps, color, background, tiles, starts, strokes, side, across, height, width, out
):  # fmt: skip
    """Fill out [pairs]: the largest change that a stroke makes to any pixel of a tile; see `raster.influence`."""
    for k in prange(len(tiles)):
        first, count = starts[k], starts[k + 1] - starts[k]
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        m, alphas, changes = np.empty(len(background)), np.empty(count), np.empty(count)
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= width or row >= height:
                continue
            m[:] = background
            for j in range(count):
                i = strokes[first + j]
                alphas[j] = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)[0]
                changes[j] = 0.0
                for c in range(len(m)):
                    step = alphas[j] * (color[i, c] - m[c])
                    changes[j] = max(changes[j], abs(step))
                    m[c] += step
            clear = 1.0
            for j in range(count - 1, -1, -1):
                out[first + j] = max(out[first + j], changes[j] * clear)
                clear *= 1 - alphas[j]


@njit(parallel=True, **FLAGS)
def sample(table, ribbons, caps, strokes, centers, side, alpha, variance, found):
    """Fill alpha, variance [T, side^2] and found [T * side^2, 3]: stroke k alone on the tile around center k."""
    for k in prange(len(strokes)):
        i = strokes[k]
        for p in range(side * side):
            x = centers[k, 0] + p % side - (side - 1) / 2
            y = centers[k, 1] + p // side - (side - 1) / 2
            at = k * side * side + p
            a, s, t, other, between = _evaluate(table, ribbons, i, caps, x, y)
            alpha[k, p], variance[k, p] = a, s
            found[at, 0], found[at, 1], found[at, 2] = t, other, between


@njit(parallel=True, **FLAGS)
def sample_backward(
    table, ribbons, caps, strokes, centers, side, alpha, variance, to_alpha, to_variance, found, parts, out, to_ribbons
):
    """As `composite_backward`, for `sample`; `parts` are ranges of pairs."""
    for part in prange(len(parts) - 1):
        for k in range(parts[part], parts[part + 1]):
            i = strokes[k]
            for p in range(side * side):
                at = k * side * side + p
                if found[at, 0] < 0:
                    continue
                x = centers[k, 0] + p % side - (side - 1) / 2
                y = centers[k, 1] + p // side - (side - 1) / 2
                _pull(
                    table, ribbons, i, caps, x, y, found[at, 0], found[at, 1], found[at, 2],
                    alpha[k, p], variance[k, p], to_alpha[k, p], to_variance[k, p], out, k, to_ribbons, part,
                )  # fmt: skip
