"""The HTML report in a real browser: nothing on the console, nothing on the network, everything within reach.

Needs chromium, chromium-driver and `npm ci` in this folder; PIPECTS_NO_BROWSER=1 leaves these tests out.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import synthetic
from pipects.reports import digest, html
from pipects.reports.document import Results

if os.environ.get("PIPECTS_NO_BROWSER"):
    pytest.skip("PIPECTS_NO_BROWSER is set", allow_module_level=True)

import browser as chromium
from browser import Browser
from selenium.webdriver.common.keys import Keys

STATES: dict[str, Callable[[], Results]] = {
    "empty": synthetic.empty,
    "mixed": synthetic.make,
    "green": lambda: synthetic.make("green"),
    "red": lambda: synthetic.make("red", rules=18, count=54),
    "odd": synthetic.odd,
    "broken-off": synthetic.broken_off,
    "matrix": lambda: synthetic.make(matrix=True, count=40),
    "many": synthetic.many,
    "large": synthetic.large,
}
MIXED = synthetic.make()
BROKEN = "fail,hang,crash,adapter%20error,unexpected%20pass"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page for each state."""
    folder = tmp_path_factory.mktemp("pages")
    for name, make in STATES.items():
        (folder / f"{name}.html").write_text(html.render(make()), encoding="utf-8")
    (folder / "beside.html").write_text(synthetic.beside(), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in (*STATES, "beside")}


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    """One browser for all tests; the accessibility checker is fetched once, as the lock file says."""
    said = ""
    if not chromium.AXE.exists() and shutil.which("npm"):
        fetched = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=Path(__file__).parent,
            check=False,
            capture_output=True,
            text=True,
        )
        said = f" (npm said: {fetched.stderr.strip()[-400:]})" if fetched.returncode else ""
    for needed in (chromium.CHROMIUM, chromium.DRIVER, chromium.AXE):
        if not needed.exists():
            pytest.fail(
                f"{needed} is missing: install chromium and chromium-driver, and run `npm ci` in "
                f"{Path(__file__).parent}; or set PIPECTS_NO_BROWSER=1 to leave these tests out{said}"
            )
    with chromium.start() as found:
        yield found


@pytest.fixture
def page(started: Browser) -> Browser:
    """The browser as a reader at a desk has it."""
    started.look()
    return started


def press(page: Browser, *keys: str) -> None:
    """Presses keys where the focus is."""
    for key in keys:
        page.driver.switch_to.active_element.send_keys(key)


def focused(page: Browser) -> str:
    """The id of the row that has the focus."""
    found: str = page.run(
        "return document.activeElement.parentElement.id || document.activeElement.id"
    )
    return found


def expected(implementation: str, verdicts: set[str]) -> tuple[int, int]:
    """How many requirements and tests have such a result."""
    tests = {
        each["test"]
        for each in MIXED["results"]
        if verdicts & {*digest.kinds(each)} and implementation in ("", each["server"])
    }
    covered = {r for each in MIXED["tests"] if each["id"] in tests for r in each["covers"]}
    return len(covered), len(tests)


@pytest.mark.parametrize("state", [*STATES, "beside"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_on_the_console_or_the_network(
    page: Browser, pages: dict[str, Path], state: str, theme: str
) -> None:
    """Opened, scrolled to its end and everything in sight opened: no complaint, no request."""
    page.look(theme=theme)
    page.open(pages[state])
    page.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.run("scrollTo(0, document.body.scrollHeight)")
    page.run("document.querySelectorAll('.req, .test').forEach((d, i) => { if (i < 40) open(d); })")
    assert page.complaints() == []
    assert page.requests() == []


@pytest.mark.parametrize("state", ["empty", "mixed", "green", "red", "odd", "broken-off", "matrix"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing(
    page: Browser, pages: dict[str, Path], state: str, theme: str
) -> None:
    """With lists and bodies open, and filters set."""
    page.look(theme=theme)
    page.open(pages[state])
    page.run(
        "document.querySelectorAll('.who, .rest, .implementation').forEach((d) => { d.open = true; })"
    )
    page.run(
        "document.querySelectorAll('.chunk ~ .chunk ~ .chunk').forEach((chunk) => chunk.remove())"
    )
    page.run(
        "document.querySelectorAll('.req, .test').forEach((d, i) => { if (i % 9 === 0) open(d); })"
    )
    page.run("document.querySelectorAll('details.trace').forEach((d) => { d.open = true; })")
    page.run("document.querySelectorAll('#v input').forEach((box) => { box.checked = true; })")
    assert page.axe() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing_on_a_phone(
    page: Browser, pages: dict[str, Path], theme: str
) -> None:
    """The same at 390 pixels."""
    page.look(390, 844, theme)
    page.open(pages["mixed"])
    page.run("document.querySelectorAll('.test').forEach((d, i) => { if (i % 9 === 0) open(d); })")
    assert page.axe() == []


@pytest.mark.parametrize("state", [*STATES, "beside"])
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(
    page: Browser, pages: dict[str, Path], state: str, width: int
) -> None:
    """Wide tables scroll in their own box."""
    page.look(width, 844)
    page.open(pages[state])
    page.run("document.querySelectorAll('.req, .test').forEach((d, i) => { if (i < 20) open(d); })")
    assert page.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_the_systems_until_the_reader_says(
    page: Browser, pages: dict[str, Path], theme: str
) -> None:
    """The button goes from auto to light to dark to auto."""
    page.look(theme=theme)
    page.open(pages["mixed"])
    dark = (
        "const [r] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g); return r < 100"
    )
    while page.run("return document.getElementById('theme').textContent") != "Theme: auto":
        page.run("document.getElementById('theme').click()")
    assert page.run(dark) == (theme == "dark")
    seen = []
    for _ in range(3):
        page.run("document.getElementById('theme').click()")
        seen.append(page.run(dark))
    assert seen == [False, True, theme == "dark"]


def test_there_is_a_chip_for_each_verdict_that_came_out(
    page: Browser, pages: dict[str, Path]
) -> None:
    """No other, and each with the number of tests that a click shows, whatever else is chosen."""
    page.open(pages["mixed"])
    for chosen in ("", "mono-6.8"):
        page.run(
            "document.querySelector('#i').value = arguments[0];"
            "document.querySelector('#i').dispatchEvent(new Event('input', {bubbles: true}))",
            chosen,
        )
        page.until("return filter.i === arguments[0]", chosen)
        tests: defaultdict[str, set[str]] = defaultdict(set)
        for each in MIXED["results"]:
            for kind in digest.kinds(each) if chosen in ("", each["server"]) else ():
                tests[kind].add(each["test"])
        chips = page.run(
            "return [...document.querySelectorAll('.chip:not([hidden])')].map((c) => c.textContent)"
        )
        assert sorted(chips) == sorted(f"{kind} {len(named):,}" for kind, named in tests.items())


def test_the_filter_by_harm(page: Browser, pages: dict[str, Path]) -> None:
    """A choice of what there is; it shows the tests that do such harm, known or not."""
    page.open(pages["mixed"])
    harms = {each["harm"] for each in MIXED["results"] if "harm" in each}
    offered = page.run("return [...document.querySelectorAll('#h option')].map((o) => o.value)")
    assert set(offered) == {"", *harms}
    for harm in sorted(harms):
        page.run(
            "document.querySelector('#h').value = arguments[0];"
            "document.querySelector('#h').dispatchEvent(new Event('input', {bubbles: true}))",
            harm,
        )
        tests = {each["test"] for each in MIXED["results"] if each.get("harm") == harm}
        page.until(
            "return document.documentElement.dataset.shown.endsWith(arguments[0])", f" {len(tests)}"
        )


@pytest.mark.parametrize(
    "verdict", sorted({kind for each in MIXED["results"] for kind in digest.kinds(each)})
)
def test_the_filter_by_verdict(page: Browser, pages: dict[str, Path], verdict: str) -> None:
    """Exactly the requirements and tests with such a result are left; without it, all again."""
    page.open(pages["mixed"])
    box = f"document.querySelector('#v input[value=\"{verdict}\"]').click()"
    page.run(box)
    page.until_shown(*expected("", {verdict}))
    page.run(box)
    page.until_shown(len(MIXED["requirements"]), len(MIXED["tests"]))


def test_filters_work_together(page: Browser, pages: dict[str, Path]) -> None:
    """Implementation and two verdicts: what one result of that implementation has."""
    page.open(pages["mixed"])
    page.run("document.querySelector('#i').value = 'mono-6.8'")
    for verdict in ("fail", "hang"):
        page.run(f"document.querySelector('#v input[value={verdict}]').click()")
    page.until_shown(*expected("mono-6.8", {"fail", "hang"}))
    assert page.run("return location.hash") == "#?i=mono-6.8&v=fail,hang"
    page.run("document.querySelector('#clear').click()")
    page.until_shown(len(MIXED["requirements"]), len(MIXED["tests"]))


def test_the_filter_by_level(page: Browser, pages: dict[str, Path]) -> None:
    """Only what should hold."""
    page.open(pages["mixed"])
    page.run(
        "const l = document.querySelector('#l'); l.value = 'should';"
        "l.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    should = {each["id"] for each in MIXED["requirements"] if each["level"] == "should"}
    tests = [each for each in MIXED["tests"] if should & set(each["covers"])]
    page.until_shown(len(should), len(tests))


def test_a_number_of_the_headline_leads_to_its_tests(page: Browser, pages: dict[str, Path]) -> None:
    """A click on any number shows so many tests, and the address can be passed on."""
    page.open(pages["mixed"])
    links = page.run(
        "return [...document.querySelectorAll('.answers td.count a')].map((a) => [a.hash, parseInt(a.textContent.replace(',', ''))])"
    )
    assert any("known%20hang" in hash for hash, _ in links)
    for hash, number in links:
        page.run("location.hash = arguments[0]", hash)
        page.until(
            "const asked = new URLSearchParams(arguments[0].slice(2));"
            "return filter.v.has(asked.get('v')) && filter.i === asked.get('i') &&"
            " document.documentElement.dataset.shown.endsWith(arguments[1])",
            hash,
            f" {number}",
        )
    page.open(pages["mixed"])
    page.run("document.querySelector('.answers a[href=\"#?v=hang&i=mono-6.8\"]').click()")
    page.until_shown(*expected("mono-6.8", {"hang"}))
    page.open(pages["mixed"], "#?v=hang&i=mono-6.8")
    assert page.shown() == expected("mono-6.8", {"hang"})


def test_a_cell_of_the_matrix_leads_to_its_tests(page: Browser, pages: dict[str, Path]) -> None:
    """The pair is chosen in the filters."""
    page.open(pages["matrix"])
    page.run("document.querySelector('.matrix td a').click()")
    page.until("return document.querySelector('#i').value === 'reference>reference'")
    assert page.shown()[1] == 40


def test_the_keyboard_reaches_everything(page: Browser, pages: dict[str, Path]) -> None:
    """/ searches, Enter goes to what was found, j and k and arrows move, Enter opens, Escape undoes."""
    page.open(pages["mixed"])
    press(page, "/")
    assert focused(page) == "q" or page.run("return document.activeElement.id") == "q"
    press(page, "safepipehandle.ctor")
    page.until("return document.getElementById('said').textContent.includes('shown')")
    rows = page.run(
        "return [...document.querySelectorAll('#requirement-list summary')].map((s) => s.parentElement.id)"
    )
    assert 0 < page.shown()[0] < len(MIXED["requirements"]) and rows[0] == ""
    press(page, Keys.ENTER)
    assert page.run("return document.activeElement.parentElement.className") == "member"
    press(page, "j")
    assert focused(page) == rows[1]
    press(page, "j", Keys.ARROW_DOWN, "k", Keys.ARROW_UP)
    assert focused(page) == rows[1]
    press(page, Keys.ENTER)
    page.until("return document.activeElement.parentElement.textContent.includes('Tests (')")
    press(page, Keys.ESCAPE)
    page.until("return !document.activeElement.parentElement.open")
    press(page, Keys.ESCAPE)
    page.until_shown(len(MIXED["requirements"]), len(MIXED["tests"]))


def test_letters_typed_into_the_search_stay_letters(page: Browser, pages: dict[str, Path]) -> None:
    """j, k and / are text there."""
    page.open(pages["mixed"])
    press(page, "/", "j", "k", "/")
    assert page.run("return document.getElementById('q').value") == "jk/"
    page.until_shown(0, 0)
    assert "Nothing matches" in page.run("return document.getElementById('test-list').textContent")
    press(page, Keys.ESCAPE)
    page.until_shown(len(MIXED["requirements"]), len(MIXED["tests"]))


@pytest.mark.parametrize("state", ["mixed", "large"])
@pytest.mark.parametrize("kind", ["requirement", "test"])
@pytest.mark.parametrize("which", [0, -1])
def test_permalinks(
    page: Browser, pages: dict[str, Path], state: str, kind: str, which: int
) -> None:
    """The address of the first and of the last one opens it, in sight and not below the filters."""
    results = MIXED if state == "mixed" else STATES["large"]()
    ids = {
        "requirement": [each["id"] for each in results["requirements"]],
        "test": [each["id"] for each in results["tests"]],
    }
    identifier = ids[kind][which]
    page.open(pages[state], f"#{kind}/{identifier}")
    page.until(
        "const e = document.getElementById(arguments[0]);"
        "const top = e?.querySelector('summary').getBoundingClientRect().top;"
        "const bar = document.getElementById('filters').getBoundingClientRect().bottom;"
        "return e?.open && top >= Math.max(bar - 1, 0) && top < innerHeight - 20",
        f"{kind}/{identifier}",
    )


def test_a_link_to_what_the_filters_hide_clears_them(page: Browser, pages: dict[str, Path]) -> None:
    """A card's link to its requirement works whatever is filtered."""
    page.open(pages["mixed"], "#?q=nothing-like-it")
    assert page.shown() == (0, 0)
    link = page.run("return document.querySelector('.sentences a[href^=\"#requirement/\"]').hash")
    page.run("document.querySelector('.sentences a[href^=\"#requirement/\"]').click()")
    page.until("return document.getElementById(arguments[0].slice(1))?.open", link)
    page.run("document.querySelector('.req[open] .body a[href^=\"#test/\"]').click()")
    page.until("return document.querySelector('.test.target')?.open")


def test_a_failing_test_tells_everything(page: Browser, pages: dict[str, Path]) -> None:
    """Steps with the failing one marked, expected and actual, what the system showed, stderr, trace, replay."""
    bad = next(each for each in MIXED["results"] if each["verdict"] == "hang")
    failure = bad["failure"]
    assert failure is not None and failure["step"] is not None
    page.open(pages["mixed"], f"#test/{bad['test']}")
    body = page.until("return document.querySelector('.test.target .body')?.innerText")
    for text in (failure["expected"], failure["actual"], failure["text"], bad["replay"]):
        assert text in body
    for text in (*failure["observed"], *failure["stderr"], *failure["threads"]):
        assert text in body
    assert f"Every message ({len(bad['trace'])})" in body
    steps = "return [...document.querySelectorAll('.target .steps li')].map((li) => li.className)"
    assert page.run(steps)[failure["step"]] == "stop"
    page.run("document.querySelector('.target .replay button').click()")
    page.until(
        "return /Copied|Selected/.test(document.querySelector('.target .replay button').textContent)"
    )


def test_odd_text_is_shown_and_never_run(page: Browser, pages: dict[str, Path]) -> None:
    """Markup in a program's output is text; an address with another scheme is no link."""
    page.open(pages["odd"])
    page.run("document.querySelectorAll('.chunk').forEach(fillChunk)")
    page.run("document.querySelectorAll('.test').forEach(open)")
    assert (
        page.run("return document.querySelectorAll('#test-list b b, #test-list script').length")
        == 0
    )
    assert page.run("return document.querySelectorAll('a[href^=\"javascript\"]').length") == 0
    assert "</script><script>alert(1)" in page.run(
        "return document.getElementById('test-list').textContent"
    )


def test_without_scripts_the_answer_can_be_read(page: Browser, pages: dict[str, Path]) -> None:
    """The headline, what is wrong and the charts do not need one, in either theme."""
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.driver.get(pages["mixed"].as_uri())
        text = page.driver.find_element("tag name", "main").text
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "Does it conform?" in text and "The client's handle is not there" in text
    assert "need JavaScript" in text


def test_on_paper_controls_are_gone(page: Browser, pages: dict[str, Path]) -> None:
    """Black on white even in a dark room; no filters, no buttons; what is wrong is unfolded."""
    page.look(theme="dark", media="print")
    page.open(pages["mixed"])
    hidden = "return ['filters', 'theme', 'tests'].map((id) => getComputedStyle(document.getElementById(id)).display)"
    assert page.run(hidden) == ["none"] * 3
    assert (
        page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run("return [...document.querySelectorAll('.who')].every((d) => d.open)")
    page.run("dispatchEvent(new Event('afterprint'))")


def test_on_paper_it_is_six_pages_at_most(page: Browser, pages: dict[str, Path]) -> None:
    """However many implementations and causes there are."""
    page.look()
    page.open(pages["many"])
    paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True}
    printed = base64.b64decode(page.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6


def test_ten_thousand_results_are_built_as_they_are_needed(
    page: Browser, pages: dict[str, Path]
) -> None:
    """At first there are few elements; at the end of the page the last test is there."""
    page.open(pages["large"])
    assert page.run("return document.querySelectorAll('*').length") < 20_000
    last = STATES["large"]()["tests"][-1]["id"]
    page.run("document.getElementById('about').scrollIntoView()")
    page.until("return document.getElementById(arguments[0]) !== null", f"test/{last}")
