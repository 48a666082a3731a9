"""`RibbonPainter`: the learned, differentiable renderer of one program and brush; those that there are, by name."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ... import checks
from ... import tensors as tensor_files
from ...errors import BrushError, FileError, InputError, clipped
from ...explain import explained
from ...files import atomic_path
from ...foreign import LIMITS
from ...frame import Frame
from ...geometry import open_hairpins
from ...medium import HasAlpha, MediumInfo
from ...raster.grain import Grain
from ...raster.tiles import Pile, Ribbons
from ...strokes import Strokes
from ..programs import Brush
from .drawing import RibbonMedium
from .ribbon import REFERENCE, Ribbon, RibbonConfig, RibbonNet, soften
from .texture import Texture, grain, thinned

__all__ = ["RibbonPainter", "available", "load"]

FORMAT = "wmpaint-ribbon-1"
WEIGHTS = Path(__file__).with_name("weights")
_NOTES = {"brush": str, "brush_hash": str, "program": str, "definition": str, "report": dict}


@explained
class RibbonPainter(nn.Module, RibbonMedium):
    """Paints strokes as a program would on average, and knows how far the program strays from that.

    A new painter knows nothing: `fit` it to a program, or `painters.load` one that was fitted.

    Args:
        config: size of the network and of its ribbons; what depends on the brush is set by `fit`.
    """

    def __init__(self, config: RibbonConfig | None = None) -> None:
        super().__init__()
        self.net = RibbonNet(config or RibbonConfig(), torch.Generator().manual_seed(0))
        self.notes: dict[str, Any] = {}  # what its file says of how it was made

    def __repr__(self) -> str:
        return clipped(f"RibbonPainter({self.brush or 'untrained'!r}, {self.notes.get('program', 'no program')})", 200)

    @property
    def marks(self) -> type[Strokes]:  # type: ignore[override]
        """The kind of strokes that its program paints."""
        return self.config.kind

    @property
    def config(self) -> RibbonConfig:
        """What the network was built from."""
        return self.net.config

    @property
    def info(self) -> MediumInfo:
        """The program that it was fitted to, and its brush; both empty before."""
        name, _, version = str(self.notes.get("program", "")).partition(" ")
        return MediumInfo(
            name, self.brush, version, self.brush_hash, self.notes.get("definition"), self.weights_hash(),
            differentiable=True, random=self.config.noise,
        )  # fmt: skip

    @property
    def brush(self) -> str:
        """Name of the brush it was fitted to; empty before."""
        return str(self.notes.get("brush", ""))

    @property
    def brush_hash(self) -> str:
        """SHA-256 of that brush's file."""
        return str(self.notes.get("brush_hash", ""))

    def weights_hash(self) -> str:
        """SHA-256, in hexadecimal, of its weights and sizes as `save` writes them; the same after `load`."""
        found = hashlib.sha256(json.dumps(self.config.as_dict(), sort_keys=True).encode())
        for name, value in sorted(self._halves().items()):
            found.update(name.encode() + value.numpy().tobytes())
        return found.hexdigest()

    def _halves(self) -> dict[str, Tensor]:
        return {name: value.detach().cpu().half().contiguous() for name, value in self.net.state_dict().items()}

    @property
    def texture(self) -> Texture | None:
        """Of its program's strokes, if they have streaks and those were measured."""
        found = self.notes.get("texture")
        return None if found is None else Texture.of(found)

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights, and so of all it paints."""
        return next(self.net.parameters()).dtype

    @property
    def device(self) -> torch.device:
        """Of its weights."""
        return next(self.net.parameters()).device

    def adopt(self, net: RibbonNet, program: HasAlpha, made_with: dict[str, Any]) -> None:
        """Take over a trained network, and note what it was trained on."""
        self.net, known = net, program.info
        self.notes = {
            "brush": known.brush, "brush_hash": known.brush_hash, "program": f"{known.name} {known.version}",
            **made_with,
        }  # fmt: skip
        if known.definition is not None:  # whoever has the painter can then replay its paintings
            self.notes["definition"] = known.definition

    # Ribbons

    def ribbons(self, strokes: Strokes, frame: Frame) -> Ribbons:
        """Ribbons as seen by a frame's pixels.

        Radii beyond the trained range are painted by similarity: as a stroke of the nearest trained radius, magnified.
        """
        return self._bent(strokes, frame)[0]

    @torch.no_grad()
    def pile(self, strokes: Strokes, frame: Frame) -> Pile | None:
        """See `RibbonMedium.pile`."""
        if not self.config.relief:
            return None
        _, ribbon = self._bent(strokes, frame, tall=True)
        unit = self.config.unit_height(strokes.radius)
        assert ribbon.heights is not None
        return Pile(ribbon.heights, unit, torch.full_like(unit, self.config.relief[3]), ribbon.caps)

    def _bent(self, strokes: Strokes, frame: Frame, tall: bool = False) -> tuple[Ribbons, Ribbon]:
        strokes = strokes.to_kind(self.marks).to(self.dtype)
        curves = open_hairpins(strokes.points, strokes.radius, self.config.turn)
        radius = strokes.radius * frame.program
        low, high = self.config.radius
        # Not differentiated: it only chooses the stroke that is imitated.
        zoom = (radius / radius.clamp(low, high)).detach()
        scale = frame.program / zoom
        pace = frame.program / (zoom * REFERENCE)
        shares = [getattr(strokes, name) for name in self.config.shares]
        heard = torch.stack(shares, 1) if shares else None
        ribbon = self.net(
            curves * scale[:, None, None], strokes.radius * scale, strokes.pressure, pace, heard, tall=tall
        )
        ribbon = soften(ribbon, frame.pixel)
        points = curves * frame.height
        if frame.window is not None:
            points = points - points.new_tensor(frame.origin)
        wide = ribbon.half_width * (zoom / frame.pixel)
        radius = strokes.radius * frame.height
        return Ribbons(points, radius, wide, ribbon.logits, strokes.color, ribbon.caps), ribbon

    @torch.no_grad()
    def grain(self, strokes: Strokes, frame: Frame, seed: int) -> tuple[Ribbons, Grain] | None:
        """Ribbons and the grain of each, for a picture as the program might paint it; None if nothing is random."""
        if not self.config.noise:
            return None
        ribbons, ribbon = self._bent(strokes, frame)
        logits = thinned(ribbon, strokes.radius * frame.program, frame.pixel, self.texture).logits
        found = grain(strokes.to(self.dtype), seed, frame, self.texture, self.config.turn)
        return ribbons._replace(logits=logits), found

    # Files

    def save(self, path: str | Path) -> None:
        """Write weights and what is known of them to a .safetensors file."""
        from safetensors.torch import save_file

        meta = {"format": FORMAT, "config": json.dumps(self.config.as_dict()), "info": json.dumps(self.notes)}
        with atomic_path(Path(path)) as temporary:
            save_file(self._halves(), str(temporary), metadata=meta)

    @classmethod
    def load(cls, path: str | Path) -> RibbonPainter:
        """Read a file written by `save`, onto the CPU.

        Raises:
            FileError: no such file, or not a painter.
        """
        meta, tensors = tensor_files.read(path, LIMITS["painter"], FORMAT)
        with tensor_files.reading(path, "a painter", FORMAT):
            config = tensor_files.metadata_value(meta, "config").items()
            known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in config}
            with torch.device("cpu"):  # whatever the default is: `to` moves it
                painter = cls(RibbonConfig(**known))
            painter.notes = _notes(tensor_files.metadata_value(meta, "info"))
            for name, value in tensors.items():
                if value.dtype != torch.float16 or not bool(value.isfinite().all()):
                    raise ValueError(f"expected finite float16 weights, got others in {name}")
            painter.net.load_state_dict(tensors)
        return painter.requires_grad_(False)


def _notes(values: Any) -> dict[str, Any]:
    """What a file says of its painter; text that can be printed, and kinds as `adopt` writes them."""
    if not isinstance(values, dict):
        raise InputError(f"expected an object as info, got {type(values).__name__}")
    json.dumps(values, ensure_ascii=False, allow_nan=False).encode()  # lone surrogates and NaN are ValueErrors
    for name, kind in _NOTES.items():
        if name in values and type(values[name]) is not kind:
            raise InputError(f"expected {name} in the info as {kind.__name__}, got {values[name]!r:.40}")
    if "texture" in values:
        Texture.of(values["texture"])
    return values


# By name


@functools.cache
def available() -> tuple[str, ...]:
    """Names of the bundled painters, one for each brush of MyPaint's that has one: mypaint/NAME to `paint`."""
    return tuple(sorted(path.stem for path in WEIGHTS.glob("*.safetensors")))


def load(painter: str | Path) -> RibbonPainter:
    """A painter by the name of its brush of MyPaint's, or from a .safetensors file.

    Raises:
        BrushError: no bundled painter has this name: the brush is unknown, and the nearest names are suggested, or has
            no painter yet, and the message says what trains one.
        FileError: a file that is not there, or not a painter.
    """
    if not isinstance(painter, str | Path):
        raise BrushError(f"expected the name of a brush with a painter, or a .safetensors file, got {painter!r:.60}")
    if isinstance(painter, str) and (name := painter.removeprefix("mypaint/")) in available():
        return RibbonPainter.load(WEIGHTS / f"{name}.safetensors")
    path = Path(painter)
    if path.suffix == ".safetensors":
        return RibbonPainter.load(path)
    if path.suffix in (".myb", ".toml"):
        raise FileError(f"expected a painter, got the brush {path}; train one with: wmpaint train-painter {path}")
    _check_untrained(str(painter))
    near = checks.near(painter, available(), cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(available())}"
    raise BrushError(f"expected the name of a brush with a painter, or a .safetensors file, got {painter!r}: {hint}")


def _check_untrained(name: str) -> None:
    """Refuse a brush that there is, without a painter, and say what would give it one."""
    try:
        brush = Brush.load(name)
    except BrushError:
        return
    file = f"{Path(name).name}.safetensors"
    brush.require_plain()  # else no painter could learn it, which this says
    raise BrushError(
        f"expected a brush with a painter, and {name!r} has none yet; train one in some minutes with: wmpaint "
        f"train-painter {name} -o {file} (in Python: wp.fit(painter := wp.RibbonPainter(), wp.program({name!r}), "
        f"minutes=3); painter.save({file!r})), and give {file} as the brush"
    )
