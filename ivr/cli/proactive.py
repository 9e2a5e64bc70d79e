"""`proactive`: news about orders from outside: opens cases, and has customers rung or texted as they agreed."""

import argparse

from ivr.bootstrap import Ivr, build
from ivr.cli.context import read_settings
from ivr.domain.outreach import News
from ivr.errors import SettingsError
from ivr.service.renewals import Renewals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What happened, to what."""
    parser.add_argument("news", choices=[news.value for news in News], help="what happened")
    parser.add_argument(
        "what", help="the order, all seventeen digits; of a defect the batch; of a subscription the number on file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write it down; the dispatcher rings and texts. Raises NotFound, ShopUnavailable, SettingsError."""
    news, what = News(arguments.news), arguments.what
    with build(read_settings(quiet=True)) as ivr:
        proactive = ivr.engine.proactive
        if news is not News.DEFECT:
            known = not _happened(ivr, news, what)
            print("that was known already" if known else "written down: the dispatcher tells the customer")
            return 0
        if ivr.fulfilment is None:
            raise SettingsError("this shop cannot tell the orders of a batch")
        orders, told = proactive.defect(ivr.fulfilment, what)
    print(f"{orders} orders of this batch, {told} customers are told now")
    return 0


def _happened(ivr: Ivr, news: News, what: str) -> bool:
    proactive = ivr.engine.proactive
    if news is News.SUBSCRIPTION:
        return Renewals(proactive, ivr.accounts).membership_ends(ivr.numbers.check(what).e164)
    return proactive.happened(news, what.replace("-", ""))
