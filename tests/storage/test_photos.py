"""Photos as rows of both databases: the same file once in a case, and gone with it."""

from typing import Any

import pytest
from sqlalchemy import delete

from ivr.domain.photos import Photo
from ivr.errors import Conflict
from ivr.storage import SqlStore, tables
from tests.storage import rows
from tests.storage.rows import NOW, later, save


def photo(id: str, **changes: Any) -> Photo:
    start = {"id": id, "case_id": "case", "caption": "", "width": 3, "height": 2, "digest": id, "at": NOW}
    return Photo(**{**start, "expires_at": later(days=1), **changes})


def test_a_photo_is_read_back_by_its_own_case_alone_and_goes_with_it(store: SqlStore) -> None:
    save(store, rows.case())
    with store.begin() as uow:
        uow.photos.add(photo("b", at=later(minutes=1), caption="\u0639"), b"\x00\xff")
        uow.photos.add(photo("a"), b"jpeg")
        uow.commit()
    with store.read() as uow:
        assert [one.id for one in uow.photos.of_case("case")] == ["a", "b"]
        assert uow.photos.of_case("case")[1] == photo("b", at=later(minutes=1), caption="\u0639")
        assert uow.photos.picture("case", "b") == b"\x00\xff"
        assert uow.photos.picture("other", "b") is None
    with store._write.begin() as connection:
        connection.execute(delete(tables.cases))
    with store.read() as uow:
        assert uow.photos.of_case("case") == []


def test_the_same_file_stands_once_in_a_case(store: SqlStore) -> None:
    save(store, rows.case())
    with store.begin() as uow:
        uow.photos.add(photo("a"), b"jpeg")
        with pytest.raises(Conflict):
            uow.photos.add(photo("b", digest="a"), b"jpeg")


def test_photos_whose_time_is_over_are_swept(store: SqlStore) -> None:
    save(store, rows.case())
    with store.begin() as uow:
        uow.photos.add(photo("a"), b"jpeg")
        uow.photos.add(photo("b", expires_at=later(days=3)), b"jpeg")
        uow.guards.sweep(later(days=2), kept_since=NOW)
        assert [one.id for one in uow.photos.of_case("case")] == ["b"]
