"""What a process does with signals: of all its threads, and of what it was born with."""

from __future__ import annotations

import signal
import time

from pipects.observe import LOOK_AGAIN, NotObservable, calls, files, syscalls
from pipects.observe import linux as system
from pipects.observe.rest import ASLEEP

_C_LIBRARY_S = sum(1 << (number - 1) for number in range(32, signal.SIGRTMIN))
"""Those that the C library keeps for itself: it handles them from the first thread that is made on, and ignores
them in what it spawns. No program can do anything with them."""
_MASK = (
    sum(1 << (number - 1) for number in {*range(1, 65)} - {signal.SIGKILL, signal.SIGSTOP})
    & ~_C_LIBRARY_S
)
"""All that a program can block."""
OF_THE_PROCESS = ("SigIgn", "SigCgt")
BIRTH = "PIPECTS_SIGNALS_AT_BIRTH"
RECORDING = f'{BIRTH}=$(cat "/proc/$$/status"); export {BIRTH}; exec "$0" "$@"'
"""For `sh -c`: becomes a program that can be asked what the shell was born with. A program may change that
before anybody can look: Python ignores SIGPIPE from its start."""


SETTLE_S = 1.0
"""Within this time a thread that is about to start or to end has its own mask."""


def now(pid: int) -> dict[str, str]:
    """Ignored and handled signals of the process, and the blocked ones of each thread, as masks in hex.

    While the C library starts a thread it blocks all signals, its own among them, which a program can't; and
    runtimes with threads of their own block all that they can. What a thread blocks then is not its own mask,
    so it is looked at again. A call that waits with a mask of its own hides the thread's, of which then nothing is told.
    """
    until = time.monotonic() + SETTLE_S
    while True:
        hidden = _with_the_mask_of_a_call(pid)
        threads = _threads(pid)
        for name in hidden | _with_the_mask_of_a_call(pid):
            threads.pop(name, None)
        if time.monotonic() > until or not any(map(_is_being_started, threads.values())):
            masks = {f"SigBlk of {name}": fields["SigBlk"] for name, fields in threads.items()}
            return of_the_process(pid) | masks
        time.sleep(LOOK_AGAIN)


def of_the_process(pid: int) -> dict[str, str]:
    """Ignored and handled signals of the process, as masks in hex, without those that only the C library can handle."""
    fields = _fields(files.text(f"/proc/{pid}/status"))
    return {name: f"{int(fields[name], 16) & ~_C_LIBRARY_S:016x}" for name in OF_THE_PROCESS}


def _is_being_started(fields: dict[str, str]) -> bool:
    """Whether a thread may not have its own mask yet: one that blocks everything for good sleeps most of its time."""
    mask = int(fields["SigBlk"], 16)
    runs = fields["State"][0] not in ASLEEP
    return mask & _C_LIBRARY_S != 0 or (mask & _MASK == _MASK and runs)


def _threads(pid: int) -> dict[str, dict[str, str]]:
    """What the system tells of each thread."""
    return {_name(pid, thread): fields for thread, fields in system.statuses(pid)}


def _name(pid: int, thread: int) -> str:
    return "the main thread" if thread == pid else f"thread {thread}"


def _with_the_mask_of_a_call(pid: int) -> set[str]:
    """The threads that wait in a call such as ppoll with a mask that holds for its time."""
    found = set()
    for thread in system.threads(pid):
        try:
            call, arguments = calls.system_call(pid, thread)
        except NotObservable:
            return set()
        if call in syscalls.MASK_POINTER and arguments[syscalls.MASK_POINTER[call]]:
            found.add(_name(pid, thread))
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What is another than before. A thread whose mask was not told before or is not now has none to keep."""
    return [name for name in before if name in after and before[name] != after[name]]


def at_birth(pid: int) -> dict[str, int]:
    """The signals that a process, started by `RECORDING`, was born ignoring and blocking."""
    variables = files.read(f"/proc/{pid}/environ").split(b"\0")
    for variable in variables:
        name, _, value = variable.decode(errors="replace").partition("=")
        if name == BIRTH and value:
            fields = _fields(value)
            masks = {"ignores": fields["SigIgn"], "blocks": fields["SigBlk"]}
            return {does: int(mask, 16) & ~_C_LIBRARY_S for does, mask in masks.items()}
    raise NotObservable(f"nobody has seen what process {pid} was born with")


def _fields(status: str) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
