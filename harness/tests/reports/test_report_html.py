"""The HTML report, as text: what is there before any script runs, and that it asks for nothing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable

import pytest
import synthetic
from lxml import etree, html as lxml_html
from pipects.reports import digest, html, markdown, sources, summary
from pipects.reports.document import Results

STATES: dict[str, Callable[[], Results]] = {
    "empty": synthetic.empty,
    "mixed": synthetic.make,
    "green": lambda: synthetic.make("green"),
    "red": lambda: synthetic.make("red"),
    "odd": synthetic.odd,
    "broken off": synthetic.broken_off,
    "matrix": lambda: synthetic.make(matrix=True, count=40),
}


@pytest.fixture(params=STATES)
def results(request: pytest.FixtureRequest) -> Results:
    """Results in every state."""
    made: Results = STATES[request.param]()
    return made


def parsed(results: Results) -> etree._Element:
    """The page as a tree."""
    return lxml_html.document_fromstring(html.render(results).encode("utf-8"))


def words(element: etree._Element) -> str:
    """An element's text on one line."""
    return " ".join(element.text_content().split())


def test_the_page_asks_for_nothing(results: Results) -> None:
    """No script, style, picture or font from anywhere; its policy would not allow one either."""
    page = parsed(results)
    assert page.xpath("//*[@src or @srcset or @action or @data or @poster]") == []
    assert [each.get("href") for each in page.xpath("//link")] == ["data:,"]
    assert "@import" not in html.render(results) and "url(" not in html.render(results)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy and policy[0].startswith("default-src 'none'")


def test_links_lead_to_the_web_or_into_the_page(results: Results) -> None:
    """No other scheme gets in from a results file."""
    for link in parsed(results).xpath("//a/@href"):
        assert re.match(r"https?://|#", link)


def test_links_into_the_page_have_an_end(results: Results) -> None:
    """Every section that a link names is there, or it is a requirement or test that the script shows."""
    page = parsed(results)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    known = {f"requirement/{each['id']}" for each in results["requirements"]}
    known |= {f"test/{each['id']}" for each in results["tests"]}
    for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert link.startswith("#?") or link[1:] in known or link[1:] in ids, link


def test_the_title_says_broken_off(results: Results) -> None:
    """In the window's title and in the heading, exactly if the run was."""
    page = parsed(results)
    for place in ("//title", "//h1"):
        assert ("broken off" in words(page.xpath(place)[0])) == (not results["complete"])


def test_the_headline_counts_every_verdict(results: Results) -> None:
    """For each implementation: in how many tests it came out; the good and the bad ones even if in none."""
    rows = parsed(results).xpath("//table[@class='answers']/tbody/tr[not(@class)]")
    assert len(rows) == len(results["implementations"])
    tests: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for result in results["results"]:
        for kind in digest.kinds(result):
            tests[result["server"], kind].add(result["test"])
    columns = {"pass", "fail", "hang", "crash", *(each["verdict"] for each in results["results"])}
    for row, each in zip(rows, results["implementations"]):
        shown = {
            cell.get("data-verdict"): int(words(cell.xpath("a|span")[0]).replace(",", ""))
            for cell in row.xpath("td[@data-verdict]")
        }
        assert shown == {verdict: len(tests[each["id"], verdict]) for verdict in columns}
        known = {
            cell.get("data-verdict"): int(words(cell.xpath("small")[0]).split()[0])
            for cell in row.xpath("td[@data-verdict][small]")
        }
        assert known == {
            kind.removeprefix("known "): len(found)
            for (name, kind), found in tests.items()
            if name == each["id"] and kind.startswith("known ") and kind != "known deviation"
        }


def test_what_is_wrong_names_the_sentence_and_its_source() -> None:
    """Without any script: for Mono, each broken requirement's sentence with a link to the documentation."""
    results = synthetic.make()
    section = parsed(results).xpath("//details[@id='wrong/mono-6.8']")[0]
    shown = {words(each) for each in section.xpath(".//blockquote")}
    expected = {
        each["text"]
        for each in results["requirements"]
        if each["held"]["mono-6.8"] in ("broken", "deviates")
    }
    assert shown == expected
    for item in section.xpath(".//ul[@class='sentences']/li"):
        assert any("learn.microsoft.com" in link for link in item.xpath(".//a/@href"))


def test_what_is_wrong_is_told_in_short_first() -> None:
    """A line for each card: what it does, how bad that is and in how many tests, and a link that leads to it."""
    page = parsed(synthetic.make())
    section = page.xpath("//details[@id='wrong/mono-6.8']")[0]
    cards = section.xpath("article")
    lines = section.xpath("ol[@class='short']/li")
    assert len(lines) == len(cards) > 1
    for line, card in zip(lines, cards, strict=True):
        assert line.xpath("a/@href") == [f"#{card.get('id')}"]
        assert words(line.xpath("a")[0]) == words(card.xpath("h4")[0])
        assert words(card.xpath("p[@class='tags']/a")[0]) in words(line.xpath("span")[0])
    assert "#wrong/mono-6.8" in page.xpath("//p[@class='jump']/a/@href")
    assert (
        page.xpath("//table[@class='answers']//a[@class='go']/@href").count("#wrong/mono-6.8") == 1
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/dotnet/runtime/issues/1", "Upstream thread"),
        ("https://github.com/dotnet/runtime/pull/1", "Upstream thread"),
        ("https://learn.microsoft.com/dotnet/api/issues", "Source"),
    ],
)
def test_a_deviations_link_says_where_it_leads(address: str, name: str) -> None:
    """To people who discuss it, or to a text."""
    assert sources.upstream(address) == name


def test_one_cause_is_one_card() -> None:
    """All requirements that one known deviation breaks stand below it together."""
    section = parsed(synthetic.make()).xpath("//details[@id='wrong/mono-6.8']")[0]
    known = section.xpath("article[contains(@class, 'v-known-deviation')]")
    assert len(known) == 1
    assert "Process.Start closes every handle" in words(known[0])


def test_nothing_that_is_wrong_is_left_out() -> None:
    """However much it is: every requirement that is broken stands below a cause."""
    results = synthetic.make("red", count=2_500, rules=600)
    for section in parsed(results).xpath("//details[@class='who']"):
        shown = {words(each) for each in section.xpath(".//blockquote")}
        name = section.get("id").partition("/")[2]
        assert shown == {
            each["text"]
            for each in results["requirements"]
            if each["held"][name] in ("broken", "deviates")
        }


def test_the_first_table_names_the_three_worst() -> None:
    """In a sentence with a subject, each with a link to all about it; the first is the worst there is."""
    page = parsed(synthetic.make())
    named = page.xpath("//table[@class='answers']//tr[@class='worst'][1]//li/a")
    assert 1 <= len(named) <= 3
    section = page.xpath("//details[@class='who']")[0]
    first = section.xpath("ol[@class='short']/li/a")[0]
    assert named[0].get("href") == first.get("href")
    assert words(named[0]) == words(first)


def test_the_matrix_is_there_if_there_is_one(results: Results) -> None:
    """A table with a cell for each pair."""
    cells = parsed(results).xpath("//table[@class='matrix']/tbody/tr/td")
    assert len(cells) == (16 if summary.is_matrix(results) else 0)
    said = "a failure may be the client's"
    assert (said in words(parsed(results))) == summary.is_matrix(results)
    assert (said in markdown.render(results)) == summary.is_matrix(results)


def test_the_data_is_json_whatever_it_holds(results: Results) -> None:
    """No text can end the element that holds it; every result is in it."""
    blocks = parsed(results).xpath("//script[@id='data']")
    if not results["tests"]:
        assert blocks == []
        return
    data = json.loads(blocks[0].text)
    assert sum(len(test["results"]) for test in data["tests"]) == len(results["results"])


def test_every_text_is_stored_once() -> None:
    """The table of texts has no double, so that 10,000 results stay small."""
    page = parsed(synthetic.large())
    data = json.loads(page.xpath("//script[@id='data']")[0].text)
    assert len(set(data["strings"])) == len(data["strings"])


def test_odd_text_stays_text() -> None:
    """What a program printed is neither script nor markup, and its control characters are written out."""
    text = html.render(synthetic.odd())
    assert (
        "<script>alert" not in text
        and "\x1b" not in text
        and "javascript:" not in text.split('id="data"')[0]
    )


def test_a_matrix_and_a_timeline_stand_beside_the_results() -> None:
    """The matrix is another run's: its cells lead nowhere, and the page's own lines are not of pairs."""
    page = lxml_html.document_fromstring(synthetic.beside().encode("utf-8"))
    assert page.xpath("//nav/a[@href='#matrix']") and page.xpath("//nav/a[@href='#releases']")
    assert page.xpath("//section[@id='matrix']//td//b") and not page.xpath(
        "//section[@id='matrix']//td//a"
    )
    assert "each line is a server" not in words(page)
    (row,) = page.xpath("//section[@id='releases']//tbody/tr")
    (link,) = row.xpath("th/a/@href")
    assert link == f"#requirement/{words(row.xpath('th')[0])}"
    assert [each.text_content() for each in row.xpath("td")] == ["held", "hang", ""]
    steps = words(page.xpath("//section[@id='releases']/details")[0])
    assert "- returned <1> + nothing came" in steps
    assert "11.0.0Nothing." in steps
