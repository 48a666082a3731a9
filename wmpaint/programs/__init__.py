"""Paint programs: the real MyPaint (libmypaint), and an engine of our own that reads the same brushes."""

from .brush import Brush, bundled, catalog
from .mypaint import MyPaint

__all__ = ["Brush", "MyPaint", "bundled", "catalog"]
