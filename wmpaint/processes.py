"""Painting in a process that was forked, as `multiprocessing` does on Linux unless it is told otherwise.

A fork copies the memory of a process and one of its threads. OpenMP, by which PyTorch shares its work, still counts
on the others, and waits for them for ever. So a forked process computes with one thread; its pictures are the same.
"""

from __future__ import annotations

import contextlib
import os
import sys

__all__: list[str] = []


def _alone() -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        with contextlib.suppress(AttributeError):  # which is only half imported
            torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_alone)
