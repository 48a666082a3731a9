"""Agents' files: weights and sizes in .safetensors, and the name of the painter that they learned with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from .. import tensors as tensor_files
from ..errors import BrushError, FileError, InputError
from ..explain import explained
from ..files import atomic_path
from ..foreign import LIMITS
from ..media.ribbon.zoo import load as load_painter
from ..medium import Medium
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
    known = agent.medium.info
    notes = {
        **agent.notes, "brush": known.brush, "brush_hash": known.brush_hash, "painter_hash": known.weights,
        "marks": agent.medium.marks.kind,
    }  # fmt: skip
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
        config, notes = AgentConfig.of(tensor_files.told(meta, "config")), tensor_files.told(meta, "info")
        if not isinstance(notes, dict):
            raise ValueError("info that is no object")
        for key, value in tensors.items():
            if value.dtype != torch.float16 or not bool(value.isfinite().all()):
                raise ValueError(f"expected finite float16 weights, got others in {key}")
        medium = medium or _painter(notes)
        agent = Agent(config, medium, notes)
        agent.net.load_state_dict({_renamed(key): value for key, value in tensors.items()})
    known = medium.info
    if notes.get("painter_hash") != known.weights or notes.get("brush_hash", known.brush_hash) != known.brush_hash:
        raise InputError(
            f"expected the painter of {notes.get('brush')!r} that {path.name} learned with, "
            f"got other weights of {known.brush!r}"
        )
    return agent.requires_grad_(False).eval()


def _renamed(key: str) -> str:
    """The name of weights that files of before 2 call otherwise."""
    return key.replace("told.", "situation.", 1) if key.startswith("told.") else key


def _painter(notes: dict[str, Any]) -> Medium:
    brush = str(notes.get("brush"))
    try:
        return load_painter(brush)
    except (BrushError, FileError) as error:
        raise InputError(f"a painter of {brush!r}, which is not bundled: pass it as medium") from error
