"""Observation through /proc, pidfds and prlimit: no handle on a pipe is ever kept."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import resource
import select
import signal
import struct
import termios
import time
from collections.abc import Collection, Iterator

from pipects.observe import LOOK_AGAIN, End, Exit, NotObservable, files, pipes_among

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
CAP_SYS_RESOURCE = 24
_PIDFD_GET_INFO = 0xC040FF0B
_PIDFD_INFO_EXIT = 1 << 3
_O_CLOEXEC = 0o2000000


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parent ends, so none is lost."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Has this process killed when the thread that started it ends, however that comes."""
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def keep_from_programs(capability: int) -> None:
    """Has no program that this process or a descendant executes from now on the privilege, whoever the user is.

    With CAP_SYS_RESOURCE the system's limits are none: a pipe becomes as large as it is asked to be.
    """
    with contextlib.suppress(NotObservable):  # who may not give it away has none to give
        _prctl(_PR_CAPBSET_DROP, capability)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise NotObservable(f"prctl: {os.strerror(ctypes.get_errno())}")


def pipe_ends(pid: int, of: Collection[int] | None = None) -> list[End]:
    """Every pipe end that the process holds (of these pipes alone), whatever its number."""
    ends = []
    for descriptor, target in links(pid):
        if target.startswith("pipe:["):
            pipe = int(target[6:-1])
            if of is not None and pipe not in of:
                continue
            flags = _flags(pid, descriptor)
            if flags is None:
                continue
            ends.append(
                End(
                    access="write" if flags & os.O_ACCMODE == os.O_WRONLY else "read",
                    inheritable=not flags & _O_CLOEXEC,
                    nonblocking=bool(flags & os.O_NONBLOCK),
                    pipe=pipe,
                    descriptor=descriptor,
                )
            )
    return ends


def pipes(pid: int) -> set[int]:
    """The inodes of the pipes of which the process holds an end."""
    return pipes_among(links(pid))


def standard_streams(pid: int) -> frozenset[tuple[int, str]]:
    """Those of the descriptors 0 to 2 that are open, and what each is open on."""
    return frozenset(link for link in links(pid) if link[0] <= 2)


def beside_streams(pid: int, streams: Collection[tuple[int, str]]) -> list[str]:
    """What the process's descriptors but these streams are open on: `pipe`, `socket`, `eventfd`, a path."""
    kind = re.compile(r"(?:anon_inode:)?\[?([^:\]]+)\]?(?::\[\d+\])?")
    return [kind.sub(r"\1", link[1]) for link in links(pid) if link not in streams]


def handle_count(pid: int) -> int:
    """How many descriptors the process holds."""
    return len(links(pid))


def descriptor_target(pid: int, descriptor: int) -> str | None:
    """What a descriptor is open on (`pipe:[…]`, a path and its inode), or None if it is closed."""
    try:
        link = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        return f"{link}#{os.stat(f'/proc/{pid}/fd/{descriptor}').st_ino}"
    except FileNotFoundError:
        _must_show(pid)
        return None
    except PermissionError as error:
        raise NotObservable(str(error)) from error


def pipe_of(pid: int, descriptor: int) -> int | None:
    """The inode of the pipe that a descriptor is an end of, if it is one."""
    target = descriptor_target(pid, descriptor)
    return int(target[6 : target.index("]")]) if target and target.startswith("pipe:[") else None


def descriptors(pid: int) -> list[int]:
    """The numbers of the process's descriptors: what each is open on costs a call for each (`links`)."""
    try:
        return list(map(int, os.listdir(f"/proc/{pid}/fd")))
    except FileNotFoundError:
        _must_show(pid)
        return []
    except PermissionError as error:
        raise NotObservable(f"the system does not show the handles of process {pid}") from error


def links(pid: int) -> list[tuple[int, str]]:
    """The process's descriptors, and what each is open on."""
    found = []
    for number in descriptors(pid):
        try:
            found.append((number, os.readlink(f"/proc/{pid}/fd/{number}")))
        except FileNotFoundError:  # closed since
            continue
    if not found:
        _must_show(pid)
    return found


def _must_show(pid: int) -> None:
    """Raises NotObservable if the process is there and the system does not show it."""
    if os.path.exists(f"/proc/{pid}/stat"):
        return
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return
    except PermissionError:
        pass
    raise NotObservable(f"the system does not show process {pid}")


def _flags(pid: int, descriptor: int) -> int | None:
    try:
        for line in files.text(f"/proc/{pid}/fdinfo/{descriptor}").splitlines():
            if line.startswith("flags:"):
                return int(line.split()[1], 8)
    except FileNotFoundError:
        pass
    return None


def threads(pid: int) -> list[int]:
    """The process's threads, by their system-wide ids."""
    try:
        return sorted(map(int, os.listdir(f"/proc/{pid}/task")))
    except FileNotFoundError:
        _must_show(pid)
        return []


def unread(pid: int, pipe: int) -> int:
    """How many bytes are in the pipe. Opens its reading side for a moment."""
    with _opened(pid, pipe) as descriptor:
        buffer = bytearray(4)
        fcntl.ioctl(descriptor, termios.FIONREAD, buffer)
        return int(struct.unpack("i", buffer)[0])


def capacity(pid: int, pipe: int) -> int:
    """How many bytes the pipe can hold. Opens its reading side for a moment."""
    with _opened(pid, pipe) as descriptor:
        return fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)


@contextlib.contextmanager
def _opened(pid: int, pipe: int) -> Iterator[int]:
    end = next(iter(pipe_ends(pid, {pipe})), None)
    if end is None:
        raise NotObservable(f"process {pid} holds no end of the pipe")
    try:
        descriptor = os.open(f"/proc/{pid}/fd/{end.descriptor}", os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise NotObservable(f"the pipe can't be looked into: {error}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fields(text: str) -> dict[str, str]:
    """What a status file says, by name."""
    named = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in named}


def send_signal(pid: int, thread: int | None, number: signal.Signals) -> None:
    """Sends a signal to one thread (or to the process) and waits until it was taken.

    A thread that has ended in the meantime takes none, and that is fine.
    """
    target = thread if thread is not None else pid
    if _LIBC.tgkill(pid, target, int(number)) != 0:
        if ctypes.get_errno() == errno.ESRCH and target != pid:
            return
        raise NotObservable(f"tgkill: {os.strerror(ctypes.get_errno())}")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            status = _fields(files.text(f"/proc/{pid}/task/{target}/status"))
        except (FileNotFoundError, ProcessLookupError):
            return
        if not int(status["SigPnd"], 16) >> (number - 1) & 1:
            return
        time.sleep(LOOK_AGAIN)
    raise NotObservable(
        f"a thread takes no {number.name}: its state is {status['State']}, and it blocks"
        f" {status['SigBlk']}"
    )


def tracer(pid: int) -> int:
    """The process that traces this one, such as a debugger; 0 if none does."""
    try:
        return int(_fields(files.text(f"/proc/{pid}/status"))["TracerPid"])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def open_to(pid: int, number: signal.Signals) -> list[int]:
    """The process's threads that do not block a signal."""
    return [
        thread
        for thread, status in statuses(pid)
        if not int(status["SigBlk"], 16) >> (number - 1) & 1
    ]


def statuses(pid: int) -> Iterator[tuple[int, dict[str, str]]]:
    """What the system tells of each thread of a process, but for those that end meanwhile."""
    for thread in threads(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            yield thread, _fields(files.text(f"/proc/{pid}/task/{thread}/status"))


def limit_handles(pid: int, most: int | None) -> int:
    """Sets the process's soft limit on descriptors (None: the hard one); returns the old one."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard if most is None else most, hard))
    return soft


def next_free_descriptors(pid: int, count: int) -> int:
    """The limit that leaves the process exactly `count` descriptors to open."""
    taken = set(descriptors(pid))
    most = 0
    while count:
        count -= most not in taken
        most += 1
    while most in taken:
        most += 1
    return most


class Watch:
    """A process that is watched to its end, by a pidfd: the number can't come to mean another."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.local: int | None = pid
        self._handle = os.pidfd_open(pid)
        self._exit: Exit | None = None

    def close(self) -> None:
        """Lets go of the process. May be called again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def ended(self, seconds: float = 0) -> bool:
        """Whether the process has ended, or does so within `seconds`."""
        if self._exit is not None or self._handle < 0:
            return True
        poller = select.poll()
        poller.register(self._handle, select.POLLIN)
        return bool(poller.poll(max(0, seconds) * 1000))

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; nothing happens if the process has ended."""
        if self._handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def exit(self) -> Exit:
        """How the process ended. Raises NotObservable where the kernel does not tell."""
        if self._exit is None:
            self._exit = self._own_child() or self._from_pidfd() or self._from_zombie()
        if self._exit is None:
            raise NotObservable(f"this kernel does not tell how process {self.pid} ended")
        return self._exit

    def _own_child(self) -> Exit | None:
        try:
            result = os.waitid(os.P_PIDFD, self._handle, os.WEXITED | os.WNOHANG)
        except ChildProcessError:
            return None
        if result is None:
            return None
        if result.si_code == os.CLD_EXITED:
            return Exit(result.si_status, None)
        return Exit(None, signal_name(result.si_status))

    def _from_pidfd(self) -> Exit | None:
        request = bytearray(64)
        struct.pack_into("Q", request, 0, _PIDFD_INFO_EXIT)
        try:
            fcntl.ioctl(self._handle, _PIDFD_GET_INFO, request)
        except OSError:
            return None
        mask = struct.unpack_from("Q", request, 0)[0]
        if not mask & _PIDFD_INFO_EXIT:
            return None
        return _decoded(struct.unpack_from("i", request, 60)[0])

    def _from_zombie(self) -> Exit | None:
        try:
            fields = files.text(f"/proc/{self.pid}/stat").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return _decoded(int(fields[49])) if fields[0] == "Z" else None


def _decoded(status: int) -> Exit:
    if os.WIFSIGNALED(status):
        return Exit(None, signal_name(os.WTERMSIG(status)))
    return Exit(os.WEXITSTATUS(status), None)


def signal_name(number: int) -> str:
    """A signal's name; the real-time ones are counted from the first of them."""
    try:
        return signal.Signals(number).name
    except ValueError:
        beyond = number - signal.SIGRTMIN
        return f"SIGRTMIN+{beyond}" if beyond > 0 else f"SIG{number}"


def is_zombie(pid: int) -> bool:
    """Whether the process has ended and its parent has not collected it."""
    return _state(pid) == "Z"


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped the process, and none has let it go on."""
    return _state(pid) == "T"


def _state(pid: int) -> str | None:
    """What the process does, in a letter; None if it is gone."""
    try:
        return files.text(f"/proc/{pid}/stat").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None
