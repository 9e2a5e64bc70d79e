"""`trust`: exported with the database, verified without it."""

from pathlib import Path

from tests.cli.test_call import typed


def test_a_record_is_exported_and_checked_with_the_public_key_alone(ivr, monkeypatch, store, tmp_path: Path) -> None:
    typed(monkeypatch, "#3", "#3", "#1", "#7")
    assert ivr("call", "--keep", "--from", "+14155550117").status == 0
    file, key = tmp_path / "trust.jsonl", ivr("trust", "key").out.strip()
    assert ivr("trust", "export", str(file)).status == 0
    good = ivr("trust", "verify", str(file), "--key", key)
    assert (good.status, good.out.split(",")[0]) == (0, "1 entries of 1 sellers")
    lines = file.read_text("utf-8").splitlines()
    assert ivr("trust", "export", "--seller", "nobody").out.count("\n") == 2
    file.write_text("\n".join([lines[0], lines[1].replace("counterfeit", "late_shipment"), lines[2]]), "utf-8")
    bad = ivr("trust", "verify", str(file), "--key", key)
    assert (bad.status, "line 2: was changed" in bad.out) == (1, True)
    assert ivr("trust", "verify", str(file), "--key", "ab").status == 2
    assert ivr("trust", "verify", str(tmp_path / "none"), "--key", key).status == 2
