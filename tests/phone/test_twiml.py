"""Documents, whole: what the carrier is given for each kind of turn."""

import xml.etree.ElementTree as ET

import pytest

from ivr.domain.hearing import Pace
from ivr.domain.turn import Charge, Next, Say, Turn
from ivr.phone.twiml import DocumentContext, Hearing, StreamStart, play_for_ever, render, say_and_hang_up
from ivr.phone.twiml_say import Spoken

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STREAM = StreamStart("wss://voice.example.com/media", "caller-1", "https://voice.example.com/voice/stream-status", "t0")


def turn(**fields: object) -> Turn:
    return Turn(**({"number": 3, "locale": "en-US", "say": (Say("menu"),), "state": "menu"} | fields))  # type: ignore[arg-type]


def context(**fields: object) -> DocumentContext:
    paths = {"answer_path": "/voice/heard/3", "again_path": "/voice/turn/3", "left_path": "/voice/left"}
    return DocumentContext(**(paths | fields))  # type: ignore[arg-type]


def document(a_turn: Turn, a_context: DocumentContext, *texts: str, locale: str = "en-US") -> str:
    return render(a_turn, [Spoken(text, locale) for text in texts], a_context).removeprefix(HEAD)


def test_first_document_starts_the_stream_then_gathers_keys_around_the_prompt() -> None:
    assert document(turn(), context(hearing=Hearing.STREAM, stream=STREAM), "How can I help?") == (
        '<Response><Start><Stream name="caller-1" statusCallback="https://voice.example.com/voice/stream-status" '
        'statusCallbackMethod="POST" track="inbound_track" url="wss://voice.example.com/media">'
        '<Parameter name="token" value="t0" /></Stream></Start>'
        '<Gather action="/voice/heard/3" actionOnEmptyResult="true" finishOnKey="" input="dtmf" method="POST" '
        'numDigits="1" timeout="6"><Say language="en-US" voice="Polly.Joanna-Neural">How can I help?</Say></Gather>'
        '<Redirect method="POST">/voice/turn/3</Redirect></Response>'
    )


def test_carriers_recogniser_gets_language_hints_and_whole_seconds_but_no_model() -> None:
    hints = ["track my order", "call me back, please", "x" * 101, "agent"]
    assert document(turn(locale="ko-KR"), context(hearing=Hearing.GATHER, hints=hints), "무엇을?", locale="ko-KR") == (
        '<Response><Gather action="/voice/heard/3" actionOnEmptyResult="true" finishOnKey="" '
        'hints="track my order,agent" input="dtmf speech" language="ko-KR" method="POST" numDigits="1" '
        'profanityFilter="false" speechTimeout="1" timeout="6">'
        '<Say language="ko-KR" voice="Polly.Seoyeon-Neural">무엇을?</Say></Gather>'
        '<Redirect method="POST">/voice/turn/3</Redirect></Response>'
    )


def test_chinese_has_one_name_for_the_carriers_voice_and_another_for_its_recogniser() -> None:
    gather = ET.fromstring(document(turn(locale="zh-CN"), context(hearing=Hearing.GATHER), "您好", locale="zh-CN"))[0]
    assert (gather.attrib["language"], gather[0].attrib["language"]) == ("cmn-Hans-CN", "cmn-CN")


def test_hints_stop_at_five_hundred() -> None:
    many = [f"phrase {i}" for i in range(600)]
    gather = ET.fromstring(document(turn(), context(hearing=Hearing.GATHER, hints=many))).find("Gather")
    assert gather is not None
    assert len(gather.attrib["hints"].split(",")) == 500


def test_keypad_hears_no_speech_and_long_numbers_end_with_hash() -> None:
    asked = turn(key_count=17, pace=Pace.DIGITS, wait_seconds=8)
    assert document(asked, context(hearing=Hearing.KEYPAD, hints=["no"]), "Your order number?") == (
        '<Response><Gather action="/voice/heard/3" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" '
        'method="POST" numDigits="18" timeout="8"><Say language="en-US" voice="Polly.Joanna-Neural">'
        'Your order number?</Say></Gather><Redirect method="POST">/voice/turn/3</Redirect></Response>'
    )


def test_two_way_stream_has_the_call_to_itself() -> None:
    asked = context(hearing=Hearing.DUPLEX, stream=STREAM, streamed_path="/voice/streamed/3?streams=0")
    assert document(turn(), asked, "How can I help?") == (
        '<Response><Connect action="/voice/streamed/3?streams=0" method="POST"><Stream name="caller-1" '
        'statusCallback="https://voice.example.com/voice/stream-status" statusCallbackMethod="POST" '
        'url="wss://voice.example.com/media"><Parameter name="token" value="t0" /></Stream></Connect></Response>'
    )


@pytest.mark.parametrize(("kind", "verb"), [(Next.HANG_UP, "Hangup"), (Next.JOIN, "Dial")])
def test_call_that_leaves_the_two_way_stream_gets_an_ordinary_document(kind: Next, verb: str) -> None:
    asked = context(hearing=Hearing.DUPLEX)
    assert ET.fromstring(document(turn(next=kind, conference="c"), asked, "Goodbye."))[-1].tag == verb


def test_recorded_answer_has_keys_around_the_prompt_then_a_tone_and_short_silences() -> None:
    asked = context(hearing=Hearing.RECORD, recorded_path="/voice/recorded/3")
    assert document(turn(), asked, "How can I help?") == (
        '<Response><Gather action="/voice/heard/3" finishOnKey="" input="dtmf" method="POST" numDigits="1" '
        'timeout="1"><Say language="en-US" voice="Polly.Joanna-Neural">How can I help?</Say></Gather>'
        '<Record action="/voice/recorded/3" finishOnKey="1234567890*#" maxLength="12" method="POST" playBeep="true" '
        'timeout="2" trim="do-not-trim" /><Redirect method="POST">/voice/recorded/3</Redirect></Response>'
    )


def test_number_is_keyed_at_leisure_and_no_digit_ends_its_recording() -> None:
    asked = turn(key_count=17, pace=Pace.DIGITS, wait_seconds=8)
    whole = ET.fromstring(document(asked, context(hearing=Hearing.RECORD, recorded_path="/r"), "Your order number?"))
    gather, record = whole.find("Gather"), whole.find("Record")
    assert gather is not None
    assert record is not None
    assert (gather.get("timeout"), gather.get("finishOnKey"), gather.get("numDigits")) == ("3", "#", "18")
    assert (record.get("finishOnKey"), record.get("timeout"), record.get("maxLength")) == ("*#", "3", "20")


def test_listening_on_in_a_recorded_turn_is_the_tone_alone_but_numbers_can_still_be_keyed() -> None:
    on = context(hearing=Hearing.RECORD, recorded_path="/r", with_prompt=False)
    assert [verb.tag for verb in ET.fromstring(document(turn(), on))] == ["Record", "Redirect"]
    assert ET.fromstring(document(turn(key_count=8), on))[0].tag == "Gather"


def test_caller_on_hold_may_answer_what_was_said_before_the_music_comes() -> None:
    held = turn(next=Next.HOLD)
    asked = context(hearing=Hearing.RECORD, recorded_path="/r", music_path="/audio/hold.wav")
    assert ET.fromstring(document(held, asked, "Press 1, or say call me back."))[1].tag == "Record"
    music = context(hearing=Hearing.RECORD, recorded_path="/r", music_path="/audio/hold.wav", with_prompt=False)
    assert ET.fromstring(document(held, music)).findtext("Gather/Play") == "/audio/hold.wav"


def test_listening_document_gathers_without_a_word() -> None:
    assert document(turn(), context(with_prompt=False), "How can I help?") == (
        '<Response><Gather action="/voice/heard/3" actionOnEmptyResult="true" finishOnKey="" input="dtmf" '
        'method="POST" numDigits="1" timeout="6" /><Redirect method="POST">/voice/turn/3</Redirect></Response>'
    )


def test_slow_turn_speaks_with_a_slower_rate() -> None:
    said = document(turn(slow=True, next=Next.HANG_UP), context(), "Goodbye.")
    assert said == (
        '<Response><Say language="en-US" voice="Polly.Joanna-Neural"><prosody rate="80%">Goodbye.</prosody></Say>'
        "<Hangup /></Response>"
    )


def test_holding_plays_music_and_then_asks_what_is_next() -> None:
    held = document(turn(next=Next.HOLD), context(music_path="/audio/hold.wav"), "Please hold.")
    assert held == (
        '<Response><Gather action="/voice/heard/3" actionOnEmptyResult="true" finishOnKey="" input="dtmf" '
        'method="POST" numDigits="1" timeout="1"><Say language="en-US" voice="Polly.Joanna-Neural">Please hold.</Say>'
        '<Play>/audio/hold.wav</Play></Gather><Redirect method="POST">/voice/turn/3</Redirect></Response>'
    )


def test_holding_without_music_waits_in_silence() -> None:
    assert '<Pause length="6" />' in document(turn(next=Next.HOLD), context())


@pytest.mark.parametrize(("is_agent", "ends"), [(True, "true"), (False, "false")])
def test_only_the_agent_ends_the_conference(is_agent: bool, ends: str) -> None:
    joined = turn(next=Next.JOIN, conference="attempt-1", is_agent=is_agent)
    assert document(joined, context(wait_path="/voice/hold-music"), "One moment.") == (
        '<Response><Say language="en-US" voice="Polly.Joanna-Neural">One moment.</Say>'
        f'<Dial action="/voice/left" method="POST"><Conference beep="false" endConferenceOnExit="{ends}" '
        'startConferenceOnEnter="true" waitMethod="POST" waitUrl="/voice/hold-music">attempt-1</Conference></Dial>'
        "</Response>"
    )


def test_language_menu_speaks_each_line_in_its_own_voice() -> None:
    lines = [Spoken("For English press 1.", "en-US"), Spoken("한국어는 2번.", "ko-KR"), Spoken("Suomi 3.", "fi-FI")]
    says = ET.fromstring(render(turn(), lines, context())).findall("Gather/Say")
    assert [say.get("voice") for say in says] == ["Polly.Joanna-Neural", "Polly.Seoyeon-Neural", None]
    assert [say.get("language") for say in says] == ["en-US", "ko-KR", "fi-FI"]


def test_text_that_xml_cannot_hold_does_not_break_the_document() -> None:
    said = ET.fromstring(document(turn(), context(), 'A & B <tag> "q" \x00\x1b\ufffe end')).findtext("Gather/Say")
    assert said == 'A & B <tag> "q"     end'


def test_music_of_a_conference_starts_again_when_it_ends() -> None:
    assert play_for_ever("/audio/hold.wav", "/voice/hold-music").removeprefix(HEAD) == (
        '<Response><Play loop="0">/audio/hold.wav</Play><Redirect method="POST">/voice/hold-music</Redirect></Response>'
    )


@pytest.mark.parametrize("kind", list(Next))
@pytest.mark.parametrize("hearing", list(Hearing))
@pytest.mark.parametrize("with_prompt", [True, False])
def test_no_document_ends_in_a_silent_hang_up(kind: Next, hearing: Hearing, with_prompt: bool) -> None:
    made = context(hearing=hearing, with_prompt=with_prompt)
    last = ET.fromstring(document(turn(next=kind, conference="c"), made, "Hello."))[-1]
    assert last.tag == {Next.HANG_UP: "Hangup", Next.JOIN: "Dial"}.get(kind, "Redirect")
    assert kind is not Next.JOIN or last.get("action")


def test_last_words_hang_up() -> None:
    assert ET.fromstring(say_and_hang_up([Spoken("Bye", "en-US")]))[-1].tag == "Hangup"


def test_a_card_terminal_is_the_carriers_and_nobody_listens_in() -> None:
    paying = turn(next=Next.PAY, charge=Charge("34.50", "USD", "10716290726091390"), locale="es-US")
    told = document(
        paying,
        context(paid_path="/voice/paid/3", pay_connector="Default", stop_stream="caller-1"),
        "Now.",
        locale="es-US",
    )
    assert told.startswith('<Response><Stop><Stream name="caller-1" /></Stop><Say')
    assert '<Pay action="/voice/paid/3" chargeAmount="34.50" currency="usd"' in told
    assert 'language="es-MX"' in told
    assert "<Gather" not in told
    assert told.endswith('<Redirect method="POST">/voice/paid/3?skipped=1</Redirect></Response>')
