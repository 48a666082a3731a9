"""What a painting is for: objectives, and how they compose."""

from .base import Function, Objective, Scene, Sum, Within
from .photo import photo, variance

__all__ = ["Function", "Objective", "Scene", "Sum", "Within", "photo", "variance"]
