"""Paint programs: the real MyPaint (libmypaint), and an engine of our own that reads the same brushes.

`program(brush)` gives the better of the two that is there.
"""

from .base import BrushProgram
from .brush import Brush, bundled, catalog
from .choose import ProgramWarning, load_program, program
from .contact_sheet import brush_entries, contact_sheet
from .dabs import Dabs
from .mypaint import MyPaint

__all__ = [
    "Brush", "BrushProgram", "Dabs", "MyPaint", "ProgramWarning", "brush_entries", "bundled", "catalog",
    "contact_sheet", "load_program", "program",
]  # fmt: skip
