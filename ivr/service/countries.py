"""In which country somebody's telephone lies: whose laws their orders are under."""

from ivr.errors import NumberRefused
from ivr.service.ports import NumberRules


def country_of(numbers: NumberRules, number: str) -> str:
    """ISO 3166; empty: it cannot be told."""
    try:
        return numbers.check(number).country
    except NumberRefused:
        return ""


def zone_of(numbers: NumberRules, number: str) -> str:
    """The IANA zone that is likeliest; UTC: it cannot be told."""
    try:
        return numbers.check(number).zones[0]
    except NumberRefused:
        return "UTC"


def gets_texts(numbers: NumberRules, number: str) -> bool:
    """A land line gets none."""
    try:
        return numbers.check(number).line_type != "fixed_line"
    except NumberRefused:
        return False
