"""Paint programs: the real MyPaint (libmypaint), and an engine of our own that reads the same brushes.

`program(brush)` gives the better of the two that is there.
"""

from .base import BrushProgram
from .brush import Brush, bundled, catalog
from .choose import ProgramWarning, load_program, program
from .dabs import Dabs
from .mypaint import MyPaint
from .sheet import contact_sheet, listing

__all__ = [
    "Brush",
    "BrushProgram",
    "Dabs",
    "MyPaint",
    "ProgramWarning",
    "bundled",
    "catalog",
    "contact_sheet",
    "listing",
    "load_program",
    "program",
]
