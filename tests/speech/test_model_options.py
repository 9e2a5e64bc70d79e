"""A model opened with options of ours, without a change to its folder."""

from pathlib import Path

import pytest

from ivr.speech.model_options import with_options

CONF = "--beam=10.0\n--frame-subsampling-factor=3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "am").mkdir()
    (tmp_path / "conf/model.conf").write_text(CONF)
    (tmp_path / "conf/mfcc.conf").write_text("--sample-frequency=16000")
    (tmp_path / "am/final.mdl").write_bytes(b"weights")
    return tmp_path


def test_the_model_is_opened_with_its_own_options_and_ours(folder: Path) -> None:
    with with_options(folder) as opened:
        options = (opened / "conf/model.conf").read_text().splitlines()
        assert options == ["--frame-subsampling-factor=3", "--frames-per-chunk=201", "--beam=8.0", "--min-active=50"]
        assert (opened / "conf/mfcc.conf").read_text().splitlines() == ["--sample-frequency=16000", "--dither=0"]
        assert (opened / "am/final.mdl").read_bytes() == b"weights"


def test_the_models_folder_stays_as_it_is_and_the_stand_in_goes(folder: Path) -> None:
    with with_options(folder) as opened:
        assert opened != folder
    assert not opened.exists()
    assert (folder / "conf/model.conf").read_text() == CONF
    assert (folder / "am/final.mdl").read_bytes() == b"weights"


def test_model_that_hears_any_words_keeps_its_own_beam(folder: Path) -> None:
    (folder / "graph").mkdir()
    (folder / "graph/HCLG.fst").write_bytes(b"graph")
    with with_options(folder) as opened:
        options = (opened / "conf/model.conf").read_text().splitlines()
    assert options == ["--beam=10.0", "--frame-subsampling-factor=3", "--frames-per-chunk=201"]
