"""A small shop on this machine behind HTTP: the demonstration's shop as docs/commerce.openapi.yaml has it."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, abort, jsonify, request
from werkzeug.serving import make_server

from ivr.content.shop import DemoShop
from ivr.content.shop_accounts import DemoAccounts
from ivr.domain.settlements import SettlementKind
from ivr.errors import ShopRefused
from ivr.service.fulfilment import Errand
from tests.fakes.clock import NOON_IN_NEW_YORK

TOKEN = "a-token-of-the-shop"
GRAMMARS = Path(__file__).resolve().parents[2] / "grammars"


def plain(row: Any) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else value


class Shop:
    """Serves; `answer`, if set, is what it answers instead; `asked` are the paths that were asked for."""

    def __init__(self) -> None:
        self.demo = DemoShop(GRAMMARS, lambda: NOON_IN_NEW_YORK)
        self.answer: Callable[[], Response] | None = None
        self.asked: list[str] = []
        self.accounts = DemoAccounts(GRAMMARS, lambda: NOON_IN_NEW_YORK, self.demo)
        self.changes: dict[str, dict[str, Any]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("shop")
        app.before_request(self._before)
        app.add_url_rule("/customers/<number>", view_func=self._customer)
        app.add_url_rule("/orders", view_func=self._find)
        app.add_url_rule("/orders/<order_id>", view_func=self._order)
        app.add_url_rule("/orders/<order_id>/cancellation", view_func=self._cancel, methods=["PUT"])
        app.add_url_rule("/orders/<order_id>/search", view_func=self._search)
        app.add_url_rule("/orders/<order_id>/drop-offs", view_func=self._drop_offs)
        app.add_url_rule("/batches/<batch>/orders", view_func=self._batch)
        app.add_url_rule("/errands/<path:key>", view_func=self._errand, methods=["PUT"])
        app.add_url_rule("/customers/<number>/membership", view_func=self._membership)
        app.add_url_rule("/customers/<number>/bill", view_func=self._bill)
        app.add_url_rule("/account-changes/<path:key>", view_func=self._change, methods=["PUT"])
        app.register_error_handler(ShopRefused, lambda refused: (jsonify(reason=refused.reason), 422))
        return app

    def _before(self) -> Response | None:
        self.asked.append(request.path)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            abort(401)
        return self.answer() if self.answer is not None else None

    def _locale(self) -> str:
        return request.args.get("locale", "en-US")

    def _customer(self, number: str) -> Any:
        name = self.demo.customer_name(number)
        if name is None:
            abort(404)
        since = self.demo.customer_since(number, self._locale())
        told = {"customer_since": since.isoformat()} if since else {}
        return {"name": name, **told, "orders": [plain(one) for one in self.demo.recent_orders(number, self._locale())]}

    def _find(self) -> Any:
        return {"orders": [plain(one) for one in self.demo.find_orders(request.args["digits"], self._locale())]}

    def _order(self, order_id: str) -> Any:
        order = self.demo.order(order_id, self._locale())
        return plain(order) if order is not None else abort(404)

    def _cancel(self, order_id: str) -> Any:
        return {"canceled": self.demo.cancel(order_id)}

    def _search(self, order_id: str) -> Any:
        return {"state": self.demo.search_state(order_id).value}

    def _drop_offs(self, order_id: str) -> Any:
        return {"places": [plain(one) for one in self.demo.drop_offs(order_id, self._locale())]}

    def _batch(self, batch: str) -> Any:
        return {"orders": [plain(one) for one in self.demo.orders_of_batch(batch, self._locale())]}

    def _membership(self, number: str) -> Any:
        row = plain(self.accounts.membership(number, self._locale()))
        return {"video": row.pop("is_video")} | row

    def _bill(self, number: str) -> Any:
        bill = self.accounts.bill(number, self._locale())
        return {"bill": plain(bill) if bill is not None else None}

    def _change(self, key: str) -> Any:
        row = request.get_json()
        if self.demo.customer_name(row["number"]) is None:
            raise ShopRefused("unknown_customer")
        if row["kind"] == "order_address" and self.demo.order(row["order_id"], "en-US") is None:
            raise ShopRefused("unknown_order")
        self.changes.setdefault(key, row)
        return {}

    def _errand(self, key: str) -> Any:
        row = request.get_json()
        for name in ("at", "answer_by", "promised_at"):
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        receipt = self.demo.carry_out(Errand(key=key, **(row | {"kind": SettlementKind(row["kind"])})))
        return {"reference": receipt.reference} | (
            {"ends_at": receipt.ends_at.isoformat()} if receipt.ends_at is not None else {}
        )
