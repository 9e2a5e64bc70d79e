"""Models from a local server: good, cut, tampered with, hostile, and none at all."""

import hashlib
import http.server
import io
import json
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ivr.errors import ModelError
from ivr.speech import models
from ivr.speech.model_folders import find_models

NAME = "vosk-model-small-en-us-0.15"
FILES = (
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/HCLr.fst",
    "graph/Gr.fst",
    "graph/disambig_tid.int",
    "graph/phones/word_boundary.int",
    "ivector/final.dubm",
    "ivector/final.ie",
    "ivector/final.mat",
    "ivector/global_cmvn.stats",
    "ivector/online_cmvn.conf",
    "ivector/splice.conf",
)


class Publisher:
    """Serves a model list and archives; can cut an answer short, once or always."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: list[int] = []
        self.asked: list[tuple[str, str]] = []
        self.takes_ranges = True
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/models"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        wanted = request.headers.get("Range", "")
        self.asked.append((name, wanted))
        if name not in self.files:
            request.send_error(404)
            return
        start = int(wanted[6:-1]) if wanted and self.takes_ranges else 0
        body = self.files[name][start:]
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.cut_after.pop(0)] if self.cut_after and name.endswith(".zip") else body)

    def publish(self, archive: bytes, **changes: object) -> None:
        row = {
            "lang": "en-us",
            "lang_text": "US English",
            "md5": hashlib.md5(archive, usedforsecurity=False).hexdigest(),
            "name": NAME,
            "obsolete": "false",
            "size": len(archive),
            "type": "small",
            "url": "https://example.invalid/elsewhere.zip",
            "version": "0.15",
            **changes,
        }
        self.files |= {"model-list.json": json.dumps([row]).encode(), f"{NAME}.zip": archive}


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def environ(publisher: Publisher, tmp_path: Path) -> dict[str, str]:
    return {"IVR_MODELS_URL": publisher.address, "IVR_MODELS": str(tmp_path / "models")}


def test_model_is_installed_listed_found_and_removed(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    seen: list[tuple[int, int]] = []
    folder = models.install("en-us", environ, progress=lambda have, of: seen.append((have, of)))
    assert [model.locale for model in models.list_installed(environ)] == ["en-US"]
    assert find_models(environ)["en-US"] == folder
    assert seen[-1] == (len(_archive()), len(_archive()))
    assert models.remove("en-US", environ) == folder
    assert not folder.exists()
    assert models.list_installed(environ) == []


def test_environment_names_a_folder_before_any_installed_one(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    models.install("en-us", environ)
    found = find_models({**environ, "IVR_VOSK_MODEL_EN_US": "/srv/mine", "IVR_VOSK_MODEL_DE_DE": "/srv/de"})
    assert found["en-US"] == Path("/srv/mine")
    assert found["de-DE"] == Path("/srv/de")


def test_second_install_fetches_nothing(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    models.install("en-us", environ)
    models.install(NAME, environ)
    assert [name for name, _ in publisher.asked].count(f"{NAME}.zip") == 1


def test_interrupted_download_goes_on_where_it_stopped(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    publisher.cut_after = [700, 300]
    models.install("en-us", environ)
    assert [wanted for name, wanted in publisher.asked if name.endswith(".zip")] == ["", "bytes=700-", "bytes=1000-"]


def test_download_is_begun_again_where_ranges_are_not_served(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    publisher.takes_ranges = False
    publisher.cut_after = [700]
    assert models.install("en-us", environ).is_dir()


def test_leftover_of_another_archive_is_thrown_away(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    part = Path(environ["IVR_MODELS"]) / f".{NAME}.zip.part"
    part.parent.mkdir()
    part.write_bytes(b"something else")
    assert models.install("en-us", environ).is_dir()


def test_download_that_is_always_cut_leaves_no_model(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    publisher.cut_after = [100] * 9
    with pytest.raises(ModelError):
        models.install("en-us", environ)
    assert models.list_installed(environ) == []


def test_tampered_archive_is_refused(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    publisher.files[f"{NAME}.zip"] = _archive().replace(b"final.mdl", b"final.mdX")
    with pytest.raises(ModelError, match="MD5"):
        models.install("en-us", environ)
    assert _left_over(environ) == []


def test_archive_longer_than_listed_is_not_fetched_to_its_end(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive(), size=100)
    with pytest.raises(ModelError, match="longer"):
        models.install("en-us", environ)


def _with(name: str, content: bytes = b"x", mode: int = 0) -> Callable[[zipfile.ZipFile], None]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return lambda archive: archive.writestr(entry, content)


def _with_all(*names: str) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: [_with(f"{NAME}/{name}")(archive) for name in names] and None


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(_with("../evil"), id="parent"),
        pytest.param(_with(f"{NAME}/../../evil"), id="parent inside"),
        pytest.param(_with("/evil"), id="absolute"),
        pytest.param(_with(f"{NAME}\\..\\..\\evil"), id="backslashes"),
        pytest.param(_with("C:/evil"), id="drive"),
        pytest.param(_with(f"{NAME}/link", b"/etc/passwd", stat.S_IFLNK | 0o777), id="symlink"),
        pytest.param(_with(f"{NAME}/pipe", b"", stat.S_IFIFO | 0o666), id="pipe"),
        pytest.param(_with("other/file"), id="second folder"),
        pytest.param(_with("loose-file"), id="file beside the folder"),
        pytest.param(_with(f"{NAME}/.hidden"), id="hidden"),
        pytest.param(_with(f"{NAME}/am/final.mdl", b"again"), id="same file twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_hostile_archive_writes_nothing(
    publisher: Publisher, environ: dict[str, str], tmp_path: Path, extra: Callable[[zipfile.ZipFile], None]
) -> None:
    publisher.publish(_archive(extra))
    with pytest.raises(ModelError):
        models.install("en-us", environ)
    assert not list(tmp_path.rglob("*evil*"))
    assert _left_over(environ) == []


def test_size_bomb_is_not_unpacked(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive(_with(f"{NAME}/bomb", bytes(120 << 20))))
    with pytest.raises(ModelError, match="MB"):
        models.install("en-us", environ)


def test_large_model_is_installed_by_its_name_alone(publisher: Publisher, environ: dict[str, str]) -> None:
    graph = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
    large = _with_all("graph/HCLG.fst", "graph/words.txt", "rescore/G.fst")
    publisher.publish(_archive(large, without=graph), type="big")
    with pytest.raises(ModelError, match=r"rescore/G\.carpa"):
        models.install(NAME, environ)
    complete = _with_all("graph/HCLG.fst", "graph/words.txt")
    publisher.publish(_archive(complete, without=graph), type="big")
    folder = models.install(NAME, environ)
    models.check(folder)
    assert find_models(environ)["en-US"] == folder
    with pytest.raises(ModelError, match="no small model"):
        models.install("en-us", environ)


@pytest.mark.parametrize("missing", ["graph/HCLr.fst", "am/final.mdl", "ivector/final.ie"])
def test_archive_without_a_needed_file_is_no_model(publisher: Publisher, environ: dict[str, str], missing: str) -> None:
    publisher.publish(_archive(without=(missing,)))
    with pytest.raises(ModelError, match=missing):
        models.install("en-us", environ)
    assert _left_over(environ) == []


def test_locale_that_vosk_does_not_publish_is_answered_with_those_it_does(
    publisher: Publisher, environ: dict[str, str]
) -> None:
    publisher.publish(_archive())
    with pytest.raises(ModelError, match="en-US"):
        models.install("tlh", environ)


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden"])
def test_model_with_a_path_for_a_name_is_not_offered(publisher: Publisher, environ: dict[str, str], name: str) -> None:
    publisher.publish(_archive(), name=name)
    with pytest.raises(ModelError):
        models.published(environ)


@pytest.mark.parametrize("content", [b"", b"<html>captive portal</html>", b"{}", b"[1, null]", b"\xff\xfe"])
def test_answer_that_is_no_list_says_so(publisher: Publisher, environ: dict[str, str], content: bytes) -> None:
    publisher.files["model-list.json"] = content
    with pytest.raises(ModelError, match="IVR_MODELS_URL"):
        models.published(environ)


def test_missing_list_is_named_with_its_status(environ: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="404"):
        models.published(environ)


def test_network_that_forbids_it_is_told_what_to_do_instead(tmp_path: Path) -> None:
    closed = {"IVR_MODELS_URL": "http://127.0.0.1:9", "IVR_MODELS": str(tmp_path)}
    with pytest.raises(ModelError, match="IVR_VOSK_MODEL_EN_US"):
        models.install("en-us", closed)


def test_changed_file_of_an_installed_model_is_found(publisher: Publisher, environ: dict[str, str]) -> None:
    publisher.publish(_archive())
    folder = models.install("en-us", environ)
    models.check(folder)
    (folder / "graph/Gr.fst").write_bytes(b"other")
    with pytest.raises(ModelError, match="graph/Gr"):
        models.check(folder)


def _archive(extra: Callable[[zipfile.ZipFile], None] | None = None, *, without: Sequence[str] = ()) -> bytes:
    """A small archive laid out like Vosk's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            if name not in without:
                archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}"), f"{name} of a model".encode() * 3)
        if extra:
            extra(archive)
    return buffer.getvalue()


def _left_over(environ: dict[str, str]) -> list[Path]:
    """What a failed install left, other than the archive."""
    folder = Path(environ["IVR_MODELS"])
    return [path for path in folder.iterdir() if path.suffix != ".part" or path.is_dir()] if folder.is_dir() else []
