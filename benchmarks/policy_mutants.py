"""How good the tests of the policy engine are: cosmic-ray breaks it in every way it knows, and they must notice.

    python benchmarks/policy_mutants.py [--least 0.85] [--only conditions,engine]

Works on a copy, so that nothing here is ever left broken. cosmic-ray is installed into a folder of its own: what it
brings along (rich) would change how our logs look. The last line is the share of mutants killed; survivors are listed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(tempfile.gettempdir()) / "ringback-cosmic-ray"
MODULES = ("conditions", "engine", "gathering", "rules", "ruling", "stored", "trial")
TESTS = "tests/domain/policy"
CONFIG = """
[cosmic-ray]
module-path = {modules}
timeout = 60.0
excluded-modules = []
test-command = "{python} -m pytest -x -q --noconftest -p no:cacheprovider -p no:xdist -p no:hypothesispytest {tests}"
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = [{skipped}]
"""
SKIPPED = (
    "core/RemoveDecorator",
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceComparisonOperator_Is_Eq",
    "core/ReplaceUnaryOperator_.*_Not",
)
"""Without @dataclass nothing can be imported at all, and `X | Y` in an annotation means nothing at run time; of an
enum's members `is` and `==` are the same. Mutants of these would only flatter the figure, or weaken it."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--least", type=float, default=0.85)
    parser.add_argument("--only", default=",".join(MODULES))
    given = parser.parse_args(arguments)
    if not TOOLS.is_dir():
        _pip(TOOLS)
    with tempfile.TemporaryDirectory(prefix="ringback-mutants-") as folder:
        results = _results(Path(folder), given.only.split(","))
    killed = [one for one in results if one["outcome"] != "survived"]
    for one in results:
        if one["outcome"] == "survived":
            print(f"survived: {one['module']}:{one['line']} {one['operator']} {one['occurrence']}")
    share = len(killed) / max(len(results), 1)
    print(f"{len(results)} mutants, {len(killed)} killed: {share:.1%}; at least {given.least:.0%} wanted")
    return 0 if results and share >= given.least else 1


def _pip(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "cosmic-ray>=8.4,<9"]
    subprocess.run(command, check=True)


def _results(folder: Path, names: Sequence[str]) -> list[dict[str, object]]:
    shutil.copytree(ROOT / "ivr", folder / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / TESTS, folder / TESTS, ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("tests", "tests/domain"):
        (folder / package / "__init__.py").touch()
    config = CONFIG.format(
        modules=json.dumps([f"ivr/domain/policy/{name}.py" for name in names]),
        python=sys.executable,
        tests=TESTS,
        skipped=json.dumps(SKIPPED)[1:-1],
    )
    (folder / "mutants.toml").write_text(config, "utf-8")
    _run(folder, "cosmic_ray.cli", "init", "mutants.toml", "mutants.sqlite")
    _run(folder, "cosmic_ray.tools.filters.operators_filter", "mutants.sqlite", "mutants.toml")
    _run(folder, "cosmic_ray.cli", "baseline", "mutants.toml")
    _run(folder, "cosmic_ray.cli", "exec", "mutants.toml", "mutants.sqlite")
    dumped = _run(folder, "cosmic_ray.cli", "dump", "mutants.sqlite")
    return [found for line in dumped.splitlines() if (found := _result(json.loads(line))) is not None]


def _result(pair: list[dict]) -> dict[str, object] | None:
    """Of one mutant; None for those that were left out."""
    item, result = pair
    mutation = item["mutations"][0]
    if result is None or result["worker_outcome"] == "skipped":
        return None
    return {
        "module": Path(mutation["module_path"]).name,
        "line": mutation["start_pos"][0],
        "operator": mutation["operator_name"],
        "occurrence": mutation["occurrence"],
        "outcome": result["test_outcome"],
    }


def _run(folder: Path, module: str, *arguments: str) -> str:
    """cosmic-ray needs its own libraries, the tests only ours: they start a Python of their own in the copy."""
    start = f"import sys; sys.path.append({str(TOOLS)!r}); from {module} import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", start, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{module} {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
