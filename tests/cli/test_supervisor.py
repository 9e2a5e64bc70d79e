"""The supervisor: one dead part never takes the other with it, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.processes import SECONDS, until

PART = """
    import os, signal, sys, time
    from pathlib import Path
    from ivr.cli.supervisor import watch_parent
    log = Path(sys.argv[1])
    def ended(number, frame):
        with log.open("a") as file: file.write(f"ended {sys.argv[2]}\\n")
        sys.exit(0)
    signal.signal(signal.SIGTERM, ended)
    watch_parent()
    with log.open("a") as file: file.write(f"started {sys.argv[2]} {os.getpid()}\\n")
    while True: time.sleep(0.05)
"""

PARENT = """
    import sys
    from ivr.cli.supervisor import Part, Supervisor
    script, log = sys.argv[1:3]
    parts = [Part(name, [sys.executable, script, log, name]) for name in ("first", "second")]
    sys.exit(Supervisor(parts).run())
"""


@pytest.fixture
def supervised(tmp_path: Path):
    """A supervisor with two parts that write down when they start and end."""
    part, parent, log = tmp_path / "part.py", tmp_path / "parent.py", tmp_path / "log"
    part.write_text(textwrap.dedent(PART))
    parent.write_text(textwrap.dedent(PARENT))
    log.touch()
    root = str(Path(__file__).parents[2])
    environ = {**os.environ, "PYTHONPATH": root}
    process = subprocess.Popen([sys.executable, str(parent), str(part), str(log)], env=environ, stderr=subprocess.PIPE)
    try:
        until(lambda: len(_pids(log, "first")) == 1 and len(_pids(log, "second")) == 1)
        yield process, log
    finally:
        process.kill()
        process.communicate()


def test_a_part_that_dies_is_started_again_and_the_other_keeps_running(supervised) -> None:
    _, log = supervised
    os.kill(_pids(log, "first")[0], signal.SIGKILL)
    until(lambda: len(_pids(log, "first")) == 2)
    assert len(_pids(log, "second")) == 1
    assert "ended second" not in log.read_text()


def test_sigterm_ends_the_parts_in_order_and_then_the_supervisor(supervised) -> None:
    process, log = supervised
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    assert [line for line in log.read_text().splitlines() if line.startswith("ended")] == [
        "ended first",
        "ended second",
    ]


def test_parts_end_when_their_supervisor_is_killed(supervised) -> None:
    process, log = supervised
    process.kill()
    until(lambda: {"ended first", "ended second"} <= set(log.read_text().splitlines()))


def test_a_part_that_refuses_its_settings_ends_everything_with_its_status(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from ivr.cli.supervisor import Part, Supervisor
            refusing = Part("refusing", [sys.executable, "-c", "import sys; sys.exit(2)"])
            waiting = Part("waiting", [sys.executable, "-c", "import time; time.sleep(600)"])
            sys.exit(Supervisor([refusing, waiting]).run())
            """
        )
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, str(script)], env=environ, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 2


def _pids(log: Path, name: str) -> list[int]:
    return [int(line.split()[2]) for line in log.read_text().splitlines() if line.startswith(f"started {name}")]
