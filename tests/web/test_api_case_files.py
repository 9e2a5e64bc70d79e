"""What belongs to a case over the API: its transcript and photos, by scope, with tags, each look at a photo audited."""

from ivr.domain.cases import Event
from tests.web.site import Site
from tests.web.test_api import code
from tests.web.test_api_programs import body, key_for
from tests.web.test_photos import number_of, photos_of, picture, send, stored


def test_a_photo_is_read_with_its_own_scope_and_each_look_is_in_the_audit_log(site: Site) -> None:
    path = site.proven()
    send(site, path, picture())
    (photo,), number = photos_of(site, path), number_of(site, path)
    key = key_for(site, "photos:read", name="claims desk")
    (listed,) = body(site.api("GET", f"/cases/{number}/photos", **key))["photos"]
    assert (listed["id"], listed["caption"], listed["width"]) == (photo.id, "The door", photo.width)
    one = f"/cases/{number}/photos/{photo.id}"
    shown = site.api("GET", one, **key)
    assert (shown.content_type, len(shown.data) > 100) == ("image/jpeg", True)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert stored(site, path).size == (listed["width"], listed["height"])
    assert site.api("GET", one, **key, If_None_Match=shown.headers["ETag"]).status_code == 304
    other = key_for(site, "cases:read")
    for name in (one, one.rpartition("/")[0]):
        assert code(site.api("GET", name, **other)) == "insufficient_scope"
    with site.store.read() as uow:
        looks = [(line.name, line.about) for line in uow.staff.log_lines(9) if line.what == "photo_seen"]
    assert looks == [("API: claims desk", number)] * 2


def test_photos_of_another_case_are_not_there(site: Site) -> None:
    path = site.proven()
    send(site, path, picture())
    (photo,), number = photos_of(site, path), number_of(site, path)
    photos = (f"{number}/photos/{'0' * 32}", f"0000000/photos/{photo.id}", f"{number}/photos/x")
    for wrong in (*photos, "9/photos", "x/transcript"):
        assert code(site.api("GET", f"/cases/{wrong}")) == "not_found"


def test_the_transcript_tells_who_said_what_and_which_words_are_doubtful(site: Site) -> None:
    path = site.proven()
    case_id, number = site.callback(path).case_id, number_of(site, path)
    heard = {
        "text": "blue gloves", "readings": [{"text": "blue gloves"}, {"text": "blue clothes"}], "certainty": "sure",
        "fit": 0.9, "intents": [{"name": "question"}],
    }  # fmt: skip
    lines = (("said", {"text": "What is it?"}), ("heard", heard), ("keyed", {"keys": "1"}))
    with site.store.begin() as uow:
        for serial, (kind, data) in enumerate((*lines, ("agent_wrote", {"text": "Hi"}))):
            uow.events.add(Event(id=f"{serial:032x}", at=site.clock.now(), kind=kind, case_id=case_id, data=data))
        uow.commit()
    answer = site.api("GET", f"/cases/{number}/transcript", **key_for(site, "cases:read"))
    told = [(one["by"], one["text"], one["doubtful"], one["keyed"]) for one in body(answer)["passages"]]
    assert told == [
        ("we", "What is it?", [], False), ("customer", "blue gloves", ["gloves"], False), ("customer", "1", [], True),
        ("agent", "Hi", [], False),
    ]  # fmt: skip
    assert body(answer)["passages"][1]["intents"] == ["question"]
    again = site.api("GET", f"/cases/{number}/transcript", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304
