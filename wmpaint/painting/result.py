"""What painting gives: a `Painting` renders, replays in a program, reports on itself and saves as any file."""

from __future__ import annotations

import html
import inspect
import io
import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .. import checks, memory
from ..canvas import Canvas
from ..errors import FileError, InputError, clipped
from ..explain import check_options, explained
from ..export import writers
from ..export.bitmap import flatten
from ..frame import Frame
from ..light import Light
from ..marks import Marks
from ..media import families
from ..media.lit import Lit
from ..media.mixed import Mixed
from ..media.ribbon.drawing import HasRibbons
from ..medium import Medium, render
from ..strokes import Strokes
from . import document
from .brush_ref import BrushRef, painter_of, program_of
from .report import Report

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..export.plotter import Job

__all__ = ["Painting", "load"]

USUAL = (("surface", None), ("mixing", "light"))  # of a canvas; not written
FAINT = 0.03  # alpha: where the most that a stroke leaves is less, one does not see it


@explained
@dataclass(frozen=True, eq=False)
class Painting:
    """Strokes, and all that is needed to paint them again.

    Args:
        strokes: kept as float32 on the CPU, outside any graph; the first lies undermost.
        canvas: what they lie on.
        brushes: what the strokes' brush column counts, from 0.
        program: the name of the program they are meant for, "mypaint" or "dabs".
        program_version: its version, when known.
        program_height: pixels of the canvas' height at which they were planned.
        seed: 0 or more; drives all that is random in painting and in replaying.
        parameters: what the painting was asked to be, plain JSON values.
        terms: the objective's terms at the end.
        provenance: where it comes from, plain JSON values: versions, source, steps, seconds…
        light: under which paint that has a relief is seen; None is the usual one. Marks and colors do not depend on it.
        target: the picture [3, H, W] it was painted after; in memory only, not saved.
        painters: a renderer a brush; in memory only. Empty: loaded by name when needed.
        folder: where its file lies, if it was loaded from one; in memory only.

    Raises:
        InputError: strokes out of range, a brush number without a brush, or values that are not JSON.
    """

    strokes: Marks
    canvas: Canvas
    brushes: tuple[BrushRef, ...]
    program: str = "mypaint"
    program_version: str = ""
    program_height: int = 512
    seed: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    light: Light | None = None
    target: Tensor | None = field(default=None, repr=False)
    painters: tuple[Medium, ...] = field(default=(), repr=False)
    folder: Path | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        strokes = self.strokes.detach().to("cpu", torch.float32).check()
        object.__setattr__(self, "strokes", strokes)
        object.__setattr__(self, "brushes", checks.some("one brush of a painting", self.brushes))
        if self.painters and len(self.painters) != len(self.brushes):
            raise InputError(f"expected {len(self.brushes)} painters, one a brush, got {len(self.painters)}")
        if strokes.brush is not None and len(strokes):
            bad = (strokes.brush < 0) | (strokes.brush >= len(self.brushes))
            if bad.any():
                k = int(bad.nonzero()[0])
                got = int(strokes.brush[k])
                raise InputError(f"expected brush of stroke {k} to be 0 to {len(self.brushes) - 1}, got {got}")
        checks.seed(self.seed)
        self.canvas.pixels(self.program_height)
        for name, value in self.terms.items():
            if not _finite(value):
                raise InputError(f"expected the term {name!r} to be finite, got {str(value)[:40]}")

    @classmethod
    @explained
    def of(
        cls, strokes: Marks, brush: str | Path, canvas: Canvas | None = None, *, height: int = 512, seed: int = 0
    ) -> Painting:
        """A painting of strokes that were written by hand or by a script.

        Args:
            brush: of all strokes: the name of one that has a painter, or a painter's .safetensors file.
            canvas: a white square when None.
            height: pixels of the canvas' height in the program.
            seed: 0 or more; of the program's randomness.

        Warns:
            UserWarning: strokes that leave hardly any paint, such as dots with a brush that has to be drawn.

        Raises:
            BrushError: a brush without a painter.
            FileError: a file that is not a painter.
            InputError: strokes out of range.
        """
        painter = families.load(brush)
        named = BrushRef.of(painter, brush if Path(brush).suffix == ".safetensors" else None)
        painting = cls(strokes, canvas or Canvas(), (named,), program_height=height, seed=seed)
        if isinstance(painter, HasRibbons) and isinstance(strokes, Strokes) and len(strokes):
            with torch.no_grad():
                alpha = painter.ribbons(strokes, painting.frame()).logits[:, 0].flatten(1).amax(1).sigmoid()
            if faint := int((alpha < FAINT).sum()):
                warnings.warn(
                    f"{faint:,} of {len(strokes):,} strokes leave hardly any paint with the brush {named.name!r}: "
                    "try longer or thicker ones, or more pressure",
                    stacklevel=3,
                )
        return painting

    # Pictures

    def frame(self, height: int | None = None) -> Frame:
        """The pixels of a picture of it, as high as planned if `height` is None."""
        return Frame(self.canvas, height or self.program_height, program_height=self.program_height)

    @property
    def medium(self) -> Medium:
        """The painters of all its brushes."""
        return Mixed(self._painter, len(self.brushes))

    @property
    def has_relief(self) -> bool:
        """Whether one of its brushes leaves paint with a height, so that light changes how it looks."""
        with torch.no_grad():
            return render(self.medium, self.strokes, self.frame(8)).relief is not None

    def relit(self, light: Light | str | Mapping[str, float] | None) -> Painting:
        """The same painting in another light: a `Light`, or one in words as of `Light.parse`, such as "left low".

        Raises:
            InputError: no light.
        """
        return replace(self, light=Light.of(light))

    @explained
    def render(self, height: int | None = None, generator: torch.Generator | None = None) -> Tensor:
        """The dream [4, H, W], premultiplied: what the painters make of the strokes.

        Args:
            height: in pixels; as planned when None.
            generator: for painters that draw a texture; None renders the mean.

        Raises:
            BrushError: a brush without a painter.
            FileError: a painter's file that is not there, or not a painter.
            InputError: a bad height, or a picture that does not fit into memory.
        """
        height = self.program_height if height is None else height
        memory.check_picture(*self.canvas.pixels(height))
        with torch.no_grad():
            return render(Lit(self.medium, self.light), self.strokes, self.frame(height), generator=generator).mean

    @explained
    def replay(self, program: str | Medium = "mypaint", height: int | None = None, seed: int | None = None) -> Tensor:
        """The real picture [4, H, W], premultiplied: the strokes in a paint program, at any size.

        Args:
            program: "mypaint", "dabs", or "auto": MyPaint where it is installed and Dabs elsewhere; or a program of
                your own, which keeps its own seed.
            height: in pixels; as planned when None.
            seed: of the program's randomness; the painting's when None.

        Raises:
            MissingProgram: MyPaint is not installed (and `program` is not "auto").
            BrushError: a brush that is not there.
            InputError: another program, a bad height, or a picture that does not fit into memory.
        """
        height = self.program_height if height is None else height
        memory.check_picture(*self.canvas.pixels(height))
        with torch.no_grad():
            return render(Lit(self.in_program(program, seed), self.light), self.strokes, self.frame(height)).mean

    def in_program(self, program: str | Medium = "mypaint", seed: int | None = None) -> Medium:
        """A program as one `Medium` for all the painting's brushes; arguments and errors as for `replay`."""
        if not isinstance(program, str):
            return program
        seed = self.seed if seed is None else seed
        return Mixed(lambda index: program_of(program, self.brushes[index], seed), len(self.brushes))

    @explained
    def program_name(self, program: str | Medium = "auto") -> str:
        """The name of the program that `replay(program)` runs."""
        if not isinstance(program, str):
            return program.info.name
        brush = 0 if self.strokes.brush is None or not len(self.strokes) else int(self.strokes.brush[0])
        return program_of(program, self.brushes[brush], self.seed).info.name

    def painted_with(self) -> tuple[Medium, ...]:
        """The painter of each brush.

        Raises:
            BrushError: a brush without a painter. FileError: a painter's file that is not there, or not a painter.
        """
        return tuple(self._painter(index) for index in range(len(self.brushes)))

    def _painter(self, index: int) -> Medium:
        return self.painters[index] if self.painters else painter_of(self.brushes[index], self.folder)

    @explained
    def image(self, height: int | None = None, program: str | Medium | None = None) -> Image:
        """A Pillow image, RGB on white where the canvas is transparent: the dream, or the picture in a `program`.

        Raises:
            WmpaintError: what `render` and `replay` raise.
        """
        from PIL import Image

        from ..image import to_uint8

        picture = self.render(height) if program is None else self.replay(program, height)
        return Image.fromarray(to_uint8(flatten(picture).clamp(0, 1)))

    @explained
    def plot(self, pens: Any = None, **options: Any) -> Job:
        """What a pen plotter is to do to draw it.

        Args:
            pens: as `export.plotter.load_pens` takes them, or a number; None for those it was painted with, or else
                four fineliners.
            options: as for `export.plotter.plan`: page, margin, fill, hide…

        Raises:
            WmpaintError: what `export.plotter.plan` raises.
        """
        from ..export.plotter import plan

        check_options("plot", options, list(inspect.signature(plan).parameters)[2:])
        return plan(self, pens, **options)

    # Words

    def __repr__(self) -> str:
        rows, columns = self.canvas.pixels(self.program_height)
        return clipped(f"Painting({self.title}; {columns} x {rows} pixels, seed {self.seed})", 200)

    @property
    def title(self) -> str:
        """A line for people: the source's name where it is known."""
        source = str(self.provenance.get("source") or "painting")
        return f"{Path(source).name}, {len(self.strokes):,} strokes of {', '.join(b.name for b in self.brushes)}"

    def metadata(self) -> dict[str, Any]:
        """All but the strokes, as plain JSON values; the header of its file."""
        program = {"name": self.program, "version": self.program_version, "height": self.program_height}
        return {
            "canvas": {k: v for k, v in asdict(self.canvas).items() if (k, v) not in USUAL},
            "brushes": [{k: v for k, v in asdict(brush).items() if v is not None} for brush in self.brushes],
            "program": program,
            **({} if self.light is None else {"light": self.light.as_dict()}),
            "seed": self.seed,
            "parameters": dict(self.parameters),
            "terms": dict(self.terms),
            "provenance": dict(self.provenance),
        }

    @explained
    def report(
        self,
        target: Any = None,
        *,
        program: str | Medium | None = "auto",
        dream: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Report:
        """Strokes, seconds, and how near the dream and the replay come to the target, at the planned height.

        Args:
            target: a picture as `load_image` takes it; the picture it was painted after when None.
            program: as for `replay`; None does not replay.
            dream, real: pictures [3 or 4, H, W] rendered already, to save the time.

        Raises:
            WmpaintError: what `render` and `replay` raise.
            FileError: a target that cannot be read.
        """
        from ..image import GOAL, load_image, resize

        goal = self.target if target is None else load_image(target, most=GOAL)
        dreamt, painted = None, None
        name = self.program if program is None else self.program_name(program)
        if goal is not None:
            goal = resize(goal, *self.canvas.pixels(self.program_height))
            dreamt = _psnr(self.render() if dream is None else dream, goal)
            if program is not None:
                painted = _psnr(self.replay(program) if real is None else real, goal)
        steps, seconds = self.provenance.get("steps"), self.provenance.get("seconds")
        return Report(
            strokes=len(self.strokes),
            steps=steps if isinstance(steps, int) else None,
            seconds=seconds if _finite(seconds) else None,
            dream_psnr=dreamt,
            real_psnr=painted,
            gap_db=None if dreamt is None or painted is None else dreamt - painted,
            program=name,
            seed=self.seed,
            terms=dict(self.terms),
        )

    # Files

    def to_json(self) -> str:
        """The text of its `.wmp.json` file."""
        return document.to_text(self.metadata(), self.strokes)

    @explained
    def save(self, path: str | Path, **options: Any) -> None:
        """Write a file of the kind its suffix names.

        .wmp.json is the painting itself, .json the report; .png, .tif, .webp and .jpg are pictures, .ora one in layers;
        .svg, .html (a player) and .pdf are shapes; .csv, .txt and .palette.html say how its colors are mixed from
        tubes of paint; .mp4, .gif, and .webp with `animate=True` are films of its making;
        all of these show the dream unless `program="mypaint"` asks for the real brush; .hpgl and .gcode, and with
        `pens=` also .svg, .png and .json, are for pen plotters.

        Args:
            options: of that kind of file, see `wmpaint.export.writers`: `height=2048, bits=16, dpi=300` for a picture,
                `layers=50` for layers, `seconds=6, cursor=True` for a film, `program="mypaint", light="left low"` for
                all these; `style="brush", animate=True` for .svg; `pens="fineliners",
                page="a4"` for a plot.

        Raises:
            InputError: another suffix, an option which that kind does not have, or one that is out of range.
            FileError: the file cannot be written.
        """
        writers.write(path, self, **options)

    @classmethod
    def from_json(cls, text: str, name: str = "painting") -> Painting:
        """The painting of a file's text; `name` is for messages.

        Raises:
            FileError: not a painting; the message names the place.
        """
        return cls._of(*document.from_text(text, name), name, None)

    @classmethod
    @explained
    def load(cls, path: str | Path) -> Painting:
        """The painting of a `.wmp.json` file, or the one within an `.svg` or `.html` file, checked against its schema.

        Raises:
            FileError: no such file, not a painting, or none within; the message names the place.
        """
        return cls._of(*document.read(path), Path(path).name, Path(path).absolute().parent)

    @classmethod
    def _of(cls, header: Mapping[str, Any], strokes: Marks, name: str, folder: Path | None) -> Painting:
        program = header["program"]
        try:
            return cls(
                strokes=strokes,
                canvas=Canvas(**header["canvas"]),
                brushes=tuple(BrushRef(**brush) for brush in header["brushes"]),
                program=program["name"],
                program_version=program["version"],
                program_height=int(program["height"]),
                seed=int(header["seed"]),
                parameters=header["parameters"],
                terms=header["terms"],
                provenance=header["provenance"],
                light=Light.of(header.get("light")),
                folder=folder,
            )
        except InputError as error:  # each value is in its range, and both together are not
            raise FileError(f"{error}, in {name!r}") from error

    # Notebooks

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.image().save(stream, "PNG")
        return stream.getvalue()

    def _repr_html_(self) -> str:
        import base64

        picture = base64.b64encode(self._repr_png_()).decode()
        caption = html.escape(self.title)
        return (
            f'<figure style="margin:0"><img alt="{caption}" src="data:image/png;base64,{picture}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )


@explained
def load(path: str | Path) -> Painting:
    """As `Painting.load`."""
    return Painting.load(path)


def _psnr(picture: Tensor, goal: Tensor) -> float:
    from ..metrics import psnr

    # Identical pictures have no finite PSNR, and JSON has no infinity.
    return min(float(psnr(flatten(picture).cpu().clamp(0, 1), goal)), 100.0)


def _finite(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and math.isfinite(value)
    except (TypeError, OverflowError):  # a whole number beyond any float
        return False
