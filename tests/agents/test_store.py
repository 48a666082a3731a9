"""Agents' files: what is kept, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from pupils import agent, brush
from safetensors import safe_open
from safetensors.torch import save_file

from wmpaint.agents import load, save
from wmpaint.agents.agent import LIMITS
from wmpaint.errors import FileError, InputError
from wmpaint.foreign import Limit


def parts(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    with safe_open(str(path), "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


@pytest.mark.parametrize("kind", ["recurrent", "set"])
def test_there_and_back(tmp_path: Path, kind: str) -> None:
    pupil, path = agent(kind=kind, stops=True), tmp_path / "a.safetensors"
    pupil.notes["data"] = "blobs"
    save(pupil, path)
    again = load(path, pupil.medium)
    assert again.config == pupil.config and again.notes["data"] == "blobs" and again.notes["brush"] == "toy"
    given = torch.rand(3, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(again(given).points, pupil(given).points, atol=5e-3, rtol=0)
    assert not any(p.requires_grad for p in again.parameters()) and not again.training
    save(again, tmp_path / "b.safetensors")
    assert torch.equal(load(tmp_path / "b.safetensors", pupil.medium)(given).points, again(given).points)


def test_another_painter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save(agent(), path)
    with pytest.raises(InputError, match=r"the painter of 'toy' that a\.safetensors learned with, got other weights"):
        load(path, brush(seed=1))
    with pytest.raises(FileError, match="'toy', which is not bundled: pass it as medium"):
        load(path)


def test_what_is_no_agent_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pupil, path, other = agent(), tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save(pupil, path)
    tensors, meta = parts(path)
    name = next(iter(tensors))
    config = json.loads(meta["config"])
    wrong: list[tuple[dict[str, Any], dict[str, str] | None]] = [
        (tensors, None), (tensors, meta | {"format": "wmpaint-agent-2"}), (tensors, meta | {"config": "{"}),
        (tensors, meta | {"config": json.dumps(config | {"hidden": 24})}), (tensors, meta | {"info": "[]"}),
        (tensors, meta | {"config": json.dumps(config | {"hidden": 10**6})}), (tensors, meta | {"config": "[]"}),
        (tensors | {name: tensors[name] * float("nan")}, meta), (tensors | {name: tensors[name].float()}, meta),
        ({n: t for n, t in tensors.items() if n != name}, meta),
    ]  # fmt: skip
    for some, said in wrong:
        save_file(some, str(other), metadata=said)
        with pytest.raises(FileError, match=r"expected an agent in the format wmpaint-agent-1, got .*b\.safetensors"):
            load(other, pupil.medium)
    other.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(FileError, match="expected an agent in the format"):
        load(other, pupil.medium)
    monkeypatch.setitem(LIMITS, "agent", Limit("an agent", 1000))
    with pytest.raises(FileError, match="expected an agent of at most"):
        load(path, pupil.medium)
    for missing in (tmp_path / "c.safetensors", "nobody"):
        with pytest.raises(FileError, match="expected an agent"):
            load(missing)
