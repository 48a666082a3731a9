"""Several processes that train one agent, as started by torchrun: each takes its share of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

from ..errors import InputError

__all__ = ["Team", "join"]


@dataclass(frozen=True)
class Team:
    """Which of how many processes this is. All draw the same random numbers, and so the same batches."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def share(self, batch: int) -> slice:
        """The part of a batch that is this process's.

        Raises:
            InputError: a batch that cannot be shared evenly.
        """
        if batch % self.size:
            raise InputError(f"expected a batch that {self.size} processes can share evenly, got {batch}")
        part = batch // self.size
        return slice(self.rank * part, (self.rank + 1) * part)

    def average(self, gradients: Iterable[Tensor | None]) -> None:
        """Replace gradients by their means over the processes."""
        if self.size == 1:
            return
        known = [g for g in gradients if g is not None]
        flat = torch.cat([g.flatten() for g in known])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(known, flat.split([g.numel() for g in known]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, value: float) -> float:
        """A number's mean over the processes."""
        if self.size == 1:
            return value
        both = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.all_reduce(both)
        return float(both) / self.size

    def agree(self, value: float) -> float:
        """The leader's value of a number, such as the time."""
        if self.size == 1:
            return value
        both = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(both, 0)
        return float(both)

    def wait(self) -> None:
        """Until all processes are here, so that none takes down what others still use."""
        if self.size > 1:
            dist.barrier()

    def leave(self) -> None:
        """Part from the other processes."""
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()


def join() -> Team:
    """The team that torchrun's environment variables name; alone without them.

    GPUs are used if there is one for each process of this machine (NCCL), else CPUs (gloo).
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Team(device="cuda" if torch.cuda.is_available() else "cpu")
    local, here = int(os.environ["LOCAL_RANK"]), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    device = f"cuda:{local}" if torch.cuda.device_count() >= here else "cpu"
    if not dist.is_initialized():
        dist.init_process_group("nccl" if device != "cpu" else "gloo")
    return Team(dist.get_rank(), dist.get_world_size(), device)
