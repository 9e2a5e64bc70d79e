"""A call in the terminal: the dialogue by typing."""

from ivr.cli.call import HELP


def typed(monkeypatch, *lines: str) -> None:
    waiting = list(lines)

    def answer(prompt: str = "") -> str:
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    monkeypatch.setattr("builtins.input", answer)


def test_words_keys_and_silence_move_the_dialogue(ivr, monkeypatch) -> None:
    typed(monkeypatch, "it says delivered but i do not have it", "", "#0")
    ran = ivr("call", "--from", "+12025550143")
    assert ran.status == 0
    assert HELP in ran.out
    assert "understood (exact): delivered_not_received" in ran.out
    assert ran.out.count("⏺") >= 4


def test_what_is_not_understood_is_said(ivr, monkeypatch) -> None:
    typed(monkeypatch, "colourless green ideas sleep furiously")
    assert "not understood" in ivr("call").out


def test_a_call_can_greet_in_another_language(ivr, monkeypatch) -> None:
    typed(monkeypatch)
    greeting = next(line for line in ivr("call", "--locale", "ko-KR").out.splitlines() if line.startswith("⏺"))
    assert any("가" <= letter <= "힣" for letter in greeting)


def test_an_unknown_language_is_refused_with_the_known_ones(ivr, monkeypatch) -> None:
    typed(monkeypatch)
    ran = ivr("call", "--locale", "xx-XX")
    assert ran.status == 2
    assert "en-US" in ran.err


def test_a_call_by_typing_leaves_the_database_alone(ivr, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    typed(monkeypatch, "#5", "#1", "#1")
    ivr("call")
    assert not (tmp_path / "none.db").exists()


def test_what_is_promised_is_kept_when_asked(ivr, monkeypatch, store) -> None:
    typed(monkeypatch, "#0")
    ivr("call", "--keep", "--from", "+12025550143")
    with store.read() as uow:
        assert uow.events.recent(5)
