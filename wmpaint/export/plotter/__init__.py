"""Pen plotters: `plan(painting, "fineliners", page="a4").save("cat.svg")`.

A painting's strokes become lines of pens on a page: `Pen`s, a `Job` of layers, and files for machines.
"""

from ...pens import SETS as SETS
from ...pens import Pen as Pen
from ...pens import PenSet as PenSet
from ...pens import load_pens as load_pens
from .files import Job
from .fill import FILLS
from .gcode import MACHINES, Machine
from .order import Order
from .plan import plan
from .plot import PlotLayer, Speeds
from .preview import preview

__all__ = [
    "FILLS", "MACHINES", "Job", "Machine", "Order", "PlotLayer", "Speeds", "plan", "preview",
]  # fmt: skip
