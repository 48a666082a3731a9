"""How a painting went, for people and programs: `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """How a painting went. PSNR in dB, higher is better; None where there was no target, or no replay.

    `gap_db` is the transfer gap: what is lost between the dream and the program.
    """

    strokes: int
    steps: int | None
    seconds: float | None
    dream_psnr: float | None
    real_psnr: float | None
    gap_db: float | None
    program: str
    seed: int
    terms: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def rows(self) -> list[tuple[str, str]]:
        """(label, value) of what is known, for people."""
        known: list[tuple[str, float | str | None, str]] = [
            ("strokes", f"{self.strokes:,}", ""),
            ("steps", None if self.steps is None else f"{self.steps:,}", ""),
            ("seconds", self.seconds, ""),
            ("dream PSNR", self.dream_psnr, " dB"),
            ("real PSNR", self.real_psnr, " dB"),
            ("transfer gap", self.gap_db, " dB"),
            ("program", self.program, ""),
            ("seed", str(self.seed), ""),
        ]
        digits = {"seconds": 1}
        rows = [
            (label, (f"{value:.{digits.get(label, 2)}f}" if isinstance(value, float) else str(value)) + unit)
            for label, value, unit in known
            if value is not None
        ]
        return rows + [(name, f"{value:.4g}") for name, value in self.terms.items()]

    def __str__(self) -> str:
        rows = self.rows()
        wide = max(len(label) for label, _ in rows)
        return "\n".join(f"{label:<{wide}}  {value}" for label, value in rows)
