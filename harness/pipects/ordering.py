"""The step that puts system calls in order: each is held, and goes when the one before has gone as far as it can."""

from __future__ import annotations

from collections.abc import Callable

from pipects.director.order import BEGIN, FAMILIES, Order
from pipects.director.process import Call
from pipects.directing import HOLD, Directing
from pipects.observe import NotObservable
from pipects.observe.deadline import Deadline
from pipects.observe.rest import ASLEEP, status
from pipects.steps import Step


class Ordering(Directing):
    """A test whose calls on pipes are made one at a time."""

    def _do_order(self, step: Step) -> None:
        self._order = self._explored or Order(step.target.split())
        pipes = {pipe for known in self._names.values() for pipe in known.pipes}
        longest = f"hold:{int(self._patience * HOLD * 1000)}"
        for family in FAMILIES:
            rule = self._director.rule(family, None, pipes, None, [longest], always=True)
            self._ordered.append(rule)
            self._given[rule.id] = step, rule

    def _has_left(self, step: Step) -> None:
        """Waits until a call that was left running is held, waits, or is over: so threads start one by one."""
        if self._order:
            self._await_rest()

    def _begin(self, step: Step) -> None:
        """Waits until it is a step's turn among the calls that are held."""
        while self._order and self._let_one_go(f"{step.thread}{BEGIN}"):
            pass

    def _wait(self, comes: Callable[[float], bool], deadline: Deadline, missing: str) -> None:
        def ordered(seconds: float) -> bool:
            while not comes(0) and self._let_one_go():
                pass
            return comes(seconds)

        super()._wait(ordered if self._order else comes, deadline, missing)

    def _let_one_go(self, begin: str | None = None) -> bool:
        """Lets the call go whose turn it is. Returns whether there was one; not if it is the turn of `begin`."""
        order = self._order
        if order is None:
            return False
        held = {order.label(call): call for call in self._await_rest()}
        if order.is_over:
            self._order = None
            for rule in self._ordered:
                self._director.drop(rule)
            return False
        if not held:
            return False
        chosen = order.next([*held, *([begin] if begin else [])])
        if chosen is None:
            raise NotObservable(
                f"the order can't be followed: '{order.missing}' is not held, but {', '.join(sorted(held))}"
            )
        self._note("observed", f"in order: {chosen}")
        if chosen == begin:
            return False
        call = held[chosen]
        before = status(call.process, call.thread)[1]
        self._director.go(call)
        self._settled(call, before)
        return True

    def _await_rest(self) -> list[Call]:
        """Waits until every process of the case rests. Returns the calls that are held then, with names."""
        for adapter in list(self._processes.values()):
            if not adapter.watch.ended():
                self._come_to_rest(adapter.pid)
        self._director.listen()
        held = [
            call
            for rule in self._ordered
            for call in rule.held
            if status(call.process, call.thread)[0] in ASLEEP[:1]
        ]
        if self._order and self._step:
            step = self._step[1]
            self._order.name(held, step.target if step.verb == "finish" else step.thread)
        return held

    def _end_directing(self) -> None:
        if self._order and self._order.missing:
            raise NotObservable(
                f"the order was not followed to its end: '{self._order.missing}' never came"
            )
        for rule in self._ordered:
            self._given.pop(rule.id, None)
        if self._ordered:
            self._director.clear()
        self._order = None
        self._ordered.clear()
        super()._end_directing()

    def _stop_directing(self) -> None:
        self._order = None
        super()._stop_directing()
