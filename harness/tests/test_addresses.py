"""Where a requirement's source leads."""

from __future__ import annotations

import pytest

from pipects import addresses

PIPE = "https://learn.microsoft.com/dotnet/api/system.io.pipes.pipestream"


@pytest.mark.parametrize(
    ("member", "leads"),
    [
        ("", ""),
        ("CanRead", ".canread#system-io-pipes-pipestream-canread"),
        ("ReadByte()", ".readbyte#system-io-pipes-pipestream-readbyte"),
        (
            "Read(Byte[],Int32,Int32)",
            ".read#system-io-pipes-pipestream-read(system-byte()-system-int32-system-int32)",
        ),
        ("Read(Span<Byte>)", ".read#system-io-pipes-pipestream-read(system-span((system-byte)))"),
        (
            "ctor(PipeDirection,Int32)",
            ".-ctor#system-io-pipes-pipestream-ctor(system-io-pipes-pipedirection-system-int32)",
        ),
    ],
)
def test_a_member_has_a_page_and_an_anchor(member: str, leads: str) -> None:
    assert addresses.address(PIPE, addresses.reference("pipe-stream", member, None)) == PIPE + leads


def test_words_become_a_text_fragment() -> None:
    source = addresses.reference("pipe-stream", "CanRead", ("A, b-c", "the end"))
    assert addresses.page_of(source) == "pipe-stream" and addresses.part_of(source) == "CanRead"
    assert addresses.address(PIPE, source).endswith(
        ".canread#system-io-pipes-pipestream-canread:~:text=A%2C%20b%2Dc,the%20end"
    )


def test_a_field_of_an_enumeration_stands_on_the_page_of_all() -> None:
    url = "https://learn.microsoft.com/dotnet/api/system.io.pipes.pipedirection"
    assert addresses.address(url, "pipe-direction#In") == url
