"""What a brush of hairs leaves of a stroke at a pixel, and whole strokes of it, compiled for the CPU by Numba.

Every pixel asks for its closest point on the curve and so has coordinates in the straightened stroke, in radii: `s`
along (0 at the start; below 0 and beyond `length` in the ends), `x` across (-1..1 under the spread brush). All the
brush is a function of (s, x) and the stroke's seed, so that it has no resolution; what is finer than a pixel is
replaced by its mean.

Across, the brush is cut three times: into locks, strands and hairs, each cell with its own edges, load, tint and
lift. Along a cell runs a slow noise. From those:

    wet    = load - s / dry + uneven load(s, x) - worn |x|^6 + tooth (surface - middle)     how much paint is left here
    alpha  = start . end . side . smoothstep(wet / soft)                                    where it covers
    height = alpha (body (1 + ridges) + rim + heap + head)                                  how thick it lies

A stroke of color c and alpha a, on paint of color C and height H:

    C <- C + a (c - C)        H <- (1 - level a) H + a height
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from ...noise import FLAGS, along, hashed
from ...surface import MIDDLE
from .brush import HEIGHT, STATIONS, WET

__all__ = ["cells_of", "follow", "lay", "lay_rows", "pick_up", "wander"]

DRAG = 1.6  # radii along which picked up paint is dragged
ARC = 24  # pieces of a stroke's table of lengths
BAND = 32  # rows that one thread paints at a time
SEEN = 1 / 512  # alpha that is none
CELL = 6  # numbers of a cell
EDGE, LOAD, TINT, WARM, LIFT, PHASE = range(CELL)
# Of locks, strands and hairs: their shares of a load and of what of it is lost in a pixel, of tint and of warmth, how
# fast their noise changes along the stroke, and their ridges. Locks and hairs leave bumps, strands furrows with crests
# between; no two alike, or it looks like cord.
SHARE, TONE, HUE = (0.42, 0.36, 0.22), (0.45, 0.35, 0.2), (0.6, 0.3, 0.1)
PACE, CREST = (0.35, 0.6, 1.1), (0.42, -0.36, 0.22)
LOADED, LOST, LIFTED, UNLIFTED, RIDGED, TINTED, WARMED, GAP, UNGAP = range(9)
SPREAD = (0.113, 0.089)  # variances of the load and of the lift among cells
APART = (0.175, 0.0565)  # how wide gaps between locks are on average, and the variance of that


@njit(**FLAGS)
def _unit(x):
    return min(max(x, 0.0), 1.0)


@njit(**FLAGS)
def _step(x):
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)


@njit(**FLAGS)
def cells_of(seeds, b):
    """[N, cells, CELL] of each stroke: jittered edges, load, tint, warmth, lift, phase of each lock, strand, hair."""
    out = np.empty((len(seeds), b.locks + b.strands + b.hairs + 3, CELL), np.float32)
    for n in range(len(seeds)):
        row = 0
        for count in (b.locks, b.strands, b.hairs):
            for i in range(count + 1):
                at = seeds[n] * 1000 + row
                out[n, row, EDGE] = i + (0.9 * (hashed(at, 1) - 0.5) if 0 < i < count else 0.0)
                out[n, row, LOAD] = hashed(at, 2) - 0.5
                out[n, row, TINT] = hashed(at, 3) + hashed(at, 4) - 1
                out[n, row, WARM] = hashed(at, 5) + hashed(at, 6) - 1
                out[n, row, LIFT] = hashed(at, 7) ** 2
                out[n, row, PHASE] = 64 * hashed(at, 8)
                row += 1
    return out


@njit(**FLAGS)
def _closest(ax, ay, bx, by, qx, qy):
    """Parameters of the local minima of |q + b t + a t^2| in 0..1, the earlier first, and the maximum between (or -1).

    Cardano's formula on the derivative; the second minimum is -1 where there is none.
    """
    aa, ab, bb = ax * ax + ay * ay, ax * bx + ay * by, bx * bx + by * by
    k1, k0 = bb + 2 * (ax * qx + ay * qy), bx * qx + by * qy
    if aa < 9e-4 * ((ax + bx) ** 2 + (ay + by) ** 2) or aa < 1e-12:  # nearly straight
        cx, cy = ax + bx, ay + by
        t = _unit(-(cx * qx + cy * qy) / max(cx * cx + cy * cy, 1e-12))
        for _ in range(3):
            t = _unit(t - (((2 * aa * t + 3 * ab) * t + k1) * t + k0) / max((6 * aa * t + 6 * ab) * t + k1, 1e-9))
        return t, -1.0, -1.0
    shift = -ab / (2 * aa)  # t = shift + z:  z^3 + p z + r = 0
    p = k1 / (2 * aa) - 3 * shift * shift
    r = (((2 * aa * shift + 3 * ab) * shift + k1) * shift + k0) / (2 * aa)
    third, half = p / 3, r / 2
    disc = half * half + third * third * third
    if disc >= 0:
        cube = max(abs(half) + math.sqrt(disc), 1e-30) ** (1 / 3)
        z = cube - third / cube
        return _unit(shift - (z if half > 0 else -z)), -1.0, -1.0
    m = math.sqrt(-third)
    angle = math.acos(min(max(-half / (m * m * m), -1.0), 1.0)) / 3
    c, d = math.cos(angle), math.sin(angle) * math.sqrt(3.0)
    low, between, high = shift - m * (c + d), shift + m * (d - c), shift + 2 * m * c
    if between <= 0:
        return _unit(high), -1.0, -1.0
    if between >= 1:
        return _unit(low), -1.0, -1.0
    return _unit(low), _unit(high), between


@njit(**FLAGS)
def _passes(d1, d2, top, radius):
    """How much of each of two passes over a pixel counts, the later on top; d1, d2, top are squared distances.

    Where the curve bends more tightly than the brush is wide, a pixel has two closest points, and which is the closer
    changes within the stroke. The farther counts in so far as the brush has left the pixel in between; near where both
    are as far, each counts a little, so that no seam is seen.
    """
    d1, d2, top = math.sqrt(d1), math.sqrt(d2), math.sqrt(top)
    left = _step((top - max(d1, d2)) / (0.5 * radius))
    room = min(0.4 * radius, 2 * (top - min(d1, d2))) + 1e-9
    late = _step((d1 - d2) / room + 0.5)  # 1 where the later pass is the closer
    return 1 - (1 - left) * late**12, late + (1 - late) * left


@njit(**FLAGS)
def _wander(seed, s):
    return 0.05 * (along(seed + 11, 0.7 * s) - 0.5)


@njit(**FLAGS)
def _cells(cells, b, k, row, seed, s, middle, pixel, sums):
    """Add to sums what level k (locks, strands, hairs) is like on average across a pixel.

    middle: where it lies, and pixel: how wide it is, in cells. Cells much finer than it are known by what all cells
    are like on average, and how far they stray from that: SPREAD, GAP.
    """
    n = b.locks if k == 0 else b.strands if k == 1 else b.hairs
    seen = _step(2.2 - pixel)
    share = SHARE[k]
    load = load2 = lift = lift2 = gap = gap2 = 0.0
    if seen > 0:
        low, high = max(middle - pixel / 2, 0.0), min(middle + pixel / 2, float(n))
        i = min(max(int(low), 0), n - 1)
        if i > 0 and low < cells[row + i, EDGE]:
            i -= 1
        elif i < n - 1 and low >= cells[row + i + 1, EDGE]:
            i += 1
        whole, part = 1 / max(high - low, 1e-9), 0.0
        while i < n:
            c, left, right = cells[row + i], cells[row + i, EDGE], cells[row + i + 1, EDGE]
            inverse = 1 / (right - left)
            first, last = (max(low, left) - left) * inverse, (min(high, right) - left) * inverse
            part = (min(high, right) - max(low, left)) * whole
            f, d = (first + last) / 2, last - first
            far = along(seed * 1000 + row + i, PACE[k] * s + c[PHASE]) - 0.5
            bump = 4 * f * (1 - f) - d * d / 3
            one = c[LOAD] + 0.55 * far + 0.35 * (bump - 0.667)
            load += part * one
            load2 += part * one * one
            lift += part * c[LIFT]
            lift2 += part * c[LIFT] * c[LIFT]
            sums[RIDGED] += seen * CREST[k] * part * (bump - 0.667) * (0.15 + 0.6 * c[LOAD] + 1.9 * c[LIFT] + 1.1 * far)
            sums[TINTED] += seen * TONE[k] * part * (c[TINT] + 0.5 * far)
            sums[WARMED] += seen * HUE[k] * part * c[WARM]
            if k == 0 and b.splay > 0:
                for m in range(3):  # Gauss and Legendre's three places
                    g = f + 0.387298 * d * (m - 1)
                    one = max(0.75 - 4 * g * (1 - g) + 0.5 * far, 0.0)
                    gap += part * (8 if m == 1 else 5) / 18 * one
                    gap2 += part * (8 if m == 1 else 5) / 18 * one * one
            if right >= high:
                break
            i += 1
    sums[LOADED] += seen * share * load
    sums[LIFTED] += share * (seen * lift + (1 - seen) / 3)
    sums[LOST] += share * share * (seen * max(load2 - load * load, 0.0) + (1 - seen) * SPREAD[0])
    sums[UNLIFTED] += share * share * (seen * max(lift2 - lift * lift, 0.0) + (1 - seen) * SPREAD[1])
    if k == 0:
        sums[GAP] = seen * gap + (1 - seen) * APART[0]
        sums[UNGAP] = seen * max(gap2 - gap * gap, 0.0) + (1 - seen) * APART[1]


@njit(**FLAGS)
def _hairs(cells, b, seed, s, v, length, press, charge, stiff, pixel, tooth, rough, sums, out):
    """What the brush leaves at (s, v) radii: out = alpha, height, tint, warmth, lock, leveling.

    A pixel is a box. What varies within it makes edges softer, by the width of a box or a step that is as uneven.
    """
    out[0] = 0.0
    spread = b.thinnest + (1 - b.thinnest) * press
    x = v / spread + _wander(seed, s)
    side = 1 if x > 0 else 0
    limit = 1 - 0.12 * along(seed + 13 + side, 1.3 * s + 31) - 0.06 * along(seed + 17 + side, 4.3 * s + 31)
    edge = (limit - abs(x)) * spread  # radii to the side
    if edge < -pixel or s < -1.2 or s > length + 1.2:
        return
    sums[:] = 0.0
    row = 0
    for k in range(3):
        n = b.locks if k == 0 else b.strands if k == 1 else b.hairs
        _cells(cells, b, k, row, seed, s, _unit((x + 1) / 2) * n, pixel * n / (2 * spread), sums)
        row += n + 1
    lift, ridge = sums[LIFTED], sums[RIDGED]
    ax = min(abs(x), 1.0)
    uneven = b.uneven * (0.5 + stiff)
    wet = charge - max(s, 0.0) / b.dry + uneven * sums[LOADED] - b.worn * ax**6 - b.splay * sums[GAP]
    catch = b.tooth * _unit(1.1 - wet)
    wet += catch * (tooth - MIDDLE)
    slope = 6 * b.worn * ax**5 * pixel / spread
    lost = uneven * uneven * sums[LOST] + b.splay * b.splay * sums[UNGAP] + (catch * rough) ** 2 + slope * slope / 12
    soft = math.sqrt(b.soft * b.soft + 20 * lost)
    inner = math.sqrt(max(1 - ax * ax, 0.0))
    begin = -0.92 * b.tip * inner * spread + 0.22 * (lift - 0.33) + 0.26 * (along(seed + 19, 1.7 * x + 9) - 0.5)
    leave = b.ragged * min(1.0, 0.25 + length / 4) * (1.25 - 0.5 * press)
    end = length + 1.03 * b.tip * inner * spread - leave * (lift - 0.12)
    slant = b.tip * ax / max(inner, 0.3)
    wide = pixel * pixel * (1 + slant * slant)
    start = math.sqrt(wide + 12 * 0.22 * 0.22 * sums[UNLIFTED])
    stop = math.sqrt(wide + 12 * leave * leave * sums[UNLIFTED]) + 0.04
    alpha = _unit((s - begin) / start + 0.5) * _unit((end - s) / stop + 0.5) * _unit(edge / pixel + 0.5)
    alpha *= _step((wet - 0.22) / soft + 0.5)
    if alpha < SEEN:
        return
    left = _unit(0.25 + 0.75 * max(wet, (0.22 + wet + 0.39 * soft) / 2))  # of what of the pixel is covered
    near = edge if edge > pixel / 2 else edge / 2 + pixel / 4  # the middle of what of the pixel is covered
    bank = _unit(min(min(near / 0.10, (s - begin) / 0.22), (end - s) / 0.10))
    bank = bank * (2 - bank)  # paint is round at its edges
    high = b.body * left * (1 + b.ridge * (0.5 + stiff) * ridge) * (1 - b.dome * ax * ax)
    if b.ripple > 0:
        high *= 1 + b.ripple * (along(seed + 23, 2.1 * s + 0.8 * x) + 0.5 * along(seed + 29, 5.3 * s - 1.7 * x) - 0.75)
    high += b.rim * left * (0.4 + 0.6 * press) * _bump(near - 0.10, 0.075, pixel)
    high += b.heap * left * _bump(end - s - 0.16, 0.13, pixel) * (0.5 + ridge)
    high += b.head * _bump(s - begin - 0.25, 0.3, pixel)
    out[0], out[1], out[2], out[3] = alpha, max(high, 0.0) * bank, b.tint * sums[TINTED], b.warmth * sums[WARMED]
    out[4], out[5] = _unit((x + 1) / 2) * b.locks - 0.5, 0.4 + 0.6 * left


@njit(**FLAGS)
def _bump(x, width, pixel):
    """exp(-(x / width)^2), as a pixel sees it."""
    seen = width * width + pixel * pixel / 6
    return width / math.sqrt(seen) * math.exp(-x * x / seen)


@njit(**FLAGS)
def _stroke(
    sheet, cells, b, seed, curve, radius, press, charge, stiff, color, carry, unit, tooth, rough, tinted, top, bottom
):
    """One stroke on the rows top..bottom of a sheet; see `lay`."""
    columns, last = sheet.shape[1], len(color) - 1
    height = last + 1 + HEIGHT
    px, py = curve[0, 0], curve[0, 1]
    bx, by = 2 * (curve[1, 0] - px), 2 * (curve[1, 1] - py)
    ax, ay = px - 2 * curve[1, 0] + curve[2, 0], py - 2 * curve[1, 1] + curve[2, 1]
    if abs(ax) + abs(ay) + abs(bx) + abs(by) < 1e-3 * radius:
        bx += 1e-3 * radius  # a dot has a direction too
    far = 1.2 * radius + 1
    x0, x1 = min(px, curve[2, 0], px + bx / 2) - far, max(px, curve[2, 0], px + bx / 2) + far
    y0, y1 = min(py, curve[2, 1], py + by / 2) - far, max(py, curve[2, 1], py + by / 2) + far
    i0, i1, j0, j1 = max(int(y0), top), min(int(y1) + 1, bottom), max(int(x0), 0), min(int(x1) + 1, columns)
    if i0 >= i1 or j0 >= j1:
        return
    cx, cy = ax + bx, ay + by  # the curve stays within |a| / 4 of its chord
    chord, off = 1 / max(cx * cx + cy * cy, 1e-12), (far + 0.25 * math.hypot(ax, ay)) ** 2
    arc, sums, out = np.empty(ARC + 1), np.empty(9), np.empty(6)
    arc[0] = 0.0
    for i in range(ARC):
        t = (i + 0.5) / ARC
        arc[i + 1] = arc[i] + math.hypot(2 * ax * t + bx, 2 * ay * t + by) / (ARC * radius)
    for i in range(i0, i1):
        for j in range(j0, j1):
            qx, qy = px - (j + 0.5), py - (i + 0.5)
            t = _unit(-(cx * qx + cy * qy) * chord)
            if (qx + t * cx) ** 2 + (qy + t * cy) ** 2 > off:
                continue
            first, second, between = _closest(ax, ay, bx, by, qx, qy)
            early = late = 1.0
            if second >= 0:
                d1 = (qx + (ax * first + bx) * first) ** 2 + (qy + (ay * first + by) * first) ** 2
                d2 = (qx + (ax * second + bx) * second) ** 2 + (qy + (ay * second + by) * second) ** 2
                top_ = (qx + (ax * between + bx) * between) ** 2 + (qy + (ay * between + by) * between) ** 2
                early, late = _passes(d1, d2, top_, radius)
            for turn in range(1 if second < 0 else 2):  # the later pass lies on top
                t, counts = (first, early) if turn == 0 else (second, late)
                if counts < SEEN:
                    continue
                ex, ey = -qx - (ax * t + bx) * t, -qy - (ay * t + by) * t
                dx, dy = 2 * ax * t + bx, 2 * ay * t + by
                if ex * ex + ey * ey > far * far:
                    continue
                inverse = 1 / max(math.hypot(dx, dy) * radius, 1e-12)
                ahead, v = (ex * dx + ey * dy) * inverse, (ex * dy - ey * dx) * inverse
                place = t * ARC
                k = min(int(place), ARC - 1)
                s = arc[k] + (arc[k + 1] - arc[k]) * (place - k) + ahead
                force = press[0] + (press[1] - press[0]) * t
                _hairs(cells, b, seed, s, v, arc[ARC], force, charge, stiff, 1 / radius, tooth[i, j], rough,
                       sums, out)  # fmt: skip
                a = out[0] * counts
                if a < SEEN:
                    continue
                sheet[i, j, height] += a * (unit * out[1] - b.level * out[5] * sheet[i, j, height])
                lock = min(max(out[4], 0.0), b.locks - 1.001)
                li = int(lock)
                lf, kf = lock - li, 0.0
                if b.wet > 0:
                    place = t * STATIONS
                    k = min(int(place), STATIONS - 1)
                    kf = place - k
                for c in range(last + 1):
                    paint = color[c]
                    if b.wet > 0:
                        drag = (carry[k, li, c] * (1 - kf) + carry[k + 1, li, c] * kf) * (1 - lf)
                        drag += (carry[k, li + 1, c] * (1 - kf) + carry[k + 1, li + 1, c] * kf) * lf
                        paint += b.wet * (drag - paint)
                    if tinted:
                        paint += out[2] * (0.25 + paint) + out[3] * (1 - 2 * c / last)
                    sheet[i, j, c] += a * (_unit(paint) - sheet[i, j, c])
                for c in range(last + 1, sheet.shape[2]):
                    if c != height:
                        sheet[i, j, c] += a * (1 - sheet[i, j, c])


@njit(**FLAGS)
def _drag(sheet, b, curve, radius, press, color, carry):
    """Fill carry [STATIONS + 1, locks, C]: the color of each lock along a stroke, of its own and what lies beneath.

    A bare canvas gives nothing.
    """
    rows, columns, _ = sheet.shape
    colors = len(color)
    px, py = curve[0, 0], curve[0, 1]
    bx, by = 2 * (curve[1, 0] - px), 2 * (curve[1, 1] - py)
    ax, ay = px - 2 * curve[1, 0] + curve[2, 0], py - 2 * curve[1, 1] + curve[2, 1]
    length = 0.0
    for i in range(ARC):
        t = (i + 0.5) / ARC
        length += math.hypot(2 * ax * t + bx, 2 * ay * t + by) / (ARC * radius)
    kept = math.exp(-length / STATIONS / DRAG)
    for k in range(STATIONS + 1):
        t = k / STATIONS
        dx, dy = 2 * ax * t + bx, 2 * ay * t + by
        force = press[0] + (press[1] - press[0]) * t
        wide = 0.9 * radius * (b.thinnest + (1 - b.thinnest) * force) / max(math.hypot(dx, dy), 1e-9)
        for i in range(b.locks):
            o = ((2 * i + 1) / b.locks - 1) * wide
            x = min(max(int(px + (ax * t + bx) * t + dy * o), 0), columns - 1)
            y = min(max(int(py + (ay * t + by) * t - dx * o), 0), rows - 1)
            keep = 1 - (1 - kept) * sheet[y, x, colors + WET] if k else 1.0
            for c in range(colors):
                before = carry[k - 1, i, c] if k else color[c]
                beneath = sheet[y, x, c] / max(sheet[y, x, colors], 1e-6)
                carry[k, i, c] = keep * before + (1 - keep) * beneath


@njit(**FLAGS)
def pick_up(sheet, cells, b, seeds, curves, radius, press, charge, stiff, color, unit, tooth, rough, carry):
    """Paint strokes one after the other on a small sheet, whose pixels know how much paint there is.

    What each picks up is left in carry [N, STATIONS + 1, locks, 3]; arguments as for `lay`.
    """
    for n in range(len(radius)):
        _drag(sheet, b, curves[n], radius[n], press[n], color[n], carry[n])
        _stroke(sheet, cells[n], b, seeds[n], curves[n], radius[n], press[n], charge[n], stiff[n], color[n], carry[n],
                unit[n], tooth, rough, True, 0, sheet.shape[0])  # fmt: skip


@njit(**FLAGS)
def wander(seed, at):
    """How far hairs stray to the side `at` [S] radii along, in shares of the brush's half width."""
    return np.array([_wander(seed, s) for s in at])


@njit(**FLAGS)
def follow(cells, b, seed, at, across, press, length, charge, stiff, pixel, tooth, rough, out):
    """What a stroke leaves `at` [S] radii along and `across` [K] shares of the brush's half width: out [K, S, 6].

    With press [S], on a surface tooth [K, S], as rough within a pixel as in `lay`; the numbers are those of `_hairs`,
    for hairs that wander as they do.
    """
    row, sums = np.empty(6), np.empty(9)
    for j in range(len(at)):
        spread = b.thinnest + (1 - b.thinnest) * press[j]
        for k in range(len(across)):
            v = (across[k] - _wander(seed, at[j])) * spread
            _hairs(cells, b, seed, at[j], v, length, press[j], charge, stiff, pixel, tooth[k, j], rough, sums, row)
            out[k, j] = row


@njit(**FLAGS)
def lay_rows(
    sheet, cells, b, seeds, curves, radius, press, charge, stiff, color, carry, unit, tooth, rough, tinted, top, bottom
):
    """As `lay`, on the rows top..bottom only, in this thread."""
    for n in range(len(radius)):
        _stroke(sheet, cells[n], b, seeds[n], curves[n], radius[n], press[n], charge[n], stiff[n], color[n],
                carry[n], unit[n], tooth, rough, tinted, top, bottom)  # fmt: skip


@njit(parallel=True, **FLAGS)
def lay(sheet, cells, b, seeds, curves, radius, press, charge, stiff, color, carry, unit, tooth, rough):
    """Paint strokes on a sheet [H, W, C + 2 or C + 3], the first undermost.

    Args:
        sheet: premultiplied colors, alpha, height, and how much paint there is.
        cells: [N, …] as of `cells_of`; b: the brush's `Hairs`; seeds: [N].
        curves: [N, 3, 2], radius [N]: pixels. press [N, 2], charge [N] paint at the start, stiff [N] bristles 0..1.
        carry: [N, STATIONS + 1, locks, C] the color of each lock along the stroke. color: [N, C], long waves first.
        unit: [N] what a height of 1 is on the sheet. tooth: [H, W] heights of the surface;
            rough: their standard deviation within a pixel.
    """
    rows = sheet.shape[0]
    for band in prange((rows + BAND - 1) // BAND):
        lay_rows(sheet, cells, b, seeds, curves, radius, press, charge, stiff, color, carry, unit, tooth, rough, True,
                 band * BAND, min((band + 1) * BAND, rows))  # fmt: skip
