"""The address of the exact place that a requirement rests on."""

from __future__ import annotations

import re
from urllib.parse import quote

LEARN = "https://learn.microsoft.com/dotnet/api/"
TEXT = ":~:text="
NAMESPACES = {
    "CancellationToken": "system-threading-",
    "Encoding": "system-text-",
    "HandleInheritability": "system-io-",
    "PipeDirection": "system-io-pipes-",
    "PipeTransmissionMode": "system-io-pipes-",
    "SafePipeHandle": "microsoft-win32-safehandles-",
    "SeekOrigin": "system-io-",
    "Stream": "system-io-",
}
"""Where the types of parameters live, if not in System."""


def reference(page: str, member: str, words: tuple[str, str] | None) -> str:
    """A source in one text: the page, the member, and its sentence's first and last words."""
    text = TEXT + ",".join(quote(each, safe="").replace("-", "%2D") for each in words or ())
    return page + (f"#{member}" if member else "") + (text if words else "")


def page_of(source: str) -> str:
    """The page's key of a reference."""
    return source.partition(TEXT)[0].partition("#")[0]


def part_of(source: str) -> str:
    """What of the page a reference means: a member, a path, a function; empty for all of it."""
    return source.partition(TEXT)[0].partition("#")[2]


def address(url: str, source: str) -> str:
    """The address of a reference to a page at `url`: the part's own page and anchor where they are
    certain, with the text fragment that leads to the sentence."""
    part = part_of(source)
    fragment = TEXT + source.partition(TEXT)[2] if TEXT in source else ""
    if not part or not url:
        return _with(url, "", fragment)
    if url.startswith("https://github.com/"):
        return f"{url.rstrip('/')}/blob/main/{quote(part)}"
    if url.startswith("https://pubs.opengroup.org/") and url.endswith("/") and part.isalnum():
        return f"{url}functions/{part}.html"
    member = re.fullmatch(r"\.?(\w+)(\((.*)\))?", part)
    # The fields of an enumeration stand on its own page, without anchors.
    if not url.startswith(LEARN) or member is None or _is_enumeration(url):
        return _with(url, "", fragment)
    name = "-ctor" if member[1] == "ctor" else member[1].lower()
    anchor = url.removeprefix(LEARN).replace(".", "-") + "-" + name.removeprefix("-")
    if member[3]:
        anchor += "(" + "-".join(_type(each) for each in _parameters(member[3])) + ")"
    return _with(f"{url}.{name}", anchor, fragment)


def _with(url: str, anchor: str, fragment: str) -> str:
    return f"{url}#{anchor}{fragment}" if anchor or fragment else url


def _is_enumeration(url: str) -> bool:
    return url.rpartition(".")[2] in (
        "pipedirection",
        "pipetransmissionmode",
        "handleinheritability",
    )


def _parameters(listed: str) -> list[str]:
    return [each.strip() for each in listed.split(",")]


def _type(name: str) -> str:
    generic = re.fullmatch(r"(\w+)<(\w+)>", name)
    if generic:
        return f"system-{generic[1].lower()}(({_type(generic[2])}))"
    plain = name.removesuffix("[]")
    array = "()" if name.endswith("[]") else ""
    return NAMESPACES.get(plain, "system-") + plain.lower() + array
