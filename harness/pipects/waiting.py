"""The proof that a call waits: by a thread on the very pipe, or by rest and the state of the pipe."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipects import blame, bytespec, matching, protocol
from pipects.conversation import STANDSTILL, Conversation, Differs, Running
from pipects.errors import Deadlock, Overdue
from pipects.observe import NotObservable, Proof, platforms
from pipects.observe.platform import Standstill
from pipects.protocol import Outcome, Returned
from pipects.steps import Step

WRITERS = ("Write", "WriteByte", "WriteAsync", "WaitForPipeDrain", "BeginWrite", "EndWrite")
READERS = (
    "Read", "ReadByte", "ReadAsync", "BeginRead", "EndRead", "ReadExactly", "ReadExactlyAsync",
    "ReadAtLeast", "ReadAtLeastAsync",
)  # fmt: skip
USUAL_PAGES = 16
"""How many pages of room Linux gives to a pipe of which nobody said how large it is to be."""
NEEDLESS = "the call neither ends nor is seen to wait on the pipe"


class Waiting(Conversation):
    """What can be known of a call that has not ended (spec/adapter-protocol.md, "Waiting")."""

    def _prove_blocked(self, running: Running) -> None:
        """Waits until the call is seen to wait. Raises Differs if it ends.

        Raises Overdue if it does not end although the pipe has what it needs, and NotObservable
        where nothing can be told.
        """
        adapter = self._adapter(running.process)
        deadline = self._family.deadline(self._patience)
        rest = self._system.rest(adapter.pid, self._scale, self._family.stirred)
        needless = False
        looks = self._standstill(deadline.until)
        content: Sequence[int] = ()
        while True:
            proof = self._on_the_pipe(adapter.pid, running)
            if proof is None and rest.look() and rest.rests:
                before, content = content, self._moved(adapter.pid, running)
                if content != before:
                    rest.begin_again()
                elif self._must_wait(adapter.pid, running):
                    proof = self._at_rest(adapter.pid, running)
                else:
                    needless = True
                    self._end_at_standstill(looks, running)
            if adapter.connection.has_answer(running.request):  # of a proof's looks, too
                message = adapter.connection.answer(running.request, deadline.left)
                outcome = protocol.outcome_of(message)
                self._require_fitting(running.pipes, "the call waits on the pipe", outcome)
                early = None
                if isinstance(outcome, Returned):
                    early = self._too_early(running.step, running.pipes)
                raise Differs("the call waits on the pipe", matching.say_actual(outcome), early)
            if proof is not None:
                break
            if not deadline.left():
                if needless:
                    raise Overdue(NEEDLESS, put_off=deadline.put_off)
                raise NotObservable(
                    f"whether the call on '{running.step.thread}' waits can't be seen: it is "
                    f"unanswered, and {rest.seen()}"
                )
        self._running[running.step.thread] = Running(
            running.process, running.request, running.step, running.pipes, proof.thread
        )
        self._proofs.append(proof.strength)
        self._note("observed", f"blocked, {proof.strength} proof: {proof.detail}")

    def _end_at_standstill(self, looks: Standstill, running: Running) -> None:
        """Raises Deadlock if it is proven that nothing will end a call that has no need to wait."""
        connection = self._adapter(running.process).connection
        if looks.lasts() >= STANDSTILL * self._scale and not connection.has_answer(running.request):
            raise Deadlock(NEEDLESS)

    def _on_the_pipe(self, pid: int, running: Running) -> Proof | None:
        """A thread for each of the calls, seen in a system call on the very pipe."""
        if not running.pipes:
            return None
        self._family.stirred()
        direct, _ = self._system.waiting(pid, running.pipes)
        served = self._family.stirred()
        direct = [proof for proof in direct if proof.thread not in served]
        return direct[-1] if len(direct) >= self._calls_on(running) else None

    def _at_rest(self, pid: int, running: Running) -> Proof:
        """That all is at rest, with a thread that waits for others if there is one."""
        _, shared = self._system.waiting(pid, running.pipes)
        return shared or Proof(
            "weak", f"every thread of process {pid} sleeps and the call is unanswered", None
        )

    def _calls_on(self, running: Running) -> int:
        """How many calls of its process wait on the same pipe, this one included."""
        return sum(
            other.process == running.process and bool(other.pipes & running.pipes)
            for other in self._running.values()
        )

    def _moved(self, pid: int, running: Running) -> Sequence[int]:
        """What shows that a transfer goes on, which may use as much time as a wait that spins: what is in its pipes.

        Nothing of any other call, nor where nobody can tell.
        """
        if running.step.verb != "transfer":
            return ()
        with contextlib.suppress(OSError, NotObservable):
            return [self._system.unread(pid, pipe) for pipe in sorted(running.pipes)]
        return ()

    def _must_wait(self, pid: int, running: Running) -> bool:
        """Whether the pipe's state is one in which such a call waits; so, too, where nobody can tell."""
        member = self._origin(running.step)
        if not running.pipes or member not in (*WRITERS, *READERS):
            return True
        unread = [self._system.unread(pid, pipe) for pipe in running.pipes]
        return all(map(bool, unread)) if member in WRITERS else not any(unread)

    def _require_fitting(self, pipes: Collection[int], expected: str, outcome: Outcome) -> None:
        """Raises Differs if what should wait was done since a pipe took more than it should have room for."""
        if not isinstance(outcome, Returned):
            return
        for pid, pipe, asked in self._sized(pipes):
            with contextlib.suppress(OSError, NotObservable):
                unread = self._system.unread(pid, pipe)
                if unread > room(asked):
                    held = f"the pipe holds {unread} bytes, and should have room for {room(asked)}"
                    raise Differs(expected, f"it went on: {held}", blame.ROOM[asked > 0])

    def _too_early(self, call: Step, pipes: Collection[int]) -> str | None:
        """The requirement that a write which is done breaks if its pipe has no room for all of it."""
        options = call.options.get("with") or {}
        buffer = options.get("buffer")
        length = bytespec.length(buffer) if isinstance(buffer, Mapping) else None
        asked = options.get("total", options.get("count", length))
        rooms = [room(size) for _, _, size in self._sized(pipes)]
        if not isinstance(asked, int) or not rooms or asked <= max(rooms):
            return None
        return blame.of_early_write(call)

    def _sized(self, pipes: Collection[int]) -> Iterator[tuple[int, int, int]]:
        """The pipes whose size a server chose: a process that may hold an end, the pipe, and the size asked for. Where
        the case itself may have given one another size there are none."""
        resized = any(step.target.endswith(".Resize") for step in self._test.steps)
        if self._server.platform != platforms.UNIX or resized:
            return
        for adapter, pipe in itertools.product(self._processes.values(), pipes):
            if pipe in self._sizes:
                yield adapter.pid, pipe, self._sizes[pipe]

    def _kept_waiting(self, step: Step) -> str | None:
        """The requirement that a call which does not return breaks whatever its case is about, if it breaks one."""
        return self._caller_kept(step) or self._too_narrow(step)

    def _too_narrow(self, step: Step) -> str | None:
        """The requirement that a pipe breaks which has less room than was asked for, so that a write on it waits."""
        running = self._running.get(step.target) if step.verb == "finish" else None
        call = running.step if running else step
        if self._origin(call) not in WRITERS or self._origin(call) == "WaitForPipeDrain":
            return None
        for pid, pipe, asked in self._sized(running.pipes if running else self._pipes(call)):
            with contextlib.suppress(OSError, NotObservable):
                capacity = self._system.capacity(pid, pipe)
                full = self._system.unread(pid, pipe) >= capacity // 2  # pages need not be full
                if full and asked and capacity < room(asked) <= most_room():
                    return blame.ROOM[True]
        return None

    def _caller_kept(self, step: Step) -> str | None:
        """The requirement that a call which does not return breaks if its operation has to wait, and someone could end that wait."""
        running = self._running.get(step.target) if step.verb == "finish" else None
        call = running.step if running else step
        broken = blame.of_caller_kept(call, self._test.steps)
        if broken is None or call.process not in self._processes:
            return None
        pipes = running.pipes if running else self._pipes(call)
        wanted = "read" if call.member in WRITERS else "write"
        try:
            served = any(
                end.kind == wanted
                for adapter in self._processes.values()
                for end in self._system.pipe_ends(adapter.pid, pipes)
            )
            asked = running or Running(call.process, 0, call, pipes, None)
            waits = served and self._must_wait(self._adapter(call.process).pid, asked)
        except (OSError, NotObservable):
            return None
        return broken if waits else None

    def _origin(self, step: Step) -> str:
        """The member whose operation a call waits for: of a task's Wait, the one that began it."""
        known = self._names.get(step.owner)
        return known.origin if step.member == "Wait" and known and known.origin else step.member

    def _come_to_rest(self, pid: int) -> None:
        """Waits until the process has nothing to do. Raises NotObservable if that is never seen."""
        deadline = self._family.deadline(self._patience)
        rest = self._system.rest(pid, self._scale, self._family.stirred)
        while not rest.rests:
            rest.look()  # for as long as a busy machine makes of it: what it has found comes first
            if not rest.rests and not deadline.left():
                raise NotObservable(f"process {pid} does not come to rest: {rest.seen()}")


def room(asked: int) -> int:
    """The bytes that a pipe has room for whose server was asked for so many, or for none (0)."""
    page = os.sysconf("SC_PAGE_SIZE")
    return max(page, 1 << (asked - 1).bit_length()) if asked else USUAL_PAGES * page


def most_room() -> int:
    """The bytes that who has no privilege may give a pipe room for."""
    return int(Path("/proc/sys/fs/pipe-max-size").read_text(encoding="ascii"))
