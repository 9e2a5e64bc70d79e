"""Takes the README's pictures of the pages: docs/customer.png, docs/case.png, docs/day.png.

    python docs/make_screenshots.py [FOLDER]

Needs chromium on the PATH. A server on a fresh database with `demo-data --day`, whose clock is set to an afternoon in
New York; a customer picks an order, books and adds a photo, an agent and a supervisor look. With FOLDER, further
pages are kept there: 320 pixels wide, dark, Arabic.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from ivr.cli.demo_day import AGENTS
from ivr.clock import ShiftedClock
from ivr.domain.callbacks import CallbackStatus
from ivr.pictures import PillowPictures
from ivr.service.photos import CasePhotos
from ivr.storage import SqlStore

DOCS = Path(__file__).parent
ZONE = "America/New_York"
AFTERNOON = time(15, 40)
PASSWORD = "a password for the pictures"
PHONE = {"viewport": {"width": 390, "height": 1180}, "device_scale_factor": 1.5, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
MOST_BYTES = 150_000


def settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of server and commands."""
    clock = folder / "clock"
    now = datetime.now(UTC)
    wanted = datetime.combine(now.astimezone(ZoneInfo(ZONE)).date(), AFTERNOON, ZoneInfo(ZONE))
    ahead = wanted - now if wanted > now else wanted + timedelta(days=1) - now  # this clock never runs backwards
    clock.write_text(str(ahead.total_seconds()))
    given = {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "2" * 32, "TWILIO_API_BASE": "http://127.0.0.1:9",
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{port}", "IVR_PHONE_NUMBER": "+12025550100", "IVR_HEARING": "keypad",
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'ringback.db'}", "IVR_SUPERVISOR_PASSWORD": PASSWORD,
        "IVR_HOURS_ZONE": ZONE, "IVR_CLOCK_FILE": str(clock), "IVR_COMPANY": "Northwind",
        "IVR_LOCALES": "en-US,es-ES,es-US,fr-FR,de-DE,ar",
    }  # fmt: skip
    return {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))} | given


@contextmanager
def served() -> Iterator[str]:
    """The server's address."""
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as listening:
        env = settings(Path(place), listening.getsockname()[1])
        ivr = [sys.executable, "-m", "ivr"]
        subprocess.run([*ivr, "demo-data", "--day"], env=env, check=True, cwd=DOCS.parent)
        add = [*ivr, "users", "add", "Anna", "--role", "agent", "--agent", AGENTS[0][0]]
        subprocess.run(add, env=env, check=True, input=PASSWORD + "\n", text=True, cwd=DOCS.parent)
        add_photo(env["IVR_DATABASE_URL"], Path(env["IVR_CLOCK_FILE"]))
        serve = [*ivr, "serve", "--web-only", "--fd", str(listening.fileno())]
        server = subprocess.Popen(serve, env=env, pass_fds=[listening.fileno()], cwd=DOCS.parent)
        try:
            yield env["IVR_PUBLIC_URL"]
        finally:
            server.terminate()
            server.wait(30)


def add_photo(url: str, clock: Path) -> None:
    """The first in line has added a photo."""
    store = SqlStore(url)
    with store.begin() as uow:
        first = uow.callbacks.listed([CallbackStatus.SCHEDULED], 1)[0]
        photos = CasePhotos(ShiftedClock(clock), 5, timedelta(days=90))
        photos.add(uow, first.id, PillowPictures().read(porch()), "The porch, empty")
        uow.commit()
    store.close()


class Camera:
    """Pages, and what is kept of them."""

    def __init__(self, browser: Any, address: str, folder: Path | None) -> None:
        self._browser, self._address, self._folder = browser, address, folder

    def page(self, path: str, size: Mapping[str, Any], **more: Any) -> Any:
        """A browser of somebody's own."""
        context = self._browser.new_context(locale="en-US", timezone_id=ZONE, **size, **more)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(self._address + path)
        return page

    def take(self, page: Any, name: str) -> None:
        """One of the README's."""
        page.evaluate("document.activeElement?.blur()")
        file = DOCS / f"{name}.png"
        with Image.open(BytesIO(page.screenshot())) as shot:
            shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)
        assert file.stat().st_size < MOST_BYTES, (name, file.stat().st_size)
        self.keep(page, name)

    def keep(self, page: Any, name: str) -> None:
        """A whole page for the folder."""
        if self._folder:
            page.screenshot(path=self._folder / f"{name}.png", full_page=True)


def sign_in(page: Any, name: str) -> None:
    """As staff."""
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Sign out")


def porch() -> bytes:
    """A photo: an empty porch in the evening."""
    drawn = Image.new("RGB", (640, 480), "#5b6b7a")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 330, 640, 480), fill="#8a7a66")
    pen.rectangle((230, 60, 410, 335), fill="#7a2f2a", outline="#efe6d8", width=12)
    pen.ellipse((378, 195, 394, 211), fill="#e8c65a")
    pen.rectangle((215, 345, 425, 390), fill="#4a4038")
    pen.ellipse((480, 90, 530, 140), fill="#ffe9a8")
    file = BytesIO()
    drawn.save(file, "JPEG")
    return file.getvalue()


def customer(camera: Camera) -> None:
    """Somebody with a telephone asks for a callback about one of their orders."""
    page = camera.page("/", PHONE)
    camera.keep(page, "form")
    page.fill("#number", "+1 202 555 0143")
    page.fill("#words", "It says delivered, but I don't have it")
    page.fill("#order", "1815908")
    page.click("button[value=orders]")
    page.wait_for_selector("input[name=order][type=radio]")
    camera.take(page, "customer")


def case(camera: Camera, address: str) -> None:
    """An agent opens the case of whoever is first in line, to which the customer has added a photo."""
    page = camera.page("/sign-in", DESK)
    sign_in(page, "Anna")
    camera.keep(page, "console")
    number = re.search(r"/agent/cases/(\d+)", page.content())
    assert number
    page.goto(f"{address}/agent/cases/{number[1]}")
    page.set_viewport_size({"width": 1280, "height": 1180})
    camera.take(page, "case")


def supervisor(camera: Camera, address: str) -> None:
    """The day in pictures; further pages for the folder."""
    page = camera.page("/sign-in", DESK)
    sign_in(page, "supervisor")
    camera.keep(page, "board")
    page.goto(f"{address}/supervisor/day")
    page.set_viewport_size({"width": 1280, "height": 560})
    camera.take(page, "day")
    for name in ("callbacks", "shifts", "audit"):
        page.goto(f"{address}/supervisor/{name}")
        camera.keep(page, name)
    page.set_viewport_size({"width": 320, "height": 640})
    for name in ("", "day", "callbacks"):
        page.goto(f"{address}/supervisor/{name}")
        camera.keep(page, f"narrow-{name or 'board'}")
    small = {"viewport": {"width": 320, "height": 640}}
    camera.keep(camera.page("/?lang=ar", small), "arabic")
    camera.keep(camera.page("/", small, color_scheme="dark"), "narrow-dark")
    camera.keep(camera.page("/help?lang=ar", small), "arabic-help")


def main(folder: Path | None) -> None:
    """Set up, look, keep."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        camera = Camera(browser, address, folder)
        customer(camera)
        case(camera, address)
        supervisor(camera, address)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
