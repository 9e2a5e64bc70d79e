"""JSGF and phrases become the same small networks; nothing malformed gets through or loops."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import ContentError
from ivr.speech.jsgf import from_jsgf
from ivr.speech.word_network import Network, from_phrases

HEAD = "#JSGF V1.0;\ngrammar test;\n"


def test_alternatives_options_and_repetition_are_read() -> None:
    network = _read("public <a> = [please] (stop | go <where>+) now*; <where> = left | right;")
    assert all(_accepts(network, text) for text in ("stop", "please stop", "go left right now now", "please go right"))
    assert not any(_accepts(network, text) for text in ("", "please", "go", "left", "now", "stop stop"))


def test_comments_tags_weights_and_quotes_are_no_words() -> None:
    network = _read('public <a> = /0.5/ yes {answer} | "no way" // a remark\n | /* two\nlines */ maybe;')
    assert network.words() == {"yes", "no", "way", "maybe"}


def test_words_are_lower_case() -> None:
    assert _accepts(_read("public <a> = Yes;"), "yes")


def test_phrase_with_an_unsayable_word_is_left_out_and_its_neighbours_stay() -> None:
    network = from_jsgf(
        HEAD + "public <a> = track my (order | qwxz) | qwxz please | [qwxz] stop;", lambda w: w != "qwxz"
    )
    assert "qwxz" not in network.words()
    assert _accepts(network, "track my order")
    assert _accepts(network, "stop")
    assert not _accepts(network, "please")


def test_phrases_and_jsgf_of_the_same_language_are_the_same_network() -> None:
    phrases = ("track my order", "track my parcel", "cancel my order", "cancel my parcel")
    assert from_phrases(phrases, _any) == _read("public <a> = (track | cancel) my (order | parcel);")


def test_shared_rules_of_two_grammars_are_built_once() -> None:
    known: dict[str, Network] = {}
    from_jsgf(HEAD + "public <a> = <day> at <hour>; <day> = monday | friday; <hour> = one | two;", _any, known)
    before = len(known)
    from_jsgf(HEAD + "public <b> = call me <x>; <x> = monday | friday;", _any, known)
    assert len(known) == before + 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("public <a> = <a> yes | no;", "contains itself"),
        ("public <a> = <b>; <b> = no <a>;", "contains itself"),
        ("public <a> = <b> yes;", "no rule <b>"),
        ("public <a> = (yes;", "closes"),
        ("public <a> = yes);", "stray"),
        ("public <a> = [yes | no);", "closes"),
        ("<a> = yes;", "no public rule"),
        ("public <a> = yes", "does not end"),
        ("", "no public rule"),
        ("public <a> = " + "(" * 5000 + "yes" + ")" * 5000 + ";", "nested"),
        ("public <a> = * yes;", "stray"),
        ("public <a> = yes <", "unreadable"),
    ],
)
def test_malformed_grammar_is_refused_and_says_why(text: str, complaint: str) -> None:
    with pytest.raises(ContentError, match=complaint):
        _read(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("body", ["[[[yes]*]*]*", "([yes]+ [no]*)* stop", "<NULL> yes", "yes | <VOID> no"])
def test_empty_loops_come_to_an_end(body: str) -> None:
    assert "yes" in _read(f"public <a> = {body};").words()


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=5), min_size=1, max_size=12))
def test_network_of_phrases_accepts_exactly_these(phrases: list[list[str]]) -> None:
    network = from_phrases([" ".join(words) for words in phrases], _any)
    assert _language(network) == {tuple(words) for words in phrases}


def _read(text: str) -> Network:
    return from_jsgf(HEAD + text, _any)


def _any(_word: str) -> bool:
    return True


def _accepts(network: Network, text: str) -> bool:
    state: int | None = 0
    steps = {(source, word): to for source, to, word in network.arcs}
    for word in text.split():
        state = steps.get((state, word)) if state is not None else None
    return state in network.finals


def _language(network: Network) -> set[tuple[str, ...]]:
    """Every sentence of a network without loops."""
    found, queue = set(), [(0, ())]
    while queue:
        state, words = queue.pop()
        if state in network.finals:
            found.add(words)
        queue += [(to, (*words, word)) for source, to, word in network.arcs if source == state]
    return found


def test_network_accepts_whole_sentences_only() -> None:
    network = from_phrases(("go back", "cancel"), lambda word: True)
    assert network.accepts(["go", "back"])
    assert not network.accepts(["go"])
    assert not network.accepts(["go", "back", "cancel"])
