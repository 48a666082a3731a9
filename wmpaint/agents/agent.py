"""`Agent`: looks at pictures and paints them in a few strokes; its file has weights, sizes and its painter's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .. import tensors as tensor_files
from ..errors import BrushError, FileError, InputError
from ..explain import explained
from ..files import atomic_path
from ..foreign import LIMITS
from ..marks import Marks
from ..media import families
from ..medium import Medium
from ..painting.brush_ref import BrushRef
from .config import AgentConfig
from .environment import Environment
from .policies import POLICIES

__all__ = ["Agent", "available", "load", "save"]

FORMAT = "wmpaint-agent-1"
WEIGHTS = Path(__file__).parent / "weights"


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


# Files


def available() -> list[str]:
    """Names of the bundled agents."""
    return sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))


def save(agent: Agent, path: str | Path) -> None:
    """Write an agent to a .safetensors file, weights in half precision.

    Raises:
        FileError: the file cannot be written.
    """
    from safetensors.torch import save_file

    halves = {name: value.detach().cpu().half().contiguous() for name, value in agent.net.state_dict().items()}
    brush = BrushRef.of(agent.medium)
    notes = {**agent.notes, "brush": brush.name, "brush_hash": brush.hash, "painter_hash": brush.weights}
    meta = {"format": FORMAT, "config": json.dumps(agent.config.as_dict()), "info": json.dumps(notes)}
    with atomic_path(Path(path)) as temporary:
        save_file(halves, str(temporary), metadata=meta)


@explained
def load(name: str | Path, medium: Medium | None = None) -> Agent:
    """A bundled agent by name, or one from a .safetensors file.

    Args:
        medium: that it learned with, if that is no bundled painter.

    Raises:
        FileError: no such agent, or not an agent's file.
        InputError: another medium than it learned with.
    """
    path = Path(name)
    if path.suffix != ".safetensors":
        path = WEIGHTS / f"{name}.safetensors"
        if str(name) not in available():
            raise FileError(f"expected an agent ({', '.join(available())}) or a .safetensors file, got {str(name)!r}")
    meta, tensors = tensor_files.read(path, LIMITS["agent"], FORMAT)
    with tensor_files.reading(path, "an agent", FORMAT):
        config, notes = (tensor_files.metadata_value(meta, key) for key in ("config", "info"))
        if not isinstance(notes, dict):
            raise ValueError("info that is no object")
        for key, value in tensors.items():
            if value.dtype != torch.float16 or not bool(value.isfinite().all()):
                raise ValueError(f"expected finite float16 weights, got others in {key}")
        brush = notes["brush"] = families.filed(str(notes.get("brush")))
        try:
            medium = medium or families.named(brush)
        except (BrushError, FileError) as error:
            raise InputError(f"a painter of {brush!r}, which is not bundled: pass it as medium") from error
        agent = Agent(AgentConfig.of(config), medium, notes)
        # Files of long ago call what a recurrent agent is told of its situation by another name.
        agent.net.load_state_dict({key.replace("told.", "situation."): value for key, value in tensors.items()})
    if notes.get("painter_hash") != medium.info.weights:
        raise InputError(
            f"expected the painter of {brush!r} that {path.name} learned with, "
            f"got other weights of {medium.info.brush!r}"
        )
    return agent.requires_grad_(False).eval()
