"""The commands that measure say what they need."""

import pytest

from bench.identity import __main__ as bench


def test_the_peer_is_missed_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "find_spec", lambda _: None)
    monkeypatch.setattr("sys.argv", ["bench.identity", "--peer"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 2
    assert "splink, which is not installed" in capsys.readouterr().err
