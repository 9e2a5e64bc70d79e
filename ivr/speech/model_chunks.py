"""A Vosk model opened to hear three quarters of a second at a time: larger matrices cost less for the same sound."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_OPTION: Final = "--frames-per-chunk"
_FRAMES: Final = 75
"""Of 10 ms, a multiple of the models' frame subsampling of 3. Kaldi's default is 20. CPU for a second of speech with a
small grammar, Korean model: 35.6 ms with 20, 25.1 with 51, 23.1 with 75. What is not yet heard when an utterance ends
is heard then: the larger the chunk, the later the answer."""


@contextmanager
def in_chunks(folder: Path) -> Iterator[Path]:
    """A folder to open in place of the model's own, while the block runs; the model's own if it sets its chunks."""
    conf = (folder / "conf/model.conf").read_text()
    if _OPTION in conf:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="ringback-model-") as made:
        stand_in = Path(made)
        _link(folder, stand_in, apart=("conf",))
        (stand_in / "conf").mkdir()
        _link(folder / "conf", stand_in / "conf", apart=("model.conf",))
        (stand_in / "conf/model.conf").write_text(f"{conf.rstrip()}\n{_OPTION}={_FRAMES}\n")
        yield stand_in


def _link(source: Path, target: Path, *, apart: tuple[str, ...]) -> None:
    for entry in source.iterdir():
        if entry.name not in apart:
            (target / entry.name).symlink_to(entry.resolve())
