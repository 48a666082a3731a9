"""Readers of strangers' files, each with a file that is whole, for the tests that try broken ones."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from flat import many
from safetensors.torch import save_file

from wmpaint import agents, checkpoint, painters, programs
from wmpaint.agents.records import Records
from wmpaint.canvas import Canvas
from wmpaint.data.arrays import load_arrays
from wmpaint.data.idx import read_idx
from wmpaint.data.kana import _strokes
from wmpaint.export.svg import html_text, svg_text
from wmpaint.features import zoo
from wmpaint.gallery import find
from wmpaint.image import load_image
from wmpaint.painting import document
from wmpaint.pens import load_pens

HEADER = {
    "canvas": {"aspect": 1.0, "background": None}, "brushes": [{"name": "round", "hash": ""}],
    "program": {"name": "dabs", "version": "1", "height": 64}, "seed": 1, "parameters": {"a": [1, {"b": "c"}]},
    "terms": {"pixel": 0.25}, "provenance": {"source": "café"},
}  # fmt: skip
WORK = {
    "title": "a", "kind": "photo", "brush": "round", "about": "b", "ideas": ["c"], "command": "wmpaint paint 'a b.jpg'",
    "credits": [{"what": "a", "author": "b", "license": "c"}], "made": {"files": {"a.webp": "0"}},
}  # fmt: skip
PENS = '[[pen]]\nname = "a"\ncolor = "#1d4ed8"\nwidth = 0.3\n\n[[pen]]\nname = "b"\ncolor = "#d62b2b"\nspeed = 40\n'
DRAWING = '<svg><path id="kvg:03042-s1" d="M1,2c3,4,5,6,7,8"/><path id="kvg:03042-s2" d="M9,9c3,4,5,6,7,8"/></svg>'


def text() -> str:
    return document.to_text(HEADER, many(5))


def idx() -> bytes:
    return bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (3, 4, 4)) + bytes(range(48))


def weights(path: Path, meta: dict[str, str]) -> None:
    save_file({"a": torch.zeros(3), "generator": torch.Generator().get_state()}, str(path), metadata=meta)


def whole_state(kind: str) -> Callable[[Path], None]:
    known = {"parameters": {}, "seed": 1}  # as much as is looked at before it is found to be none
    return lambda path: weights(path, {"format": checkpoint.FORMAT, "kind": kind, "state": json.dumps(known)})


def copy_of(source: Path) -> Callable[[Path], Any]:
    return lambda path: shutil.copy(source, path)


@dataclass(frozen=True)
class Reader:
    """One way to read a file: `read` takes what `write` wrote.

    Args:
        name: that the file must have.
        limit: the row of `LIMITS` that holds for it.
        mutants: how many broken files take half a second.
        lenient: a broken file may be as good as none.
    """

    name: str
    limit: str
    write: Callable[[Path], Any]
    read: Callable[[Path], Any]
    mutants: int = 200
    lenient: bool = False


READERS = {
    "painting": Reader("a.wmp.json", "painting", lambda p: p.write_text(text(), "utf-8"), document.read),
    "svg": Reader(
        "a.svg", "painting", lambda p: p.write_text(svg_text(many(3), Canvas(), painting=text()), "utf-8"),
        document.read,
    ),
    "html": Reader(
        "a.html", "painting",
        lambda p: p.write_text(html_text(many(3), Canvas(), style="lines", painting=text()), "utf-8"), document.read,
    ),
    "pens": Reader("a.toml", "pens", lambda p: p.write_text(PENS), load_pens),
    "brush": Reader("a.myb", "brush", lambda p: p.write_bytes(programs.Brush.load("ink").data), programs.Brush.load),
    "painter": Reader(
        "a.safetensors", "painter", copy_of(painters.painter.WEIGHTS / "round.safetensors"), painters.load, 40
    ),
    "agent": Reader(
        "a.safetensors", "agent", copy_of(agents.agent.WEIGHTS / f"{agents.available()[0]}.safetensors"), agents.load,
        10,
    ),
    "checkpoint": Reader("a.safetensors", "checkpoint", whole_state("painting"),
        lambda p: checkpoint.load(p, "painting"), lenient=True),
    "training": Reader(
        "a.safetensors", "training", whole_state("training"), lambda p: checkpoint.load(p, "training"), lenient=True,
    ),
    "idx": Reader("a-idx3-ubyte", "arrays", lambda p: p.write_bytes(idx()), lambda p: read_idx(p, 3)),
    "idx.gz": Reader("a.gz", "arrays", lambda p: p.write_bytes(gzip.compress(idx())), lambda p: read_idx(p, 3)),
    "npz": Reader("a.npz", "arrays", lambda p: np.savez(p, x=np.zeros((6, 5, 4)), y=np.arange(6)), load_arrays),
    "npz, packed": Reader("a.npz", "arrays", lambda p: np.savez_compressed(p, images=np.eye(28)[None]), load_arrays),
    "character": Reader("a.svg", "character", lambda p: p.write_text(DRAWING), _strokes, lenient=True),
    "records": Reader(
        "a.csv", "records", lambda p: p.write_text("step,loss\n1,0.5\n2,0.25\n"),
        lambda p: Records(p, go_on=True, step=9), lenient=True,
    ),
    "work": Reader(
        "a/meta.json", "work", lambda p: p.write_text(json.dumps(WORK)), lambda p: find(p.parent.parent)
    ),
    "weights": Reader("a.pth", "weights", lambda p: torch.save({"a": torch.zeros(3)}, p), zoo._read, 100),
    "picture": Reader("a.png", "", copy_of(Path(zoo.__file__).parents[1] / "data" / "sample.jpg"), load_image, 5),
}  # fmt: skip
