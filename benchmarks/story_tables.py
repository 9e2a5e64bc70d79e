"""What the acted stories are drawn from: requests and moments as people word them, with what each must lead to."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Moment:
    """A moment as said, as keyed when speech fails, and what it means."""

    said: str
    after: timedelta | None = None
    """From now; None: as soon as possible."""
    day_offset: int = 0
    at: tuple[int, int] | None = None
    """Local hour and minute on that day."""

    def expected(self, now: datetime) -> datetime | None:
        """In the zone of `now`; None: as soon as possible."""
        if self.at is not None:
            day = now + timedelta(days=self.day_offset)
            return day.replace(hour=self.at[0], minute=self.at[1], second=0, microsecond=0)
        return None if self.after is None else now + self.after

    @property
    def half_key(self) -> str:
        """Morning or afternoon, if it is asked."""
        return "2" if self.at and self.at[0] >= 12 else "1"

    def keys(self, now: datetime) -> str:
        """The same by keypad."""
        expected = self.expected(now)
        return "1" if expected is None else expected.strftime("%m%d%H%M")


REQUESTS = {
    "en-US": {
        "delivered_not_received": (
            "it says delivered but I don't have it",
            "my package never came",
            "tracking says delivered but nothing arrived",
            "it was delivered but I didn't get it",
        ),
        "return_refund": (
            "I want to return something",
            "I want a refund",
            "I'd like to send it back",
            "start a return",
        ),
        "track_order": ("where is my order", "track my order", "I want to track my package", "where's my package"),
        "cancel_order": ("cancel my order", "please cancel my order", "I want to cancel my order", "cancel an order"),
    },
    "ko-KR": {
        "delivered_not_received": ("배송 완료라고 나오는데 못 받았어요", "물건을 못 받았어요", "택배가 안 왔어요"),
        "return_refund": ("반품하고 싶어요", "환불해 주세요", "환불하고 싶어요"),
        "track_order": ("배송 조회해 주세요", "제 주문 어디 있어요", "배송 조회하고 싶어요"),
        "cancel_order": ("주문 취소해 주세요", "주문을 취소하고 싶어요"),
    },
}
MOMENTS = {
    "en-US": (
        Moment("in one minute", timedelta(minutes=1)),
        Moment("in two hours", timedelta(hours=2)),
        Moment("in ten minutes", timedelta(minutes=10)),
        Moment("as soon as possible"),
        Moment("tomorrow at half past three in the afternoon", day_offset=1, at=(15, 30)),
        Moment("tomorrow at nine in the morning", day_offset=1, at=(9, 0)),
        Moment("tomorrow at ten a m", day_offset=1, at=(10, 0)),
        Moment("tomorrow at noon", day_offset=1, at=(12, 0)),
    ),
    "ko-KR": (
        Moment("일 분 뒤에", timedelta(minutes=1)),
        Moment("두 시간 뒤에", timedelta(hours=2)),
        Moment("십 분 뒤에", timedelta(minutes=10)),
        Moment("가능한 한 빨리"),
        Moment("내일 오후 세 시 반에", day_offset=1, at=(15, 30)),
        Moment("내일 오전 아홉 시에", day_offset=1, at=(9, 0)),
        Moment("내일 오전 열 시에", day_offset=1, at=(10, 0)),
    ),
}
YES_NO = {"en-US": (("yes", "no"), ("that's right", "no"), ("correct", "nope")), "ko-KR": (("네", "아니요"),)}
DIGITS = {
    "en-US": ("zero one two three four five six seven eight nine", "oh one two three four five six seven eight nine"),
    "ko-KR": ("공 일 이 삼 사 오 육 칠 팔 구", "영 일 이 삼 사 오 육 칠 팔 구"),
}
MENU_KEYS = {"track_order": "1", "delivered_not_received": "2", "return_refund": "3", "cancel_order": "4"}
RATES = (135, 155, 175)
NOISE_DB = 15.0
UNKNOWN_CALLERS = {"en-US": "+1202555{:04d}", "ko-KR": "+8210200{:05d}"}
"""Numbers that the shop does not know: these callers give an order number."""
