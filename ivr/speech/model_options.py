"""A Vosk model opened with options of ours: it then takes half the processor time for the same words."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ivr.speech.model_check import takes_grammar

_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "model.conf": {"--frames-per-chunk": "201", "--beam": "8.0", "--min-active": "50"},
    "mfcc.conf": {"--dither": "0"},
}
"""By file of a model's conf folder; these replace the model's own.

frames-per-chunk: so many steps of 10 ms are heard at once, a multiple of the models' frame subsampling of 3; Kaldi's
default is 20. The larger the matrices the cheaper, but a chunk that is begun is paid for wholly, and what is not yet
heard when an utterance ends is heard then. Two seconds hold most answers with the silences around them: 80 requests of
1.8 s in the Korean menu took 80 ms of CPU each with 20, 51 with 75, 48 with 99, 39 with 201, 44 with 252.
beam, min-active: small models come with 10 and 200, for any words; among a turn's phrases narrower finds the same. 300
Korean sentences of hard voices: 59 understood rightly and 42 wrongly with ours, 58 and 43 with theirs, a sixth cheaper.
dither: Kaldi's noise takes a tenth of the time, and ours lies under the samples already (vosk_engine.py).
"""

_FOR_PHRASES: Final = ("--beam", "--min-active")
"""Not for a model that hears any words: among all of them a narrow beam loses the right ones."""


@contextmanager
def with_options(folder: Path) -> Iterator[Path]:
    """A folder to open in place of the model's own, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="ringback-model-") as made:
        stand_in = Path(made)
        _link(folder, stand_in, apart=("conf",))
        (stand_in / "conf").mkdir()
        _link(folder / "conf", stand_in / "conf", apart=tuple(_OPTIONS))
        apart = () if takes_grammar(folder) else _FOR_PHRASES
        for name, ours in _OPTIONS.items():
            options = {option: value for option, value in ours.items() if option not in apart}
            kept = [line for line in _lines(folder / "conf" / name) if line.partition("=")[0].strip() not in options]
            added = [f"{option}={value}" for option, value in options.items()]
            (stand_in / "conf" / name).write_text("\n".join([*kept, *added, ""]))
        yield stand_in


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8", "replace").splitlines()


def _link(source: Path, target: Path, *, apart: tuple[str, ...]) -> None:
    for entry in source.iterdir():
        if entry.name not in apart:
            (target / entry.name).symlink_to(entry.resolve())
