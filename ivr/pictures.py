"""Pictures that nobody vouches for, made anew by Pillow: only pixels survive, no metadata and no other bytes.

The header is read first: nothing is unpacked of a picture with absurdly many pixels, whatever its file's size.
"""

import struct
import zlib
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Final

from ivr.errors import CallbackRefused
from ivr.service.photos import MOST_PIXELS, Picture, digest_of

if TYPE_CHECKING:
    from PIL import Image

FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""By content; what the file is called, or said to be, tells nothing."""
LONGEST_SIDE: Final = 1600
QUALITY: Final = 82
BROKEN: Final = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error,
    zlib.error,
)  # fmt: skip
"""What Pillow raises at broken files; a header that lies is among them."""


class PillowPictures:
    """service.photos.Pictures. One at a time in a process: a picture takes 150 MB while it is read."""

    def __init__(self) -> None:
        self._one = Lock()

    def read(self, data: bytes) -> Picture:
        """Raises CallbackRefused: `photo_type`, `photo_large`."""
        # Imported here: reading Pillow takes time that a server needs for its first call.
        from PIL import Image

        with self._one:
            try:
                with Image.open(BytesIO(data), formats=FORMATS) as opened:
                    _check_pixels(opened.width * opened.height)
                    made = _upright(opened)
            except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
                raise _too_many_pixels() from error
            except BROKEN as error:
                raise CallbackRefused("photo_type", "this is no JPEG, PNG or WebP picture that can be read") from error
        jpeg = BytesIO()
        made.save(jpeg, "JPEG", quality=QUALITY, progressive=True)
        return Picture(jpeg=jpeg.getvalue(), width=made.width, height=made.height, digest=digest_of(data))


def _check_pixels(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> CallbackRefused:
    return CallbackRefused("photo_large", f"a photo may have {MOST_PIXELS // 1_000_000} megapixels")


def _upright(opened: "Image.Image") -> "Image.Image":
    """As its EXIF says it is held, small enough, on white; pasted onto a fresh picture that knows nothing else."""
    from PIL import Image, ImageOps

    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked no larger than it is needed
    opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(opened).convert("RGBA")
    made = Image.new("RGB", turned.size, "white")
    made.paste(turned, mask=turned)
    return made
