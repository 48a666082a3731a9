"""Oil: brushes of hairs that run dry, drag wet paint along, and leave a relief that takes the light."""

from .brush import BRUSHES, OilBrush
from .painters import available, brush_rows, load
from .program import OilProgram
from .strokes import OilStrokes

__all__ = ["BRUSHES", "OilBrush", "OilProgram", "OilStrokes", "available", "brush_rows", "load"]
