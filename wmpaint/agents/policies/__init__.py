"""Policies: everything in which the kinds of agents differ."""

from .base import Decision, Policy
from .recurrent import RecurrentPolicy
from .set import SetPolicy
from .tiles import TilesPolicy

__all__ = ["POLICIES", "Decision", "Policy", "RecurrentPolicy", "SetPolicy", "TilesPolicy"]

POLICIES: dict[str, type[Policy]] = {"recurrent": RecurrentPolicy, "set": SetPolicy, "tiles": TilesPolicy}  # by kind
