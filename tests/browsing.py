"""A real browser for tests of pages, one for each file, and what is looked for in each page."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
UNPACK = (
    "const [, from, to] = process.argv, fs = require('fs');"
    "fs.writeFileSync(to, require('zlib').brotliDecompressSync(fs.readFileSync(from)), {mode: 0o755});"
)
SCHEMES = ("light", "dark")
CONTRAST = """() => {
    const parse = (c) => c.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (e) => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] > 0) return c;
        }
        return [255, 255, 255];
    };
    const weak = [];
    for (const e of document.querySelectorAll("body *")) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || !e.checkVisibility() || e.closest(":disabled") || e.tagName === "OPTION") continue;
        const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(`${e.className}: ${e.textContent.trim().slice(0, 30)}`);
    }
    return weak;
}"""
"""The texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""


def from_npm() -> str:
    """The browser of the npm package @sparticuz/chromium, kept for the next run; empty where it cannot be had."""
    kept = Path(tempfile.gettempdir()) / "ringback-chromium"
    if not kept.exists() and shutil.which("npm") and shutil.which("node"):
        with tempfile.TemporaryDirectory() as folder, suppress(subprocess.SubprocessError, OSError, KeyError):
            run = partial(subprocess.run, cwd=folder, check=True, timeout=180, capture_output=True, text=True)
            name = run(["npm", "pack", "--silent", "@sparticuz/chromium"]).stdout.split()[-1]
            with tarfile.open(Path(folder) / name) as packed:
                packed.extract("package/bin/chromium.br", folder, filter="data")
            run(["node", "-e", UNPACK, "package/bin/chromium.br", "chromium"])
            made = kept.with_name(f"{kept.name}-{os.getpid()}")
            shutil.move(Path(folder) / "chromium", made)
            made.rename(kept)  # at once: another worker may look
    return str(kept) if kept.exists() else ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    found = next((path for name in NAMES if (path := shutil.which(name))), "") or from_npm()
    if not found:
        pytest.skip("needs chromium on the PATH (Debian: apt-get install chromium), or npm to fetch one")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


def looks(page: Any, widths: tuple[int, ...]) -> Iterator[int]:
    """The same page in each width, by day and by night."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield width
