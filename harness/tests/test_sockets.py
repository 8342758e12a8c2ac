"""Which socket a connection is, where ports alone are not enough."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from pipects.observe import sockets


def from_port(port: int, to: socket.socket) -> socket.socket:
    """A connection from a port that others may use as well."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    link.bind(("127.0.0.1", port))
    link.connect(to.getsockname())
    return link


def test_connections_from_one_port_are_told_apart_by_where_they_lead() -> None:
    """The kernel gives a port to several connections, if they lead elsewhere."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(
        ("127.0.0.1", 0)
    ) as other, from_port(0, one) as first:
        port = int(first.getsockname()[1])
        with from_port(port, other) as second:
            for link, server in ((first, one), (second, other)):
                found = sockets.inode(port, int(server.getsockname()[1]))
                assert found == str(os.fstat(link.fileno()).st_ino)
            assert sockets.inode(port, 1) is None


def test_a_process_listens_once_it_accepts_connections(tmp_path: Path) -> None:
    """Not as soon as it has a socket."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert not sockets.listens(os.getpid())
        server.listen()
        assert sockets.listens(os.getpid())
    assert not sockets.listens(os.getpid())
