"""Pictures in and out: `load_image(source) -> [3, H, W]` and `save_png(path, picture)`.

Inside wmpaint a picture is a float tensor [C, H, W] in 0..1, row 0 at the top: sRGB with C = 3, or
premultiplied RGBA with C = 4. Files, PIL and NumPy carry straight alpha, as is usual there.
"""

from .loading import BUNDLED, GOAL, bundled_picture, is_plain, load_image, sample_photo, size_of
from .writing import resize, save_png, to_uint8, to_uint16, zoomed

__all__ = [
    "BUNDLED", "GOAL", "bundled_picture", "is_plain", "load_image", "resize", "sample_photo", "save_png", "size_of",
    "to_uint8", "to_uint16", "zoomed",
]  # fmt: skip
