"""Models from the command line; fetching is proven in tests/speech, here nothing may reach a network."""

import pytest

pytestmark = pytest.mark.speech


def test_a_model_named_by_the_environment_is_listed_with_its_folder(ivr, environment) -> None:
    environment.setenv("IVR_VOSK_MODEL_EN_US", "/models/en")
    assert "en-US    /models/en" in ivr("models", "list").out


def test_a_large_model_is_listed_as_one_that_takes_no_grammar(ivr, environment, tmp_path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/HCLG.fst").write_bytes(b"graph")
    environment.setenv("IVR_VOSK_MODEL_EN_US", str(tmp_path))
    assert f"en-US    {tmp_path}  (takes no grammar: hears any words" in ivr("models", "list").out


def test_a_network_that_forbids_it_is_named_with_a_way_out(ivr, environment) -> None:
    environment.setenv("IVR_MODELS_URL", "http://127.0.0.1:9")
    ran = ivr("models", "install", "en-us")
    assert ran.status == 2
    assert ran.err.startswith("model: ")
    assert "IVR_VOSK_MODEL_EN_US" in ran.err


def test_a_folder_that_is_no_model_fails_the_check(ivr, environment, tmp_path) -> None:
    environment.setenv("IVR_VOSK_MODEL_EN_US", str(tmp_path))
    ran = ivr("models", "check", "en-US")
    assert ran.status == 1
    assert str(tmp_path) in ran.out


def test_a_language_without_a_model_cannot_be_checked(ivr) -> None:
    assert "there is no model for xx-XX" in ivr("models", "check", "xx-XX").err


def test_what_is_not_installed_cannot_be_removed(ivr, environment, tmp_path) -> None:
    environment.setenv("IVR_MODELS", str(tmp_path))
    assert ivr("models", "remove", "en-us").status == 2
