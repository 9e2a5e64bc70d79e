"""The shape of the code: how long things get, what has no place here. Which way imports point, lint-imports says."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from ivr.settings import MODEL_PREFIX, settings_fields

ROOT = Path(__file__).resolve().parent.parent
OURS = sorted(path for path in (ROOT / "ivr").rglob("*.py") if "versions" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
READS_ENVIRONMENT = ("app.py", "ivr/settings.py", "ivr/cli/")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed once for all tests."""
    return ast.parse(path.read_text("utf-8"))


@cache
def named(path: Path) -> tuple[Function | ast.ClassDef, ...]:
    """Its functions, methods and classes."""
    return tuple(node for node in ast.walk(tree(path)) if isinstance(node, Function | ast.ClassDef))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in named(path) if isinstance(node, Function))


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [where(path, f.lineno) for path in OURS for f in functions(path) if length(f) > 40]
    assert not long


def test_the_median_function_is_shorter_than_eight_lines() -> None:
    assert median(length(f) for path in OURS for f in functions(path)) < 8


@pytest.mark.parametrize(("files", "most"), [(OURS, 300), (TESTS, 400)], ids=["ivr", "tests"])
def test_no_file_is_longer_than_a_few_screens(files: list[Path], most: int) -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in files if (count := len(path.read_text().splitlines())) > most
    }
    assert not long


def test_no_function_takes_more_than_five_parameters() -> None:
    many = []
    for path in OURS:
        for function in functions(path):
            given = function.args.posonlyargs + function.args.args
            own = [a for a in given if a.arg not in ("self", "cls")]
            if len(own) > 5:
                many.append(where(path, function.lineno))
    assert not many


def test_nothing_is_called_utils_or_manager() -> None:
    wrong = [path for path in OURS if re.search(r"utils?|helpers?|misc|common", path.stem)]
    classes = [
        where(path, node.lineno)
        for path in OURS
        for node in named(path)
        if isinstance(node, ast.ClassDef) and re.search(r"Manager|Utils?$|Helper", node.name)
    ]
    assert not wrong
    assert not classes


def test_the_environment_is_read_at_the_outermost_edge_only() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in OURS
        if re.search(r"os\.environ|os\.getenv|from os import .*environ", path.read_text("utf-8"))
    }
    assert {path for path in readers if not path.startswith(READS_ENVIRONMENT)} == set()


def test_every_public_name_says_what_it_is_for() -> None:
    silent = [
        where(path, node.lineno)
        for path in OURS
        for node in tree(path).body
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent


def test_every_module_says_what_lives_there() -> None:
    silent = [str(path.relative_to(ROOT)) for path in OURS if path.stat().st_size and not _docstring(path)]
    assert not silent


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    names = [about.metadata["env"] for about in settings_fields()] + [MODEL_PREFIX]
    assert [name for name in names if name not in readme] == []


def test_every_setting_that_the_code_names_exists() -> None:
    known = {about.metadata["env"] for about in settings_fields()}
    used = {
        (name, str(path.relative_to(ROOT)))
        for path in [*OURS, ROOT / "Makefile", ROOT / "README.md"]
        for name in re.findall(r"\bIVR_[A-Z][A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    strange = {(name, path) for name, path in used if name not in known and not name.startswith(MODEL_PREFIX[:-1])}
    assert not strange


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(tree(path))
