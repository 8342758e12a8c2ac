"""Where a requirement comes from, as a reader wants it: a title, and the address of the page that says so."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipects import addresses
from pipects.reports.document import Results
from pipects.reports.text import one_line


class Link(NamedTuple):
    """A source's title, with the part of it, and its address."""

    title: str
    url: str


def known(results: Results, reference: str) -> bool:
    """Whether `KEY` or `KEY#PART` names a source of these results."""
    return reference in results["sources"] or addresses.page_of(reference) in results["sources"]


def link(results: Results, reference: str) -> Link:
    """The link of a reference. The part after # leads to a page of its own where the address is certain, and to the sentence."""
    if reference in results["sources"]:
        source, part = results["sources"][reference], ""
    else:
        part = addresses.part_of(reference)
        source = results["sources"][addresses.page_of(reference)]
    title = re.sub(r" \(the part is [^)]*\)", "", one_line(source["title"]))
    url = source["url"] if re.match(r"https?://", source["url"]) else ""
    address = addresses.address(url, reference) if url else ""
    return Link(f"{title}: {one_line(part)}" if part else title, address)


def upstream(address: str) -> str:
    """What a known deviation's link leads to."""
    return "Upstream thread" if re.search(r"/(issues|pull)/", address) else "Source"
