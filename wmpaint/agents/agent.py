"""`Agent`: looks at pictures and paints them in a few strokes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..canvas import Canvas
from ..errors import InputError
from ..media.ribbon.painter import RibbonPainter
from ..strokes import Strokes
from .action import SEEN, as_seen, strokes_of
from .config import AgentConfig
from .gains import worthwhile
from .nets import RecurrentNet, build
from .polish import POLISH, polished
from .sight import see, taken
from .studio import Studio, resized
from .tiles import paint_tiles

__all__ = ["Agent", "Look"]


class Look(NamedTuple):
    """What an agent did after one look."""

    strokes: Strokes  # per_look of them
    there: Tensor | None  # [B, per_look] logits of being there, if it stops
    memory: Tensor


class Agent(nn.Module):
    """Pictures -> strokes. `agents.load` gives one that has learned.

    Args:
        config: its sizes.
        painter: the painter that it learns with, and whose brush its strokes are meant for.
        info: what is known of how it was made; kept in its file.
    """

    def __init__(self, config: AgentConfig, painter: RibbonPainter, info: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.config = config
        self.net = build(config)
        self.painter = painter.requires_grad_(False)  # a module of its own: it goes where the agent goes
        self.studio = Studio(self.painter, config)
        self.info = dict(info or {})

    def __repr__(self) -> str:
        return f"Agent({self.config.kind!r}, {self.config.strokes:,} strokes of {self.painter.brush})"

    def begin(self, target: Tensor) -> Tensor:
        """What it remembers before the first look at target [B, C, side, side]."""
        return self.net.begin(target)

    def look(self, target: Tensor, canvas: Tensor, memory: Tensor, done: Tensor, zoom: Tensor | None = None) -> Look:
        """Look once, and lay strokes.

        Args:
            target, canvas: [B, C, side, side]; no gradient passes to the canvas.
            done: [B] share of the painting's strokes that are laid.
            zoom: [B] log2 of how much larger than `program_height` the canvas stands for; 0 if None.
        """
        sees = self.config.sees
        zoom = torch.zeros_like(done) if zoom is None else zoom
        situation = torch.stack([2 * done - 1, zoom], 1)
        raw, memory = self.net(resized(target, sees), resized(canvas.detach(), sees), memory, situation)
        strokes, there = strokes_of(raw, self.config, target if self.config.channels == 3 else None)
        return Look(strokes, there, self.remember(memory, strokes))

    def remember(self, memory: Tensor, strokes: Strokes) -> Tensor:
        """The memory, with the last of some strokes as the last stroke laid."""
        if self.config.kind != "recurrent":
            return memory
        return torch.cat([memory[:, :-SEEN], as_seen(strokes.detach())[:, -1]], 1)

    def follow(self, target: Tensor, known: Strokes) -> tuple[Strokes, Tensor | None]:
        """What it would lay where each look finds the known strokes before it, and the logits of being there.

        For a recurrent agent; the eye sees all stages at once, which is several times as fast as one after the other.
        """
        c, b = self.config, len(target)
        assert isinstance(self.net, RecurrentNet)
        stages = self.studio.stages(known, c.sees, c.per_look)
        looks = stages.shape[1]
        wanted = resized(target, c.sees)[:, None].expand_as(stages)
        seen = self.net.watch(wanted.flatten(0, 1), stages.flatten(0, 1)).view(b, looks, -1)
        memory, raws = self.begin(target), []
        for index in range(looks):
            situation = target.new_tensor([2 * min(1.0, index * c.per_look / c.strokes) - 1, 0.0]).expand(b, 2)
            raw, memory = self.net.decide(seen[:, index], memory, situation)
            raws.append(raw)
            memory = self.remember(memory, known.span(index * c.per_look, (index + 1) * c.per_look))
        strokes, there = strokes_of(torch.cat(raws, 1)[:, : known.count], c, target if c.channels == 3 else None)
        return strokes, there

    def rollout(
        self,
        target: Tensor,
        canvas: Tensor,
        memory: Tensor,
        *,
        first: Tensor,
        looks: int,
        total: int,
        choosy: bool = False,
    ) -> Iterator[tuple[Look, Tensor]]:
        """Several looks, each with the canvas before its strokes were laid; no gradient passes from look to look
        by the canvas. Strokes beyond `total`, or after a stop, are absent.

        Args:
            first: [B] int64, looks that were taken before.
            total: strokes of the whole painting.
            choosy: whether strokes that take the picture away from the target are left out.
        """
        per, stops = self.config.per_look, self.config.stops and self.config.kind == "recurrent"
        # Of a painting that goes on, a stop is seen by the last stroke, which was none.
        over = (first > 0).to(target.device) & stops & (memory[:, -SEEN:] == 0).all(1)
        place = torch.arange(per)
        for index in range(looks):
            done = ((first + index) * (per / total)).clamp(max=1).to(target)
            seen = self.look(target, canvas, memory, done)
            if stops:
                shown = seen.strokes.where(~over[:, None])
                over = over | ~shown.present[:, -1]
                seen = seen._replace(strokes=shown, memory=self.remember(seen.memory, shown))
            within = (first + index)[:, None] * per + place < total
            if not bool(within.all()):
                seen = seen._replace(strokes=seen.strokes.where(within.to(target.device)))
            if choosy:
                seen = seen._replace(strokes=self.worthwhile(target, canvas, seen.strokes))
            memory = seen.memory
            yield seen, canvas
            if index + 1 < looks:
                with torch.no_grad():
                    canvas = self.studio.lay(canvas, seen.strokes.detach())[0]

    def worthwhile(self, target: Tensor, canvas: Tensor, strokes: Strokes) -> Strokes:
        """The strokes, without those that would take the picture away from the target."""
        side = self.config.sees
        return worthwhile(
            self.painter, strokes, resized(target, side), resized(canvas, side),
            program_height=self.config.program_height,
        )  # fmt: skip

    @property
    def is_choosy(self) -> bool:
        """Whether it leaves out strokes that make a picture worse: a set that looks again."""
        return self.config.kind == "set" and self.config.looks > 1

    @torch.no_grad()
    def sketch(self, pictures: Tensor, strokes: int | None = None) -> Strokes:
        """Strokes for pictures [B, C, side, side] as the agent sees them.

        Args:
            strokes: how many at most; as trained if None.

        Raises:
            InputError: pictures of another shape, or a number of strokes that it cannot lay.
        """
        c = self.config
        if tuple(pictures.shape[1:]) != (c.channels, c.side, c.side):
            raise InputError(
                f"expected pictures [B, {c.channels}, {c.side}, {c.side}] for this agent, got {tuple(pictures.shape)}"
            )
        total = c.strokes if strokes is None else strokes
        if not 1 <= total <= 10_000:
            raise InputError(f"expected 1 to 10000 strokes, got {total}")
        if c.kind == "set" and c.looks == 1 and total > c.strokes:
            raise InputError(f"expected at most {c.strokes} strokes of an agent that looks once, got {total}")
        looks = -(-total // c.per_look)
        target = pictures.to(self.painter.dtype)
        first = torch.zeros(len(target), dtype=torch.int64)
        bare, memory = self.studio.bare(len(target)), self.begin(target)
        seen = self.rollout(
            target, bare, memory, first=first, looks=looks, total=total, choosy=self.is_choosy and looks > 1
        )
        laid = [look.strokes for look, _ in seen]
        return Strokes.cat(laid).span(0, total)

    def forward(self, images: Any, strokes: int | None = None, *, polish: int | None = None) -> Any:
        """Paint one image, or a batch.

        Args:
            images: [B, C, H, W] or [C, H, W] in 0..1, or what `load_image` takes. Fitted into a square, except for
                "tiles"; for an agent of one channel, dark on light and light on dark alike become amounts of ink.
            strokes: how many at most; as trained if None.
            polish: steps by which the optimizer improves what "tiles" painted; 12 if None, and none for other kinds.

        Returns:
            `Strokes`, of a batch [B, N], in units of the square canvas, or for "tiles" of the picture's.

        Raises:
            InputError: images or a number of strokes that it cannot take.
        """
        if self.config.kind == "tiles":
            pictures, single = taken(images)
            pictures = pictures.expand(-1, 3, -1, -1)
            steps = POLISH if polish is None else polish
            painted = [self._on_tiles(picture, strokes, steps) for picture in pictures]
            return painted[0] if single else Strokes.stack(painted)
        if polish:
            raise InputError(f"expected no polish of an agent of kind {self.config.kind}, got {polish}")
        pictures, single = see(images, self.config)
        batch = self.sketch(pictures, strokes)
        return batch[0] if single else batch

    def _on_tiles(self, picture: Tensor, strokes: int | None, polish: int) -> Strokes:
        if not 0 <= polish <= 1000:
            raise InputError(f"expected 0 to 1000 steps of polish, got {polish}")
        painted = paint_tiles(self, picture, strokes)
        canvas = Canvas.like(picture, background=self.config.ground)
        height = round(self.config.program_height * max(1.0, 1 / canvas.aspect))
        return polished(painted, picture, self.painter, steps=polish, height=height, canvas=canvas)

    def strokes_for(self, image: Any, strokes: int | None = None, *, polish: int | None = None) -> Strokes:
        """The strokes for one image; as calling the agent."""
        found: Strokes = self(image, strokes, polish=polish)
        if found.batch:
            raise InputError(f"expected one image, got {len(found)}")
        return found
