"""Adapter processes: started, connected, watched, and ended with all that came of them."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipects import protocol
from pipects.director.process import Director
from pipects.errors import AdapterFault, ConnectionLost, NotStarted, Overdue, UserError
from pipects.meeting import Adapter, Greeting, Meeting, proven
from pipects.observe import NotObservable, descent, files
from pipects.observe import linux, platforms
from pipects.observe.deadline import Deadline
from pipects.output import Output

SESSION_VARIABLE = "PIPECTS_SESSION"
"""Marks every process that comes of an adapter, whatever becomes of its parents."""
GRACE = 2.0
"""Seconds that a process gets to end after it was asked to, before it is killed."""
FULL = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""What the machine has no more of, whatever the program is."""


@dataclass(frozen=True)
class Command:
    """How an implementation's adapter is started."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    platform: str = platforms.UNIX
    """Where its processes live."""
    wrapper: tuple[str, ...] = ()
    """What starts it, if the system can't by itself; its children are started without."""


class Family:
    """An implementation's first process with all its descendants: started and ended together.

    The first one has `seconds` to say hello, from when its platform is ready: a new Wine takes a while.
    `stopped` says that the run is over, so that nobody waits for an adapter any longer; `kin` is
    what is known of the system's processes; `fresh` says that what they do first is looked at. The
    system calls of all of them go by the `director`, if there is one; it ends with the family.
    """

    def __init__(
        self,
        command: Command,
        seconds: float,
        listener: protocol.Listener | None = None,
        stopped: Callable[[], bool] = lambda: False,
        *,
        director: Director | None = None,
        kin: descent.Kin | None = None,
        fresh: bool = False,
    ) -> None:
        self.platform = platforms.named(command.platform)
        self.director = director
        self._kin = kin or descent.Kin()
        self.meeting = Meeting(self._has, self.platform)
        self._listener = listener
        self._stopped = stopped
        self.session = secrets.token_hex(8)
        self._fresh = {"PIPECTS_FRESH": "1"} if fresh else {}
        self.left_with: tuple[int, list[tuple[int, str]]] | None = None
        """How many requests the first process had been sent when a test was done with it, and what it held then."""
        token = self.meeting.token()
        environment = {
            **os.environ,
            **self.platform.environment,
            **command.environment,
            **self.variables(token),
        }
        (
            nothing,
            writer,
        ) = os.pipe()  # descriptor 0 is a pipe at its end, for cases that use that number
        os.close(writer)
        try:
            words = [*command.wrapper, command.program, *command.arguments]
            program, arguments = words[0], words[1:]
            inherits: list[int] = []
            if self.director:
                inherits = [self.director.descriptor]
                program, arguments = self.director.directing(program, arguments)
            self._root = subprocess.Popen(
                [program, *arguments],
                pass_fds=inherits,
                stdin=nothing,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self.meeting.close()
            if self.director:
                self.director.end()
            why = error.strerror if isinstance(error, OSError) else error
            told = f"{program or 'a program without a name'} can't be started: {why}"
            if isinstance(error, OSError) and error.errno in FULL:
                raise UserError(told) from error
            raise NotStarted(told) from error
        finally:
            os.close(nothing)
            if self.director:
                self.director.launched()
        assert self._root.stdout is not None
        self.output = Output(self._root.stdout)
        try:
            self.parent = self.meeting.wait_for(
                token, self.deadline(seconds), self._root_gone, listener
            )
        except (AdapterFault, Overdue) as error:
            self.end()
            raise NotStarted(str(error), tuple(self.output.told())) from error
        except BaseException:
            self.end()
            raise

    def variables(self, token: str) -> dict[str, str]:
        """The environment that makes a process an adapter of this family."""
        return {
            "PIPECTS_ADDRESS": self.meeting.address,
            "PIPECTS_TOKEN": token,
            SESSION_VARIABLE: self.session,
            **self._fresh,
        }

    def child(self, token: str, pid: int, seconds: float) -> Adapter:
        """The child that presents `token` within so many seconds, which was started as process `pid`.

        Raises AdapterFault if that is none of the family's processes.
        """
        watch = proven(pid, self._has, self.platform)
        try:

            def gone() -> str | None:
                return "it is gone" if self._stopped() or watch.ended() else None

            return self.meeting.wait_for(token, self.deadline(seconds), gone, self._listener)
        finally:
            watch.close()

    def _root_gone(self) -> str | None:
        if self._stopped():
            return "the run is over"
        status = self._root.poll()
        if status is None:
            return None
        return f"signal {linux.signal_name(-status)}" if status < 0 else f"status {status}"

    def stirred(self) -> frozenset[int]:
        """The threads that a director has served since this was last asked; none without one.

        A thread that waits for the director alone looks as if it slept.
        """
        return self.director.settle() if self.director else frozenset()

    def listen(self, listener: protocol.Listener | None) -> None:
        """Tells `listener` of every message from now on."""
        self._listener = listener
        self.parent.connection.listen(listener)

    def kill(self) -> None:
        """Kills every process at once, from any thread; its worker sees them go."""
        for process in self._members():
            descent.send(process, signal.SIGKILL)
        self._root.kill()

    def living(self) -> list[int]:
        """Every living process of the family. Raises NotObservable where the system shows none."""
        found = [each.pid for each in self._of(self._kin.table()) if not each.zombie]
        return found if self.parent.watch.local in found else []

    def deadline(self, seconds: float) -> Deadline:
        """A deadline for what the family's processes do."""
        return Deadline(seconds, lambda: [each.pid for each in self._members()])

    def strays(self, since: float = 0.0) -> list[int]:
        """Living processes of the family that are neither the parent nor what started it, and no older than that.

        `since` is of the clock that runs from the system's start.
        """
        first = self.parent.watch.local or self._root.pid
        known = {first, self._root.pid}
        with contextlib.suppress(NotObservable):
            known.update(descent.ancestors(first, self._kin.table()))
        return [
            each.pid
            for each in self._members()
            if each.pid not in known
            and not each.zombie
            and each.since_boot >= since
            and not self._is_own(each.pid)
        ]

    def _is_own(self, pid: int) -> bool:
        """Whether a process is the platform's, and nobody's in the case."""
        try:
            name = files.text(f"/proc/{pid}/cmdline").partition("\0")[0]
        except OSError:
            return False
        return self.platform.is_own(name)

    def _has(self, pid: int) -> bool:
        """Whether a process is one of the family: the first one, or proven to come of it."""
        if pid == self._root.pid:
            return True
        return any(each.pid == pid for each in self._of(self._kin.table()))

    def _members(self) -> list[descent.Process]:
        """Every process of the family that the system shows, those that have ended, too."""
        try:
            return self._of(self._kin.table())
        except NotObservable:
            return []

    def _of(self, processes: descent.Table) -> list[descent.Process]:
        """Those that descend from the first process; or that were adopted when theirs ended, and
        still have its session or environment."""
        root = self._root.pid
        return [
            each
            for each in descent.descendants(os.getpid(), processes)
            if root in (each.pid, each.session)
            or root in descent.ancestors(each.pid, processes)
            or self._marked(each.pid)
        ]

    def _marked(self, pid: int) -> bool:
        wanted = f"{SESSION_VARIABLE}={self.session}".encode()
        try:
            return wanted in files.read(f"/proc/{pid}/environ").split(b"\0")
        except OSError:
            return False

    def end(self, *, politely: bool = False) -> None:
        """Ends every process of the family and collects them. May be called again."""
        if politely and self._root.poll() is None:
            with contextlib.suppress(
                AdapterFault, Overdue, ConnectionLost, subprocess.TimeoutExpired
            ):
                farewell = Deadline(GRACE)
                request = self.parent.connection.send("exit", {"status": 0})
                self.parent.connection.answer(request, farewell.left)
                self._root.wait(farewell.left())
        if hasattr(self, "parent"):
            self.parent.close()
        self.meeting.close()
        first, others = self._root, [each.pid for each in self._members()]
        if first.poll() is None:
            first.send_signal(signal.SIGSTOP)  # it starts nothing more, and still proves descent
        others += descent.end(self._others)
        if first.poll() is None:
            first.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            first.wait(GRACE)
        others += descent.end(self._others)  # whom its end may have set free
        descent.collect(pid for pid in set(others) if pid != first.pid)
        if self.director:
            self.director.end()
        self.output.settle(GRACE)

    def _others(self) -> list[descent.Process]:
        return [each for each in self._members() if not each.zombie and each.pid != self._root.pid]


__all__ = ["GRACE", "Adapter", "Command", "Family", "Greeting", "Output"]
