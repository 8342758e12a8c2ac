"""Headless Chromium, for the tests and the benchmark of the HTML report."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM: Final = Path("/usr/bin/chromium")
DRIVER: Final = Path("/usr/bin/chromedriver")
AXE: Final = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
ENOUGH: Final = 20
_OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class Browser:
    """A page in Chromium, and what the tests do with it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def look(
        self, width: int = 1280, height: int = 900, theme: str = "light", media: str = ""
    ) -> None:
        """Sets the window's size, the system's theme, and screen or print."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": features}
        )

    def open(self, page: Path, fragment: str = "") -> None:
        """Opens a page from disk, anew, and waits until its script has done its work."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.as_uri() + fragment)
        self.until("return document.documentElement.dataset.ready === 'yes'")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Waits until a script returns something true, and tells what."""
        wait = WebDriverWait(self.driver, ENOUGH, poll_frequency=0.02)
        return wait.until(lambda driver: driver.execute_script(script, *arguments), script)

    def shown(self) -> tuple[int, int]:
        """How many requirements and tests the filters let through."""
        requirements, tests = self.run("return document.documentElement.dataset.shown").split()
        return int(requirements), int(tests)

    def until_shown(self, requirements: int, tests: int) -> None:
        """Waits until the filters let so many through."""
        self.until(
            "return document.documentElement.dataset.shown === arguments[0]",
            f"{requirements} {tests}",
        )

    def complaints(self) -> list[str]:
        """What the console said."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """What the page asked for, itself left out."""
        found: list[str] = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return [url for url in found if not url.startswith(("file:", "data:", "about:"))]

    def axe(self) -> list[str]:
        """What the accessibility checker finds."""
        self.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        self.run("if (!window.axe) { %s }" % AXE.read_text(encoding="utf-8"))
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations']}).then(done, (e) => done({error: String(e)}));"
        )
        assert "error" not in result, result
        return [
            f"{each['id']}: {node['target']}: {node['failureSummary']}"
            for each in result["violations"]
            for node in each["nodes"][:3]
        ]


@contextlib.contextmanager
def start() -> Iterator[Browser]:
    """Chromium with a new profile, which goes away with it."""
    with tempfile.TemporaryDirectory(prefix="pipects-chromium-") as profile:
        options: Any = Options()
        options.binary_location = str(CHROMIUM)
        for option in (*_OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver: Any = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
        driver.set_script_timeout(60)
        try:
            yield Browser(driver)
        finally:
            driver.quit()
