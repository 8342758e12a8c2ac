"""Where a requirement comes from, as a reader wants it: a title, and the address of the page that says so."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from pipects.reports.document import Results
from pipects.reports.text import one_line


class Link(NamedTuple):
    """A source's title, with the part of it, and its address."""

    title: str
    url: str


def known(results: Results, reference: str) -> bool:
    """Whether `KEY` or `KEY#PART` names a source of these results."""
    return reference in results["sources"] or reference.partition("#")[0] in results["sources"]


def link(results: Results, reference: str) -> Link:
    """The link of a reference. The part after # leads to a page of its own where the address is certain."""
    if reference in results["sources"]:
        source, part = results["sources"][reference], ""
    else:
        key, _, part = reference.partition("#")
        source = results["sources"][key]
    title = re.sub(r" \(the part is [^)]*\)", "", one_line(source["title"]))
    url = source["url"] if re.match(r"https?://", source["url"]) else ""
    if not part:
        return Link(title, url)
    return Link(f"{title}: {one_line(part)}", _of_part(url, source["title"], part))


def upstream(address: str) -> str:
    """What a known deviation's link leads to."""
    return "Upstream thread" if re.search(r"/(issues|pull)/", address) else "Source"


def _of_part(url: str, title: str, part: str) -> str:
    """The address of a source's part, or that of the source."""
    if url.startswith("https://github.com/"):
        return f"{url.rstrip('/')}/blob/main/{quote(part)}"
    if url.startswith("https://pubs.opengroup.org/") and url.endswith("/") and part.isalnum():
        return f"{url}functions/{part}.html"
    member = re.match(r"\.?(\w+)", part)
    if (
        url.startswith("https://learn.microsoft.com/dotnet/api/")
        and title.endswith(" Class")
        and member
    ):
        name = "-ctor" if member[1] == "ctor" else member[1].lower()
        return f"{url}.{name}"
    return url
