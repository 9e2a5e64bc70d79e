"""What goes into the customer's calendar: one event a callback, moved and canceled under the same UID (RFC 5546)."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from ivr.service.mail_ports import CalendarEntry

PRODUCT: Final = "-//Ringback//Callbacks//EN"
REMIND_BEFORE: Final = timedelta(minutes=10)


def method_of(entry: CalendarEntry) -> str:
    """What the mail asks the calendar to do; the MIME part must name the same."""
    return "CANCEL" if entry.is_canceled else "REQUEST"


def calendar_file(entry: CalendarEntry, *, organizer: str, attendee: str) -> bytes:
    """An iCalendar file, with the time zone written out: not every calendar knows every zone."""
    event = _bare_event(entry, organizer.rpartition("@")[2])
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    event.add("attendee", _attendee(attendee))
    return _file(method_of(entry), event, entry.zone)


def published_file(entry: CalendarEntry, host: str) -> bytes:
    """The same to be downloaded: nobody is invited (RFC 5546, PUBLISH)."""
    return _file("PUBLISH", _bare_event(entry, host), entry.zone)


def _file(method: str, event: Event, zone: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    if zone != "UTC":
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _bare_event(entry: CalendarEntry, host: str) -> Event:
    zone = ZoneInfo(entry.zone)
    event = Event()
    event.add("uid", f"{entry.uid}@{host}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", entry.title)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_canceled else "CONFIRMED")
    if not entry.is_canceled:
        event.add_component(_alarm(entry))
    return event


def _attendee(address: str) -> vCalAddress:
    """The customer asked for it: there is nothing to reply to."""
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee


def _alarm(entry: CalendarEntry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm
