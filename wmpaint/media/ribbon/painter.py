"""`RibbonPainter`: the learned, differentiable renderer of one program and brush."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ... import tensors as tensor_files
from ...canvas import Canvas
from ...errors import InputError, clipped
from ...explain import explained
from ...files import atomic_path
from ...foreign import LIMITS
from ...raster.composite import composite
from ...raster.grain import grained
from ...raster.tiles import Layout, arrange
from ...renderer import Program
from ...strokes import Strokes
from .ribbon import REFERENCE, Ribbon, RibbonConfig, RibbonNet, soften
from .texture import grain, thinned

__all__ = ["RibbonPainter"]

FORMAT = "wmpaint-ribbon-1"
_INFO = {"brush": str, "brush_hash": str, "program": str, "definition": str, "report": dict}


@explained
class RibbonPainter(nn.Module):
    """Paints strokes as a program would on average, and knows how far the program strays from that.

    A new painter knows nothing: `fit` it to a program, or `painters.load` one that was fitted.

    Args:
        config: size of the network and of its ribbons; what depends on the brush is set by `fit`.
    """

    def __init__(self, config: RibbonConfig | None = None) -> None:
        super().__init__()
        self.net = RibbonNet(config or RibbonConfig(), torch.Generator().manual_seed(0))
        self.info: dict[str, Any] = {}

    def __repr__(self) -> str:
        return clipped(f"RibbonPainter({self.brush or 'untrained'!r}, {self.info.get('program', 'no program')})", 200)

    @property
    def config(self) -> RibbonConfig:
        """What the network was built from."""
        return self.net.config

    @property
    def brush(self) -> str:
        """Name of the brush it was fitted to; empty before."""
        return str(self.info.get("brush", ""))

    @property
    def brush_hash(self) -> str:
        """SHA-256 of that brush's file."""
        return str(self.info.get("brush_hash", ""))

    def weights_hash(self) -> str:
        """SHA-256, in hexadecimal, of its weights and sizes as `save` writes them; the same after `load`."""
        found = hashlib.sha256(json.dumps(self.config.as_dict(), sort_keys=True).encode())
        for name, value in sorted(self._halves().items()):
            found.update(name.encode() + value.numpy().tobytes())
        return found.hexdigest()

    def _halves(self) -> dict[str, Tensor]:
        return {name: value.detach().cpu().half().contiguous() for name, value in self.net.state_dict().items()}

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights, and so of all it paints."""
        return next(self.net.parameters()).dtype

    def adopt(self, net: RibbonNet, program: Program, made_with: dict[str, Any]) -> None:
        """Take over a trained network, and note what it was trained on."""
        self.net = net
        self.info = {
            "brush": program.brush,
            "brush_hash": program.brush_hash,
            "program": f"{program.name} {program.version}",
            **made_with,
        }
        style = getattr(program, "style", None)
        if style is not None and not style.is_bundled:  # whoever has the painter can then replay its paintings
            self.info["definition"] = style.data.decode()

    def render(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        generator: torch.Generator | None = None,
        program_height: int | None = None,
    ) -> Tensor:
        """The picture, [4, H, W] premultiplied RGBA: the mean, or one as the program might paint it.

        The mean picture is differentiable in the strokes and the weights, a textured one is not.

        Args:
            height: pixels of the picture.
            generator: draws the seed of this picture's grain; None, or a program that is not random, gives the
                mean. Over seeds, textured pictures have the mean and, pixel by pixel, the variance of `dream`, less
                what averaging over pixels larger than the program's takes away. The same strokes at other heights,
                or among others, have the same grain.
            program_height: pixels of the program's canvas that is imitated; `height` if None. A
                picture of 128 pixels with `program_height=512` is the program's 512 pixels, reduced.

        Raises:
            InputError: strokes out of range (see `Strokes.check`), or sides above 16,384 pixels.
        """
        if generator is None or not self.config.noise:
            return self.dream(strokes, canvas, height=height, program_height=program_height)[0]
        return self._textured(strokes, canvas, height, program_height, generator)

    @torch.no_grad()
    def _textured(
        self, strokes: Strokes, canvas: Canvas, height: int, program_height: int | None, generator: torch.Generator
    ) -> Tensor:
        seed = int(torch.randint(1 << 62, (), generator=generator, device=generator.device))
        strokes, color, ground, (rows, columns), program_height = self._scene(strokes, canvas, height, program_height)
        ribbon, half_width = self.ribbons(strokes, height, program_height)
        seen = program_height or height
        ribbon = thinned(ribbon, strokes.radius * seen, seen / height)
        return grained(
            strokes.points * height, strokes.radius * height, half_width, ribbon.logits, color, ground,
            grain(strokes, seed, height=height, program_height=program_height),
            height=rows, width=columns, caps=ribbon.caps,
        )  # fmt: skip

    def dream(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        program_height: int | None = None,
        layout: Plan | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The mean picture [4, H, W], and the variance [H, W] of the program around it.

        The variance is summed over red, green and blue, and is the program's per pixel at
        `program_height`: averaging over larger pixels does not reduce it, as it does in `render`.

        Raises:
            InputError: as `render`.
        """
        strokes, color, ground, (rows, columns), program_height = self._scene(strokes, canvas, height, program_height)
        ribbon, half_width = self.ribbons(strokes, height, program_height)
        points, radius = strokes.points * height, strokes.radius * height
        picture, variance = composite(
            points, radius, half_width, ribbon.logits, color, ground,
            height=rows, width=columns, caps=ribbon.caps, layout=layout,
        )  # fmt: skip
        return picture, variance

    def _scene(
        self, strokes: Strokes, canvas: Canvas, height: int, program_height: int | None
    ) -> tuple[Strokes, Tensor, Tensor, tuple[int, int], int | None]:
        """Strokes that show, their colors [N, 4], the ground [4], the picture's size and the program's height."""
        size = canvas.pixels(height)
        if program_height is not None:
            program_height, _ = canvas.pixels(program_height)
        strokes = strokes.check().to(self.dtype)
        if canvas.background is None:
            ground = strokes.points.new_zeros(4)
        else:
            ground = strokes.points.new_tensor([*canvas.background, 1.0])
        if strokes.lifted is not None:
            strokes = strokes[~strokes.lifted]
        color = torch.cat([strokes.color, torch.ones_like(strokes.color[:, :1])], 1)
        return strokes, color, ground, size, program_height

    def ribbons(self, strokes: Strokes, height: int, program_height: int | None = None) -> tuple[Ribbon, Tensor]:
        """Ribbons as seen by pixels of a picture `height` high, and their half widths [N] in those pixels.

        Radii beyond the trained range are painted by similarity: as a stroke of the nearest
        trained radius, magnified.
        """
        if program_height is None:
            program_height = height
        elif not program_height >= 1:
            raise InputError(f"expected a program height of 1 pixel or more, got {program_height}")
        radius = strokes.radius * program_height
        low, high = self.config.radius
        # Not differentiated: it only chooses the stroke that is imitated.
        zoom = (radius / radius.clamp(low, high)).detach()
        scale = program_height / zoom
        pace = program_height / (zoom * REFERENCE)
        ribbon = self.net(strokes.points * scale[:, None, None], strokes.radius * scale, strokes.pressure, pace)
        pixel = program_height / height
        ribbon = soften(ribbon, pixel)
        return ribbon, ribbon.half_width * (zoom / pixel)

    @torch.no_grad()
    def plan(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        program_height: int | None = None,
        slack: float = 0.0,
        tile: int = 8,
    ) -> Plan:
        """Which strokes touch which tiles; with `slack` (canvas units) it outlives small moves."""
        rows, columns = canvas.pixels(height)
        _, half_width = self.ribbons(strokes, height, program_height)
        return plan(strokes.points.detach() * height, half_width + slack * height, rows, columns, tile)

    def save(self, path: str | Path) -> None:
        """Write weights and what is known of them to a .safetensors file."""
        from safetensors.torch import save_file

        meta = {"format": FORMAT, "config": json.dumps(self.config.as_dict()), "info": json.dumps(self.info)}
        with atomic_path(Path(path)) as temporary:
            save_file(self._halves(), str(temporary), metadata=meta)

    @classmethod
    def load(cls, path: str | Path) -> RibbonPainter:
        """Read a file written by `save`.

        Raises:
            FileError: no such file, or not a painter.
        """
        meta, tensors = tensor_files.read(path, LIMITS["painter"], FORMAT)
        with tensor_files.reading(path, "a painter", FORMAT):
            config = tensor_files.told(meta, "config").items()
            known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in config}
            painter = cls(RibbonConfig(**known))
            painter.info = _info(tensor_files.told(meta, "info"))
            for name, value in tensors.items():
                if value.dtype != torch.float16 or not bool(value.isfinite().all()):
                    raise ValueError(f"expected finite float16 weights, got others in {name}")
            painter.net.load_state_dict(tensors)
        return painter.requires_grad_(False)


def _info(values: Any) -> dict[str, Any]:
    """What a file says of its painter; text that can be printed, and kinds as `adopt` writes them."""
    if not isinstance(values, dict):
        raise InputError(f"expected an object as info, got {type(values).__name__}")
    json.dumps(values, ensure_ascii=False, allow_nan=False).encode()  # lone surrogates and NaN are ValueErrors
    for name, kind in _INFO.items():
        if name in values and type(values[name]) is not kind:
            raise InputError(f"expected {name} in the info as {kind.__name__}, got {values[name]!r:.40}")
    return values
