"""What a case leaves behind: ended, disposed, and looked for."""

from __future__ import annotations

import time

from pipects import blame, facts, protocol
from pipects.conversation import Differs, LeftOpen
from pipects.errors import AdapterFault, ConnectionLost, Overdue
from pipects.meeting import Adapter
from pipects.observe import NotObservable, descent, kinds, pipes_among
from pipects.observing import AT_FIRST, Observing


class Cleaning(Observing):
    """The end of a test whose steps have all come out as they must."""

    def _take_stock(self) -> None:
        """Notes what the first process holds before the case."""
        self._begun = time.clock_gettime(time.CLOCK_BOOTTIME)
        parent = self._family.parent
        left = self._family.left_with
        if left is not None and left[0] == parent.connection.sent:  # nobody has asked it since
            held = left[1]
        else:
            held = self._system.links(parent.pid)
        self._before = kinds(target for _, target in held)
        self._seen_with = parent, self._asked(), pipes_among(held)
        if self._server.deviations:  # only then is it asked for
            self._stock = held, self._system.dispositions(parent.pid)

    def _asked(self) -> int:
        """How many requests the test's processes have been sent."""
        return sum(adapter.connection.sent for adapter in self._processes.values())

    def _clean_up(self) -> None:
        """Ends the children, disposes what is left, and looks for what stayed behind."""
        for name in [name for name in self._processes if name != "parent"]:
            self._exit(name, self._processes[name], {"status": 0})
        if self._ended and "parent" in self._processes:
            zombies = [a.pid for a in self._ended.values() if a is not self._family.parent]
            if not self._comes(lambda: not any(map(self._system.is_zombie, zombies))):
                self._require_life()
                raise AdapterFault(f"the adapter does not collect its ended children {zombies}")
            if stay := self._left_behind():
                self._require_life()
                who = ", ".join(map(descent.shown, stay))
                raise Differs("no process is left behind", f"left behind: {who}", blame.LEFT_BEHIND)
        if "parent" not in self._processes:
            return
        parent = self._family.parent
        request = parent.connection.send("forget", {"dispose": True})
        protocol.acknowledge(self._answer(parent, request), "forget", parent.connection)
        self._require_nothing_left(parent.pid)
        if self._still_held is not None:
            self._step, left = self._still_held
            raise left

    def _require_life(self) -> None:
        """Whoever has ended by itself collects no child, and leaves its own behind."""
        for name, adapter in self._processes.items():
            if adapter.watch.ended():
                raise ConnectionLost(f"the process '{name}' has ended")

    def _left_behind(self) -> list[int]:
        """Processes that came with the case and stay: a helper's own come and go."""
        left = self._family.strays(self._begun)

        def none_left() -> bool:
            left[:] = set(left).intersection(self._family.strays(self._begun))
            return not left

        return [] if self._comes(none_left) else sorted(left)

    def _restored(self) -> bool:
        """Whether the first process, behind a case that failed, has what it had before, and no more.

        A call that hung must have come to its end when all was disposed. Only where nobody else had
        to do with it: no child, no director.
        """
        alone = list(self._processes) == ["parent"] and not self._ended
        spoilt = self._limited or self._refused_number or self._family.director
        if self._stock is None or not alone or spoilt:
            return False
        self._patience = min(self._patience, self._settle)
        parent = self._family.parent
        try:
            self._dispose_streams(parent)
            request = parent.connection.send("forget", {"dispose": True})
            protocol.acknowledge(self._answer(parent, request), "forget", parent.connection)
            if not parent.connection.answers_all(self._family.deadline(self._patience).left):
                return False
            self._running.clear()
            return self._comes(lambda: self._has_stock(parent.pid), AT_FIRST)
        except (AdapterFault, NotObservable, OSError, Overdue):
            return False

    def _has_stock(self, pid: int) -> bool:
        """Whether a process holds what it held before; but for files, by which runtimes load what they need."""
        assert self._stock is not None
        held, dispositions = self._stock
        before, now = set(held), set(self._system.links(pid))
        return (
            now <= before
            and all(target == "disk" or target.startswith("/") for _, target in before - now)
            and self._system.dispositions(pid) == dispositions
        )

    def _dispose_streams(self, adapter: Adapter) -> None:
        """Disposes the case's ends, each on a thread of its own: what hangs may be the thread that forgets."""
        for step in self._test.steps:
            name = step.options.get("as")
            if step.verb == "new" and step.target in facts.KINDS and name in self._names:
                whom = {"object": name, "member": "Dispose", "thread": f"pipects_{name}"}
                adapter.connection.send("call", {**whom, "arguments": {}})

    def _require_nothing_left(self, pid: int) -> None:
        """Raises LeftOpen for ends of the case's pipes, and for whatever else is open that was not."""
        ends: list[str] = []
        others: list[str] = []
        held: list[tuple[int, str]] = []
        born = {f"pipe:[{pipe}]" for pipe in self._born}

        def nothing_left() -> bool:
            held[:] = self._system.links(pid)
            targets = [target for _, target in held]
            ends[:] = [
                f"{end.kind} end (descriptor {end.descriptor})"
                for end in (
                    self._system.pipe_ends(pid, self._born) if not born.isdisjoint(targets) else ()
                )
            ]
            others[:] = self._added(targets) if self._server.strict_handles else []
            return not ends and not others

        if not self._comes(nothing_left, AT_FIRST if self._again else 1.0):
            raise LeftOpen(
                "no handle stays open behind the case",
                f"left open: {', '.join(ends or others)}",
                (
                    blame.of_ends_left(ends, self._test.leak, self._test.steps)
                    if ends
                    else blame.LEFT_BEHIND
                ),
            )
        self._family.left_with = self._family.parent.connection.sent, held
