"""How texts become words, in scripts whose letters carry signs and whose digits are their own."""

import pytest

from ivr.understanding.tokens import spelling


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी में बात करनी है।", ["हिन्दी", "में", "बात", "करनी", "है"]),
        ("३:३० बजे", ["3", "30", "बजे"]),
        ("الساعة ٣:٣٠", ["الساعة", "3", "30"]),
        ("ش\u0640\u0640كرا\u200f ۱۲", ["شكرا", "12"]),
        ("１５時３０分", ["15", "時", "30", "分"]),
        ("ﾃﾞﾝﾜ、ください", ["デンワ", "ください"]),
        ("क\u094d\u200dया", ["क्या"]),
        ("Don’t [unk] call-back", ["dont", "[unk]", "call", "back"]),
    ],
)
def test_words_keep_their_signs_and_digits_are_the_usual_ones(text: str, words: list[str]) -> None:
    assert spelling(free_spacing=False, rewrites=()).words(text) == words


def test_signs_of_a_letter_alone_are_no_word() -> None:
    assert spelling(free_spacing=False, rewrites=()).words("\u093f \u064b 🙂\ufe0f") == []


def test_full_width_number_is_not_divided_where_spacing_is_free() -> None:
    free = spelling(free_spacing=True, rewrites=())
    words = free.words("１５時")
    assert free.split(words) == ["1", "5", "時"]
    assert free.boundaries(words) == {0, 2, 3}
