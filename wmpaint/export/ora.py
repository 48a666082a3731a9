"""OpenRaster: `write_ora("cat.ora", work, layers="rounds")`, a painting in layers for Krita, GIMP and MyPaint.

The format is that of https://www.openraster.org, version 0.0.6: a zip of one PNG a layer, and a list of them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack
from xml.etree import ElementTree

import torch
from torch import Tensor

from .. import files, memory
from ..errors import InputError
from ..image import zoomed
from ..marks import Marks
from ..media.lit import Lit
from ..medium import Picture, render
from .bitmap import over, shown_box
from .encoders import bands, encode_png
from .pictures import about, brush_names
from .svg.page import clean
from .view import Exportable, View, ViewOptions, picture_size, view_of

__all__ = ["OraLayer", "split_layers", "write_ora"]

MOST = 999  # layers
LEAST = 0.02  # share of the strokes that a round needs to be a layer of its own
THUMBNAIL = 256  # pixels


@dataclass(frozen=True)
class OraLayer:
    """The strokes from number `start` to before `stop`."""

    name: str
    start: int
    stop: int


def write_ora(
    path: str | Path,
    work: Exportable,
    *,
    layers: str | int = "rounds",
    height: int | None = None,
    dpi: float | None = None,
    **look: Unpack[ViewOptions],
) -> None:
    """.ora: layers of strokes over a layer of ground, to paint on in Krita, GIMP or MyPaint.

    Laid over each other in the program that opens them, they give the merged picture in the file; a painting of
    the same options in one piece differs from it by the rounding of each layer to 8 bits.

    Where paint has a relief, or mixes as pigment, layers on a ground are without light, and the uppermost one is
    that: its mode is hard light, which darkens and lightens, and what wet paint of one layer picked up from another
    is in it, too. The relief itself is a hidden layer, the higher the lighter. On a transparent ground each layer
    is lit by itself.

    Args:
        layers: "rounds", the rounds it was painted in; or a number, of strokes in a layer.
        height, dpi, look: as for a picture, see `export.pictures`; a transparent ground is no layer.

    Raises:
        InputError: an option out of range, more than 999 layers, or a picture that does not fit into memory.
        FileError: the file cannot be written.
    """
    height, dpi = picture_size(work, height, dpi)
    view = view_of(work, **look)
    parts = split_layers(work, layers)
    rows, columns = view.canvas.pixels(height)
    memory.check_picture(rows, columns, kept=1)
    stack: list[dict[str, str]] = []
    with files.atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(_entry("mimetype"), "image/openraster")
        merged = torch.zeros(4, rows, columns, device="cpu")
        if view.canvas.background is not None:
            color = merged.new_tensor([*view.canvas.background, 1.0])[:, None, None].expand(4, rows, columns)
            _add(archive, stack, "Ground", color, merged)
        clear = replace(view, canvas=replace(view.canvas, background=None))
        picture = _lit(view, work.strokes, height)
        if picture is not None and isinstance(view.medium, Lit):
            clear = replace(clear, medium=view.medium.medium)
        for part in parts:
            top = _painted(clear, work.strokes, part, height)
            _add(archive, stack, part.name, top, merged)
        if picture is not None:
            _add(archive, stack, "Light", _hard_light(merged[:3], picture.mean[:3]), merged, "svg:hard-light")
        if picture is not None and picture.relief is not None:
            tall = (picture.relief / picture.relief.max().clamp(min=1e-9)).clamp(0, 1)
            _add(archive, stack, "Relief", torch.stack([tall, tall, tall, torch.ones_like(tall)]), merged, None)
        shown = merged if view.canvas.background is None else merged[:3]
        archive.writestr(_entry("stack.xml"), _stack(stack, rows, columns, dpi), zipfile.ZIP_DEFLATED)
        with archive.open(_entry("mergedimage.png"), "w") as stream:
            encode_png(stream, shown, dpi=dpi, text=about(work))
        with archive.open(_entry("Thumbnails/thumbnail.png"), "w") as stream:
            encode_png(stream, zoomed(shown, min(1.0, THUMBNAIL / max(shown.shape[1:]))))


def split_layers(work: Exportable, layers: str | int) -> list[OraLayer]:
    """The layers from the lowest up: every stroke is in one of them, in order.

    "rounds" are those that the painting remembers; one of less than 2 % of the strokes, which were placed anew near
    the end, belongs to the one below. A painting that remembers none is cut into four of sizes 1, 2, 4 and 8.

    Raises:
        InputError: neither "rounds" nor a number of 1 or more, or more than 999 layers.
    """
    count = len(work.strokes)
    if layers == "rounds":
        sizes = _rounds(work.metadata()["provenance"].get("rounds"), count)
    elif isinstance(layers, int) and not isinstance(layers, bool) and layers >= 1:
        if count > layers * MOST:
            least = -(-count // MOST)
            raise InputError(f"expected {least} strokes a layer or more, for {MOST} layers at most, got {layers}")
        sizes = [min(layers, count - start) for start in range(0, count, layers)]
    else:
        raise InputError(f'expected layers of "rounds" or a number of strokes of 1 or more, got {layers!r}')
    found, start, brushes = [], 0, brush_names(work)
    for number, wide in enumerate(sizes, 1):
        stop = start + wide
        named = f"Round {number}" if layers == "rounds" else f"From stroke {start + 1}"
        found.append(OraLayer(f"{named}: {_said(work.strokes[start:stop], brushes)}", start, stop))
        start = stop
    return found


def _rounds(known: object, count: int) -> list[int]:
    """Sizes of rounds; those a painting knows of itself, if they are of its strokes."""
    sizes: list[int] = []
    if isinstance(known, list) and all(type(size) is int and size > 0 for size in known) and sum(known) == count:
        for wide in known:
            if sizes and wide < LEAST * count:
                sizes[-1] += wide
            else:
                sizes.append(wide)
    else:
        ends = [round(count * share / 15) for share in (1, 3, 7, 15)]
        sizes = [stop - start for start, stop in zip([0, *ends], ends, strict=False) if stop > start]
    return sizes


def _said(strokes: Marks, brushes: Sequence[str]) -> str:
    """How many strokes of what show."""
    shown = strokes.shown()
    if not len(shown):
        return "no strokes"
    numbers = [0] if shown.brush is None else sorted(set(shown.brush.tolist()))
    names = " and ".join(brushes[number] for number in numbers)
    return f"{len(shown)} stroke{'s' * (len(shown) > 1)} of {names}"


def _painted(look: View, strokes: Marks, part: OraLayer, height: int) -> Tensor:
    """A layer on nothing. The other strokes are lifted, not left out: random numbers belong to a stroke's place."""
    inside = torch.zeros_like(strokes.present)
    inside[part.start : part.stop] = True
    return look.render(strokes.where(inside), height=height)


def _lit(view: View, strokes: Marks, height: int) -> Picture | None:
    """The whole painting; None where it has no ground or no relief, and its layers are as they look."""
    if view.canvas.background is None:
        return None
    with torch.no_grad():
        flat = render(view.medium, strokes, view.frame(8), generator=view.generator()).relief is None
        if flat and view.canvas.mixing == "light":
            return None
        return render(view.medium, strokes, view.frame(height), generator=view.generator())


def _hard_light(below: Tensor, wanted: Tensor) -> Tensor:  # [3, H, W] each -> [4, H, W]
    """The layer that turns one opaque picture into another: up to a half it multiplies, from there it screens."""
    darker = wanted / (2 * below).clamp(min=1e-6)
    lighter = 1 - (1 - wanted) / (2 * (1 - below)).clamp(min=1e-6)
    found = torch.where(wanted <= below, darker, lighter).clamp(0, 1)
    return torch.cat([found, torch.ones_like(found[:1])])


def _add(
    archive: zipfile.ZipFile,
    stack: list[dict[str, str]],
    name: str,
    top: Tensor,  # [4, H, W]
    merged: Tensor,  # [4, H, W]
    mode: str | None = "svg:src-over",
) -> None:
    """Write one layer, cut to what is painted, and lay what was written over what is beneath, in place.

    With no mode it is hidden, and nothing is laid.
    """
    left, upper, right, lower = shown_box(top[3] >= 0.5 / 255) or (0, 0, 1, 1)  # one pixel where nothing shows
    top = top[:, upper:lower, left:right]
    source = f"data/layer{len(stack):03d}.png"
    with archive.open(_entry(source), "w") as stream:
        encode_png(stream, top)
    look = {"visibility": "visible" if mode else "hidden", "composite-op": mode or "svg:src-over"}
    stack.append({"name": name, "src": source, "x": str(left), "y": str(upper), "opacity": "1.0000"} | look)
    if mode is None:
        return
    below, row = merged[:, upper:lower, left:right], 0
    for band in bands(top, 8):
        # As it is read from a file of 8 bits; premultiplied again.
        straight = torch.from_numpy(band).permute(2, 0, 1) / 255
        read = torch.cat([straight[:3] * straight[3:], straight[3:]])
        part = below[:, row : row + len(band)]
        if mode == "svg:hard-light":  # of opaque layers
            light = straight[:3]
            read[:3] = torch.where(light <= 0.5, 2 * light * part[:3], 1 - 2 * (1 - light) * (1 - part[:3]))
        part.copy_(over(read, part))
        row += len(band)


def _stack(layers: Sequence[dict[str, str]], rows: int, columns: int, dpi: float | None) -> bytes:
    """stack.xml, which lists the uppermost layer first."""
    image = {"version": "0.0.6", "w": str(columns), "h": str(rows)}
    if dpi is not None:
        image |= {"xres": str(max(1, round(dpi))), "yres": str(max(1, round(dpi)))}
    root = ElementTree.Element("image", image)
    stack = ElementTree.SubElement(root, "stack", {"name": "root"})
    for layer in reversed(layers):
        ElementTree.SubElement(stack, "layer", {key: clean(value) for key, value in layer.items()})
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _entry(name: str) -> zipfile.ZipInfo:
    """Without a time of day, so that the same painting gives the same file. PNG is packed already."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry
