"""Agents' files: weights and sizes in .safetensors, and the name of the painter that they learned with."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from .. import tensors as tensor_files
from ..errors import BrushError, FileError, InputError
from ..explain import explained
from ..files import atomic_path
from ..foreign import LIMITS
from ..media import families
from ..medium import Medium
from ..painting.brush_ref import BrushRef
from .agent import Agent
from .config import AgentConfig

__all__ = ["available", "load", "save"]

FORMAT = "wmpaint-agent-1"
WEIGHTS = Path(__file__).parent / "weights"


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
        config, notes = (
            AgentConfig.of(tensor_files.metadata_value(meta, "config")),
            tensor_files.metadata_value(meta, "info"),
        )
        if not isinstance(notes, dict):
            raise ValueError("info that is no object")
        for key, value in tensors.items():
            if value.dtype != torch.float16 or not bool(value.isfinite().all()):
                raise ValueError(f"expected finite float16 weights, got others in {key}")
        medium = medium or _medium(str(notes.get("brush")))
        agent = Agent(config, medium, notes)
        # Files of long ago call what a recurrent agent is told of its situation by another name.
        agent.net.load_state_dict({key.replace("told.", "situation."): value for key, value in tensors.items()})
    if notes.get("painter_hash") != medium.info.weights:
        raise InputError(
            f"expected the painter of {notes.get('brush')!r} that {path.name} learned with, "
            f"got other weights of {medium.info.brush!r}"
        )
    return agent.requires_grad_(False).eval()


def _medium(brush: str) -> Medium:
    try:
        return families.load(brush)
    except (BrushError, FileError) as error:
        raise InputError(f"a painter of {brush!r}, which is not bundled: pass it as medium") from error
