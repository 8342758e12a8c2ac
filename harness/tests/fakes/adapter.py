"""An adapter that misbehaves on request: the harness is tested against it, for real.

Usage: adapter.py MODE. Without a misbehaviour (MODE `good`) it makes real pipes and is fit to be
asked, so each mode is wrong in one way only. MODE may carry more behind a colon: `hello:JSON` changes
the answer to hello, `says:TEXT` answers TEXT (with ID for the request's) where CanRead or an operation is asked for,
`odd:SEED` gives an odd answer in every twentieth place once the handshake is over.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import odd
import waits

MODE, _, MORE = sys.argv[1].partition(":")
ARGUMENTS = sys.argv[2:]
WRONG = ("wrong-answer", "wrong-and-keeps", "wrong-and-ignores")
"""Those who say of CanRead what is not so."""
LATE_BY = 1.0
"""Seconds: longer than the deadline that the test gives."""
LACKS: dict[str, list[str]] = {
    "unknown-lack": ["asnyc"],
    "fails-at-once": [],
    "keeps-caller": [],
    "keeps-caller-fed": [],
    "begins-in-line": [],
    "says": [],
    "writes-nothing": [],
}
"""What it says that it lacks; `async`, unless its misbehaviour is there."""
COPIES = {"copies": 1, "copies-twice": 2}
"""How many descriptors more of its own end a server has."""
SECOND: dict[str, Callable[[], object]] = {
    "keeps-then-breaks": lambda: print_line("this is not JSON"),
    "keeps-then-crashes": os.abort,
    "keeps-then-waits": lambda: threading.Event().wait(),
}
"""What those who keep something at first do when CanRead is asked for once more."""
THROWN = {"namespace": "System.ArgumentException", "other-type": "System.FormatException"}
"""What the type of the refusal is called."""


class Fault(Exception):
    """A JSON-RPC error."""


class Server:
    """As much of a server as the tests of the harness need."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.out = arguments.get("direction", "Out") == "Out"
        reading, writing = made_pipe()
        if "bufferSize" in arguments and MODE != "any-size":
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, arguments["bufferSize"])
        os.set_blocking(reading, MODE != "nonblocking")
        os.set_inheritable(reading, MODE == "start-through-shell")
        habits()
        self.mine, self.theirs = (writing, reading) if self.out else (reading, writing)
        self.copies = [os.dup(self.mine) for _ in range(COPIES.get(MODE, 0))]

    def dispose(self) -> None:
        for name in ("mine", "theirs"):
            descriptor, leaks = (
                getattr(self, name),
                MODE == {"theirs": "leaks", "mine": "leaks-own"}[name],
            )
            if descriptor >= 0 and not leaks:
                os.close(descriptor)
            setattr(self, name, -1)
        while self.copies:
            os.close(self.copies.pop())


def made_pipe() -> tuple[int, int]:
    """A runtime with a collector runs it, and tries again, where the system has no descriptor left."""
    try:
        return os.pipe()
    except OSError:
        if MODE != "tries-again":
            raise
        return os.pipe()


OBJECTS: dict[str, Any] = {}
BEGUN: list[str] = []
"""The reads that were begun."""
KEPT: list[Any] = []
"""What is made and never closed."""
READ: list[str] = []
"""The servers of which CanRead has been asked."""
DISPOSED = threading.Event()
"""That a server was disposed by the call for it."""


def habits() -> None:
    """What making a server does beside."""
    if MODE in ("keeps-one", *SECOND) and not KEPT or MODE in ("keeps-each", "wrong-and-keeps"):
        KEPT.append(os.eventfd(0))
    if MODE == "hands-on":
        KEPT.append(os.eventfd(0, 0))  # not close-on-exec
    if MODE == "hands-file-on":
        KEPT.append(os.open(__file__, os.O_RDONLY))
        os.set_inheritable(KEPT[-1], True)
    if MODE == "turns":
        threading.Thread(target=turn, daemon=True).start()
    if MODE in ("ignores-signal", "wrong-and-ignores"):
        ignore = ctypes.c_void_p(int(signal.SIG_IGN))
        ctypes.CDLL(None).signal(int(signal.SIGWINCH), ignore)  # Python lets only the main thread


def turn() -> None:
    """Leaves the processor to nobody."""
    while True:
        pass


def pattern(seed: int, length: int) -> bytes:
    return bytes(
        ((i * 2654435761 + seed * 2246822519) % 2**32 >> 16) & 255 for i in range(length)
    )


def create(type: str, arguments: dict[str, Any], **rest: Any) -> Any:
    name = rest["as"]
    if type == "Bytes":
        OBJECTS[name] = pattern(arguments["pattern"], arguments["length"])
    elif type == "Descriptor":
        if MODE == "refuses-file":
            raise Fault(-32603, "no handle is free")
        OBJECTS[name] = open("/dev/null", "rb")
        if MODE == "copies-file":
            OBJECTS[name] = os.fdopen(os.dup(OBJECTS[name].fileno()), "rb")
    elif type == "AnonymousPipeClientStream":
        if MODE == "closes-refused":
            os.close(int(arguments["pipeHandleAsString"]))
        name = THROWN.get(MODE, "ArgumentException")
        return {"threw": {"type": name, "parameter": None, "message": "no pipe"}}
    elif type == "AnonymousPipeServerStream" or MODE == "says-yes":
        try:
            OBJECTS[name] = Server(arguments)
        except OSError as error:
            return {"threw": {"type": "IOException", "parameter": None, "message": str(error)}}
    else:
        raise Fault(-32001, f"no type {type}")
    return {"returned": {"object": name, "type": type}}


def find(name: str) -> Any:
    if name not in OBJECTS:
        raise Fault(-32002, f"nothing is called {name}")
    return OBJECTS[name]


def get(object: str, member: str, **_: Any) -> Any:
    target = find(object)
    if member == "Hex":
        return {"returned": target.hex()}
    if member == "IsCompleted":
        return {"returned": True}
    if member == "Number":
        number = target.fileno()
        return {"returned": str(number) if MODE == "number-as-text" else number}
    if member == "CanWrite":
        return {"returned": target.out and not (MODE == "wrong-later" and READ)}
    if member == "CanRead":
        misbehave()
        READ.append(object)
        answer = {"returned": target.out if MODE in WRONG else not target.out}
        return {**answer, "bytes": {"buffer": "a5"}} if MODE == "shows-no-array" else answer
    raise Fault(-32001, f"no member {member}")


def misbehave() -> None:
    """What goes wrong when CanRead is asked for; the handshake does not ask for it."""
    if MODE == "says":
        print_line(MORE.replace("ID", str(ASKED.identifier)))
        threading.Event().wait()
    elif MODE == "real-time":
        os.kill(os.getpid(), signal.SIGRTMIN + 1)
    elif MODE == "broken-pipe":
        ctypes.CDLL(None).signal(int(signal.SIGPIPE), None)  # Python ignores it
        os.kill(os.getpid(), signal.SIGPIPE)
        threading.Event().wait()
    elif MODE == "hides":
        hide()
    elif MODE == "nonsense":
        print_line("this is not JSON")
    elif MODE in SECOND and READ:
        SECOND[MODE]()
    elif MODE == "half-a-character":
        with LOCK:
            LINK.sendall(b'{"jsonrpc":"2.0","id":1,"result":{"returned":"\xe2\x82"}}\n')
    elif MODE == "half-a-line":
        with LOCK:
            LINK.sendall(b'{"jsonrpc":"2.0","id":')
        threading.Event().wait()
    elif MODE == "wrong-id":
        print_line('{"jsonrpc":"2.0","id":4711,"result":{"returned":true}}')
    elif MODE == "late":
        threading.Event().wait(LATE_BY)
    elif MODE == "refuses":
        raise Fault(-32602, "null is no array")
    elif MODE == "until-disposed":
        DISPOSED.wait()
        DISPOSED.clear()
    elif MODE in ("never", "beside-busy"):
        threading.Event().wait()
    elif MODE in waits.NEVER:
        waits.NEVER[MODE]()
    elif MODE in waits.LATE:
        waits.LATE[MODE]()
    elif MODE == "closes":
        LINK.shutdown(socket.SHUT_RDWR)
        threading.Event().wait()
    elif MODE == "stops":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif MODE == "dies-traced":
        frames = "".join(f"    at frame {number} (file.js:{number})\n" for number in range(30))
        print(
            f"throw it;\n^\n\nError: the reason\n{frames}\nRuntime v1", file=sys.stderr, flush=True
        )
        os._exit(7)
    elif MODE == "dies":
        print("last words", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    elif MODE == "exits-in-answer":
        with LOCK:
            LINK.sendall(b'{"jsonrpc":"2.0","id":')
        os._exit(7)
    elif MODE == "exits-in-call":
        os._exit(7)
    elif MODE == "floods":
        line = b"x" * 1023 + b"\n"
        for _ in range(1024):
            os.write(2, line * 1024)
    elif MODE == "aborts-slowly":
        until = time.monotonic() + 1.5
        while time.monotonic() < until:  # as a runtime that writes down where everything was
            pass
        os.kill(os.getpid(), signal.SIGABRT)
    elif MODE == "aborts-line-by-line":
        for line in range(12):
            threading.Event().wait(0.3)  # as for a thread that is asked where it is
            os.write(2, f"frame {line}\n".encode())
        os.kill(os.getpid(), signal.SIGABRT)
    elif MODE == "aborts-with-help":
        helper = f"import os, time; time.sleep(3); os.kill({os.getpid()}, {int(signal.SIGABRT)})"
        subprocess.run([sys.executable, "-c", helper], check=False)
    elif MODE == "aborts-traced":
        abort_traced()
    elif MODE == "outlived":
        subprocess.Popen(
            [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True
        )
        os.kill(os.getpid(), signal.SIGKILL)


def abort_traced() -> None:
    """With a debugger beside it, which waits without a timeout for what only this process will give."""
    reading, writing = os.pipe()
    seize, anyone = 0x4206, ctypes.c_ulong(2**64 - 1)
    ctypes.CDLL(None).prctl(0x59616D61, anyone, 0, 0, 0)  # where only ancestors may trace
    tracer = (
        "import ctypes, os, sys\n"
        f"if ctypes.CDLL(None).ptrace({seize}, {os.getpid()}, 0, 0) != 0: sys.exit(1)\n"
        f"os.read({reading}, 1)"
    )
    threading.Timer(3, os.write, (writing, b"!")).start()
    subprocess.run([sys.executable, "-c", tracer], pass_fds=[reading], check=False)
    os.kill(os.getpid(), signal.SIGABRT)


def hide() -> None:
    """Starts a process that has neither this one's environment nor its session, and waits for it."""
    code = "import signal, sys; print(flush=True); sys.stdout.close(); signal.pause()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, os.environ["PIPECTS_BENCH"]],
        env={}, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()


def call(object: str, member: str, **rest: Any) -> Any:
    target = find(object)
    if member == "Read":
        if MODE == "reads-one":
            os.write(target.theirs, b"\xa5\xa5")
            return {"returned": len(os.read(target.mine, 1)), "bytes": {"buffer": "a5a5"}}
        waits.FOR_A_PIPE.get(MODE, waits.nothing)(target.mine)
        answer = {"returned": len(os.read(target.mine, 1))}
        return answer if MODE == "hides-array" else {**answer, "bytes": {"buffer": "a5"}}
    if member == "Write":
        if MODE != "writes-nothing":
            os.write(target.mine, bytes(rest["arguments"]["buffer"]["bytes"]["length"]))
        return {"returned": None, "bytes": {}}
    if member in ("WriteAsync", "BeginWrite") and MODE == "writes-nothing":
        OBJECTS[rest["as"]] = "task"
        kind = {"object": rest["as"], "type": "Task"}
        length = rest["arguments"]["buffer"]["bytes"]["length"]
        return {"returned": kind, "bytes": {"buffer": "a5" * length}}
    if member == "Wait" and MODE == "writes-nothing":
        return {"returned": None, "bytes": {}}
    if member.endswith("Async") and MODE == "says":
        misbehave()
    if member == "BeginRead" and MODE == "begins-in-line":
        if BEGUN:
            threading.Event().wait()
        BEGUN.append(rest["as"])
        answer = {"returned": {"object": rest["as"], "type": "IAsyncResult"}}
        return {**answer, "bytes": {"buffer": "a5"}}
    if member in ("ReadAsync", "BeginRead") and MODE.startswith("keeps-caller"):
        if MODE == "keeps-caller-fed":
            os.write(target.theirs, b"!")
        threading.Event().wait()
    if member == "ReadAsync" and MODE == "fails-at-once":
        OBJECTS[rest["as"]] = "task"
        return {
            "returned": {"object": rest["as"], "type": "Task"},
            "bytes": {"buffer": "a5"},
        }
    if member == "Wait":
        failed = {"type": "IOException", "parameter": None, "message": "no epoll here"}
        return {"threw": failed, "bytes": {"buffer": "a5"}}
    if member == "GetClientHandleAsString":
        return {"returned": str(target.theirs)}
    if member == "DisposeLocalCopyOfClientHandle":
        with waits.PIPES:
            os.close(target.theirs)
        target.theirs = -1
        return {"returned": 1 if MODE == "counts" else None}
    if member == "BeginRead" and MODE == "begins":
        return {
            "returned": {"object": rest["as"], "type": "IAsyncResult"},
            "bytes": {"buffer": "a5"},
        }
    if MODE == "until-disposed" and member == "Dispose":
        DISPOSED.set()
    elif MODE != "says-yes":
        raise Fault(-32001, f"no member {member}")
    return {"returned": None}


def transfer(object: str, total: int, **_: Any) -> Any:
    """Writes byte after byte, each of the last ones with much work."""
    target, easy = find(object), 64000
    os.write(target.mine, bytes(easy))
    try:
        for _ in range(total - easy):
            until = time.thread_time() + 0.001
            while time.thread_time() < until:
                pass
            os.write(target.mine, b"!")
    except BrokenPipeError:
        return {"threw": {"type": "IOException", "parameter": None, "message": "broken"}}
    return {"returned": {"count": total}}


def closed_elsewhere(file: Any) -> bool:
    """Whether somebody has closed the file's number, which is gone then or another's."""
    if MODE == "closes-refused":
        KEPT.append(file)
    return MODE == "closes-refused"


def forget(**_: Any) -> Any:
    for target in OBJECTS.values():
        if isinstance(target, Server):
            target.dispose()
        elif hasattr(target, "close") and not closed_elsewhere(target):
            target.close()
    OBJECTS.clear()
    return {"returned": None}


def start(program: str, arguments: list[str], environment: dict[str, str], **_: Any) -> Any:
    between = ["sh", "-c", '"$@"; exit $?', "sh"] if MODE == "start-through-shell" else []
    child = subprocess.Popen(
        [*between, program, *arguments],
        env={**os.environ, **({} if MODE == "start-without-token" else environment)},
        close_fds=False,
    )
    if MODE == "dies-behind-child":
        threading.Thread(target=end_behind, args=(child.pid,), daemon=True).start()
        return {"returned": child.pid}
    if MODE == "start-waits":
        child.wait()
    threading.Thread(target=child.wait, daemon=True).start()
    return {"returned": os.getpid() if MODE == "start-is-itself" else child.pid}


def end_behind(child: int) -> None:
    """Ends when the child has, before it is collected."""
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    os._exit(7)


def hello(**_: Any) -> Any:
    token = os.environ["PIPECTS_TOKEN"]
    if MODE == "never-hello":
        threading.Event().wait()
    answer = {
        "token": "guessed" if MODE == "wrong-token" else token,
        "protocol": 99 if MODE == "wrong-protocol" else 1,
        "name": "fake",
        "version": "1",
        "language": "Python",
        "runtime": "",
        "os": "linux",
        "pid": os.getppid() if MODE == "child-as-parent" and ARGUMENTS else os.getpid(),
        "arguments": ARGUMENTS,
        "lacks": LACKS.get(MODE, ["async"]),
    }
    return {**answer, **json.loads(MORE)} if MODE == "hello" else answer


METHODS = {
    "call": call, "create": create, "forget": forget, "get": get, "hello": hello, "start": start,
    "transfer": transfer,
}  # fmt: skip
LOCK = threading.Lock()
LINK: socket.socket
ASKED = threading.local()
"""What the thread is asked at the moment: `identifier`."""
DICE = random.Random(f"{MORE} {os.getpid()}")


def print_line(text: str) -> None:
    with LOCK:
        LINK.sendall(text.encode() + b"\n")


def handshake_over() -> bool:
    """Whether the first process has been asked; what it is asked itself is answered soberly."""
    marker = Path(os.environ["PIPECTS_BENCH"]) / "introduced"
    if marker.exists():
        return marker.read_text() != str(os.getpid())
    marker.write_text(str(os.getpid()))
    return False


def answer(message: dict[str, Any]) -> None:
    ASKED.identifier = message["id"]
    reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
    try:
        if message["method"] == "exit" and MODE != "knows-no-exit":
            print_line(json.dumps({**reply, "result": {"returned": None}}))
            if MODE in ("lingers", "stays"):
                time.sleep(60)
            os._exit(message["params"].get("status", 0) + 7 * (MODE == "exits-otherwise"))
        if message["method"] not in METHODS:
            raise Fault(-32601, f"no method {message['method']}")
        reply["result"] = METHODS[message["method"]](**message["params"])
    except Fault as fault:
        reply["error"] = {"code": fault.args[0], "message": fault.args[1]}
    if MODE == "odd" and handshake_over() and DICE.random() < 0.05:
        return misanswer(reply)
    print_line(json.dumps(reply))


def misanswer(reply: dict[str, Any]) -> None:
    """An odd answer, none, or an odd end."""
    kind = DICE.randrange(20)
    if kind == 0:
        os.kill(os.getpid(), DICE.choice([signal.SIGRTMIN + 3, signal.SIGRTMAX, signal.SIGABRT]))
    elif kind == 1:
        os._exit(DICE.randrange(256))
    elif kind == 2:
        LINK.shutdown(socket.SHUT_RDWR)
    elif kind == 3:
        hide()
    elif kind > 4:
        with LOCK:
            LINK.sendall(odd.line(reply, DICE) + b"\n")


def crowd(address: tuple[str, int]) -> list[socket.socket]:
    """Strangers come first: some say nothing, some nonsense, some present what is no token."""
    token = '{"jsonrpc":"2.0","id":1,"result":{"token":%s,"protocol":1,"pid":1}}\n'
    said = [
        "",
        "GET / HTTP/1.1\r\n\r\n",
        token % '"guessed"',
        token % "[]",
        token % "null",
        "x" * 5000,
    ]
    links = []
    for number in range(300):
        link = socket.create_connection(address)
        link.sendall(said[number % len(said)].encode())
        if number % 4:
            links.append(link)
        else:
            link.close()
    return links


def main() -> None:
    if MODE == "needs-input" and not os.path.exists("/proc/self/fd/0"):
        sys.exit(3)
    if MODE == "waits-for-input" and not os.path.exists("/proc/self/fd/0"):
        threading.Event().wait()
    if MODE == "has-helper" and not ARGUMENTS:
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    if MODE == "has-busy-helper" and not ARGUMENTS:
        subprocess.Popen(["sh", "-c", f"while kill -0 {os.getpid()}; do sleep 0.01; done"])
    if ARGUMENTS and MODE == "silent-child":
        threading.Event().wait()
    if ARGUMENTS and MODE == "slow-child":
        time.sleep(LATE_BY)
    if MODE == "exits":
        print("cannot find my settings", file=sys.stderr)
        sys.exit(3)
    if MODE == "never-connects":
        threading.Event().wait()
    if MODE == "ignores-sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if MODE == "beside-busy":
        with subprocess.Popen(
            [sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE
        ) as busy:
            assert busy.stdout is not None
            busy.stdout.readline()
            time.sleep(LATE_BY / 2)  # it is older than what comes next
            serve()
    serve()


def serve() -> None:
    global LINK
    host, port = os.environ["PIPECTS_ADDRESS"].split(":")
    strangers = crowd((host, int(port))) if MODE == "crowd" else []
    if MODE == "two-connections":
        strangers.append(socket.create_connection((host, int(port))))
        first = {"jsonrpc": "2.0", "id": 1, "result": hello()}
        strangers[0].sendall(json.dumps(first).encode() + b"\n")
    LINK = socket.create_connection((host, int(port)))
    for line in LINK.makefile(encoding="utf-8"):
        if MODE == "one-thread":
            answer(json.loads(line))
            continue
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()
    for stranger in strangers:
        stranger.close()
    if MODE not in ("ignores-sigterm", "closes", "lingers"):
        os._exit(0)
    threading.Event().wait()


if __name__ == "__main__":
    main()
