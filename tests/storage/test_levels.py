"""The figures behind service levels, on both databases: who waited how long, who still does, who needed nobody."""

from ivr.domain.cases import CaseKind, CaseStatus, Tier
from ivr.domain.chats import Chat, ChatChannel, ChatStatus
from ivr.domain.service_levels import Level, Share, Standing, Waited, share_figure, wait_figure
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import save

LEVEL = Level(60, 120, 98)
LEVELS = dict.fromkeys(("voice", "chat", "escalation", "member_callback"), LEVEL)
SINCE = rows.later(hours=-24)


def ago(seconds: float):
    return rows.later(seconds=-seconds)


def waited(store: SqlStore) -> dict[str, Waited]:
    with store.read() as uow:
        return dict(uow.levels.waited(LEVELS, SINCE, rows.NOW))


def test_nobody_has_waited_where_nothing_is_stored(store: SqlStore) -> None:
    assert waited(store) == dict.fromkeys(LEVELS, Waited())
    assert wait_figure("voice", LEVEL, Waited()).actual is None


def test_waits_on_the_telephone_end_when_the_two_have_met(store: SqlStore) -> None:
    save(
        store,
        rows.case(),
        rows.hold("met", ticket_at=ago(300), joined_at=ago(200), status="joined"),
        rows.hold("met late", ticket_at=ago(400), joined_at=ago(200), status="joined"),
        rows.hold("left", ticket_at=ago(300), status="left"),
        rows.hold("new", ticket_at=ago(10)),
        rows.hold("soon", ticket_at=ago(60), status="connecting"),
        rows.hold("late", ticket_at=ago(120)),
        rows.hold("yesterday", ticket_at=rows.later(hours=-25), joined_at=ago(9), status="joined"),
    )
    voice = waited(store)["voice"]
    assert (voice.ended, voice.in_time, round(voice.seconds)) == (2, 1, 300)
    assert (voice.waiting, voice.soon, voice.late, voice.longest_since) == (3, 1, 1, ago(120))


def test_chats_callbacks_and_raised_cases_are_timed_each_by_its_own_moments(store: SqlStore) -> None:
    chat = {"channel": ChatChannel.WEB, "started_at": ago(500), "changed_at": ago(1)}
    done = CaseStatus.RESOLVED
    save(
        store,
        rows.case(escalated_at=ago(100), attended_at=ago(10)),
        rows.case("raised", escalated_at=ago(130)),
        rows.case("done", escalated_at=ago(130), status=done),
        Chat(id="a", asked_at=ago(200), answered_at=ago(150), **chat),
        Chat(id="b", asked_at=ago(70), status=ChatStatus.WAITING, **chat),
        Chat(id="c", **chat),
        rows.callback("late", created_at=ago(200), first_rung_at=ago(79)),
        rows.callback("named", case_id="done", number="+12025550101", asap=False, created_at=ago(200)),
    )
    found = waited(store)
    raised = found["escalation"]
    assert (raised.ended, raised.in_time, raised.waiting, raised.late) == (1, 1, 1, 1)
    assert (found["chat"].ended, found["chat"].in_time, found["chat"].soon) == (1, 1, 1)
    assert (found["member_callback"].ended, found["member_callback"].in_time) == (1, 0)


def test_callbacks_of_others_than_members_are_not_counted_and_unknown_ones_are(store: SqlStore) -> None:
    save(store, rows.case(), rows.case("b"), rows.case("c"))
    for number, case_id in enumerate(("case", "b", "c")):
        save(store, rows.callback(case_id, case_id=case_id, number=f"+1202555010{number}", created_at=ago(200)))
    with store.begin() as uow:
        assert [found for found, _ in uow.levels.unmarked(SINCE, 10)] == ["b", "c", "case"]
        uow.levels.mark("b", rows.NOW, is_member=False)
        uow.levels.mark("c", rows.NOW, is_member=True)
        uow.commit()
    with store.read() as uow:
        assert uow.levels.unmarked(SINCE, 10) == [("case", "+12025550100")]
    assert waited(store)["member_callback"].waiting == 2


def test_cases_are_counted_by_whether_a_person_was_needed(store: SqlStore) -> None:
    done, routine = CaseStatus.RESOLVED, CaseKind.TRACK_ORDER
    save(
        store,
        rows.case("a", kind=routine, status=done),
        rows.case("b", kind=routine, status=done, tier=Tier.ASSISTED.value),
        rows.case("c", kind=routine),
        rows.case("d", kind=routine, tier=Tier.SPECIALIST.value),
        rows.case("e", status=done, tier=Tier.HIGHER.value),
        rows.case("f", kind=routine, status=done, opened_at=rows.later(hours=-25)),
    )
    with store.read() as uow:
        counted = list(uow.levels.counted(SINCE))
    assert sum(one.count for one in counted) == 5
    self_service = share_figure("self_service", Share(58, 54), counted)
    assert (self_service.actual, self_service.standing) == (50, Standing.LATE)
    automation = share_figure("automation", Share(80, 68), counted)
    assert (automation.actual, automation.standing) == (75, Standing.SOON)
    assert share_figure("automation", Share(75, 68), counted).standing is Standing.IN_TIME
    assert share_figure("automation", Share(75, 68), []).actual is None


def test_an_average_is_missed_above_its_target_and_a_share_below_it() -> None:
    average = Level(35, 47, is_average=True)
    for seconds, standing in ((94, Standing.IN_TIME), (96, Standing.LATE)):
        figure = wait_figure("voice", average, Waited(ended=2, seconds=seconds))
        assert (figure.standing, figure.unit) == (standing, "seconds")
    for in_time, percent, standing in ((98, 98, Standing.IN_TIME), (97, 97, Standing.LATE)):
        figure = wait_figure("chat", LEVEL, Waited(ended=100, in_time=in_time))
        assert (figure.actual, figure.standing) == (percent, standing)
    assert wait_figure("chat", LEVEL, Waited(waiting=1, soon=1)).standing is Standing.SOON
    assert wait_figure("chat", LEVEL, Waited(waiting=1, late=1)).standing is Standing.LATE
