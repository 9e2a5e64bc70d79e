"""`explain` and `policy`: why a case was decided so, and what other rules would have done."""

from pathlib import Path

from tests.cli.test_call import typed
from tests.conftest import ROOT

BEN = "+13035550112"


def refunded(ivr, monkeypatch, store) -> str:
    """The number of a case that was refunded at once."""
    typed(monkeypatch, "#3", "#1", "#3", "#7")
    assert ivr("call", "--keep", "--from", BEN).status == 0
    with store.read() as uow:
        (case,) = uow.cases.recent(5)
    return case.number


def test_the_chain_of_a_case_is_explained_rule_by_rule(ivr, monkeypatch, store) -> None:
    ran = ivr("explain", refunded(ivr, monkeypatch, store))
    assert ran.status == 0
    assert "return_refund in US: ask by return_reason_needed" in ran.out
    assert "✔ return_instant decides" in ran.out
    assert "yes amount 1999, wanted: under 2500" in ran.out
    assert "no  amount 1999, wanted: at most 1500" in ran.out
    assert "⌖ withdrawal_right is for other regions" in ran.out
    assert "↷ return_in_window would apply as well" in ran.out
    assert "→ 1999 USD" in ran.out


def test_a_case_that_does_not_exist_is_said_so(ivr, store) -> None:
    ran = ivr("explain", "1234566")
    assert ran.status == 2
    assert "no case 1234566" in ran.err


def test_stricter_rules_are_tried_on_past_decisions(ivr, monkeypatch, store, tmp_path: Path) -> None:
    number = refunded(ivr, monkeypatch, store)
    ours = (ROOT / "grammars" / "policies" / "return_refund.yaml").read_text("utf-8")
    stricter = tmp_path / "return_refund.yaml"
    stricter.write_text(ours.replace("limit: {USD: 25,", "limit: {USD: 10,"), "utf-8")
    ran = ivr("policy", "simulate", "--with", str(stricter))
    assert ran.status == 0
    assert "2 past decisions, 1 would flip" in ran.out
    assert f"case {number}, return_refund: refund_now by return_instant → send_back by return_in_window" in ran.out
    assert "cost USD: 19.99 before, 19.99 after (+0.00)" in ran.out


def test_rules_are_checked_and_a_broken_file_is_named(ivr, store, tmp_path: Path) -> None:
    assert "no mistakes" in ivr("policy", "check").out
    broken = tmp_path / "rules.yaml"
    broken.write_text("topic: weather\nrules: []\n", "utf-8")
    ran = ivr("policy", "simulate", "--with", str(broken))
    assert ran.status == 2
    assert "rules.yaml:1" in ran.err
