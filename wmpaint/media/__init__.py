"""Media: whatever lays marks on a canvas. Paint programs (`programs`), what has learned from them (`ribbon`), several
at once (`mixed`), and all of them by name (`families`).
"""

from .families import Family, load, register
from .mixed import Mixed
from .oil import OilStrokes  # a kind of marks is known in files once it is defined

__all__ = ["Family", "Mixed", "OilStrokes", "load", "register"]
