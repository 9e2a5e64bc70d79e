"""The rules of the shop: facts and rules in, a decision with its reasons and the whole chain out. Pure."""

from ivr.domain.policy.engine import NoRule, decide
from ivr.domain.policy.facts import Facts, Value
from ivr.domain.policy.rules import Decision, Rule, Rules, Topic
from ivr.domain.policy.ruling import Considered, Fate, Ruling

__all__ = ["Considered", "Decision", "Facts", "Fate", "NoRule", "Rule", "Rules", "Ruling", "Topic", "Value", "decide"]
