"""What an item can be exchanged for: what is offered, and which one words name."""

from ivr.domain.variants import Variant, in_turn, named, offered, with_id

SIZES = tuple(Variant(str(n), f"size {n}", "40.00", n != 42, (str(n),)) for n in (42, 43, 44, 45, 46))


def test_the_three_likeliest_in_stock_are_offered() -> None:
    assert [one.id for one in offered(SIZES)] == ["43", "44", "45"]
    assert [one.id for one in in_turn(SIZES)] == ["43", "44", "45", "46", "42"]
    assert offered(()) == ()


def test_words_name_the_only_one_that_they_hold_as_whole_words() -> None:
    assert named(SIZES, "exchange it for SIZE 44 please") == SIZES[2]
    assert named(SIZES, "44 or 45") is named(SIZES, "144") is named(SIZES, "a larger one") is None
    assert named((Variant("b", "파란색", "1"),), "파란색으로 바꿔 주세요") is not None


def test_what_the_shop_does_not_tell_is_not_there() -> None:
    assert with_id(SIZES, "43") == SIZES[1]
    assert with_id(SIZES, "99") is with_id(SIZES, "") is None
