"""YAML with the file and line of every text, so that a broken file can be pointed at."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from ivr.errors import ContentError

MOST_KEPT: Final = 2048
"""Files; grammars/ has 800."""


class Located(str):
    """A text that knows where it was written."""

    file: str
    line: int

    def __new__(cls, text: str, file: str = "", line: int = 0) -> "Located":
        """Keep the place beside the text."""
        located = super().__new__(cls, text)
        located.file, located.line = file, line
        return located

    @property
    def place(self) -> str:
        """`file:line`, for messages."""
        return f"{self.file}:{self.line}"


_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[valid-type, misc]
    """Safe YAML; its `file` names what is read."""

    file = ""


def _text(loader: _Loader, node: yaml.ScalarNode) -> Located:
    return Located(node.value, loader.file, node.start_mark.line + 1)


def _boolean(loader: _Loader, node: yaml.ScalarNode) -> bool:
    if node.value.lower() in ("true", "false"):
        return bool(node.value.lower() == "true")
    raise ContentError(
        f"{loader.file}:{node.start_mark.line + 1}: YAML reads {node.value} as true or false; put it in quotes"
    )


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in made:
            raise ContentError(f"{loader.file}:{key_node.start_mark.line + 1}: {key} is given twice; remove one")
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:str", _text)
_Loader.add_constructor("tag:yaml.org,2002:bool", _boolean)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_mapping(path: Path, root: Path) -> Mapping[str, Any]:
    """A YAML file whose top is a mapping; texts come as Located. Raises ContentError with file and line.

    Read once while it stays as it is: several parts of a system ask for the same files, and none changes what it gets.
    """
    file = str(path.relative_to(root))
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(file, error) from error
    return _read(path, file, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=MOST_KEPT)
def _read(path: Path, file: str, state: tuple[int, int, int]) -> Mapping[str, Any]:
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error
    except yaml.YAMLError as error:
        raise ContentError(f"{file}: {_where(error)}") from error
    loader.file = file
    try:
        content = loader.get_single_data()
    except yaml.YAMLError as error:
        raise ContentError(f"{file}:{_where(error)}") from error
    finally:
        loader.dispose()
    if not isinstance(content, dict):
        raise ContentError(f"{file}:1: expected names with values at the top of the file")
    return content


def _unreadable(file: str, error: Exception) -> ContentError:
    return ContentError(f"{file}: cannot be read as UTF-8 text: {error}")


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"{mark.line + 1 if mark else 1}: broken YAML: {problem}"
