"""`Agent`: looks at pictures and paints them in a few strokes."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from ..errors import InputError
from ..marks import Marks
from ..medium import Medium
from .config import AgentConfig
from .environment import Environment
from .policies import POLICIES

__all__ = ["Agent"]


class Agent(nn.Module):
    """Pictures -> strokes, or whatever marks its medium lays. `agents.load` gives one that has learned.

    Args:
        config: its sizes.
        medium: that it learns with, such as a painter, and whose brush its marks are meant for.
        notes: what is known of how it was made; kept in its file.
    """

    def __init__(self, config: AgentConfig, medium: Medium, notes: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.config = config
        if isinstance(medium, nn.Module):
            medium.requires_grad_(False)
        self.medium = medium  # a module of its own: it goes where the agent goes
        self.policy = POLICIES[config.kind](config, medium)
        self.net = self.policy.net
        self.notes = dict(notes or {})

    def __repr__(self) -> str:
        noun = self.medium.marks.noun
        return f"Agent({self.config.kind!r}, {self.config.strokes:,} {noun}s of {self.medium.info.brush})"

    @property
    def environment(self) -> Environment:
        """Where it acts."""
        return self.policy.environment

    def forward(self, images: Any, strokes: int | None = None, *, polish: int | None = None) -> Any:
        """Paint one image, or a batch.

        Args:
            images: [B, C, H, W] or [C, H, W] in 0..1, or what `load_image` takes. Fitted into a square, except for
                "tiles"; for an agent of one channel, dark on light and light on dark alike become amounts of ink.
            strokes: how many at most; as trained if None.
            polish: steps by which the optimizer improves what "tiles" painted; 12 if None, and none for other kinds.

        Returns:
            The medium's marks, of a batch [B, N], in units of the square canvas, or for "tiles" of the picture's.

        Raises:
            InputError: images or a number of strokes that it cannot take.
        """
        pictures, single = self.policy.see(images)
        painted = self.policy.paint(pictures, strokes, polish)
        return painted[0] if single else painted

    def strokes_for(self, image: Any, strokes: int | None = None, *, polish: int | None = None) -> Any:
        """The marks for one image; as calling the agent."""
        found: Marks = self(image, strokes, polish=polish)
        if found.batch:
            raise InputError(f"expected one image, got {len(found)}")
        return found

    def sketch(self, pictures: Tensor, strokes: int | None = None) -> Any:
        """Marks [B, N] for pictures [B, C, side, side] as the agent sees them; see `Policy.sketch`."""
        return self.policy.sketch(pictures, strokes)
