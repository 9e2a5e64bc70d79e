"""A model opened in larger chunks, without a change to its folder."""

from pathlib import Path

import pytest

from ivr.speech.model_chunks import in_chunks

CONF = "--beam=10.0\n--frame-subsampling-factor=3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "am").mkdir()
    (tmp_path / "conf/model.conf").write_text(CONF)
    (tmp_path / "conf/mfcc.conf").write_text("--sample-frequency=16000")
    (tmp_path / "am/final.mdl").write_bytes(b"weights")
    return tmp_path


def test_the_model_is_opened_with_its_own_options_and_larger_chunks(folder: Path) -> None:
    with in_chunks(folder) as opened:
        assert (opened / "conf/model.conf").read_text().splitlines() == [*CONF.splitlines(), "--frames-per-chunk=75"]
        assert (opened / "conf/mfcc.conf").read_text() == "--sample-frequency=16000"
        assert (opened / "am/final.mdl").read_bytes() == b"weights"


def test_the_models_folder_stays_as_it_is_and_the_stand_in_goes(folder: Path) -> None:
    with in_chunks(folder) as opened:
        assert opened != folder
    assert not opened.exists()
    assert (folder / "conf/model.conf").read_text() == CONF
    assert (folder / "am/final.mdl").read_bytes() == b"weights"


def test_a_model_that_sets_its_chunks_is_opened_as_it_is(folder: Path) -> None:
    (folder / "conf/model.conf").write_text(CONF + "\n--frames-per-chunk=30\n")
    with in_chunks(folder) as opened:
        assert opened == folder
