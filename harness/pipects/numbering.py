"""What the numbers of descriptors tell: which the next one takes, and which was refused as a handle's text."""

from __future__ import annotations

import itertools
from collections.abc import Set

from pipects import forms
from pipects.conversation import descriptor_of
from pipects.observe import NotObservable, platforms
from pipects.ordering import Ordering
from pipects.steps import Step

LOOK = ("observe", "descriptor")
"""The step that looks whether a number that was closed is used again."""


class Numbering(Ordering):
    """A test whose descriptors are looked at by their numbers."""

    def _has_refused_number(self, step: Step) -> bool:
        """Whether the first process has refused a number that came as text. What was about to own it may close it at a
        collection, whoever has it by then."""
        given = (step.options.get("with") or {}).get("pipeHandleAsString")
        return (
            step.process == "parent"
            and step.options.get("as") not in self._names
            and descriptor_of(self._value("", given)) is not None
        )

    def _is_placed(self, step: Step) -> bool:
        """Whether it makes a descriptor for its number: one that fills a place, the last of several in a row, or may be
        where another was."""
        if step.target != forms.DESCRIPTOR or self._goes_on(step):
            return False
        others = [each for each in self._test.steps if each is not step]
        named = any(str(step.options.get("as")) in each.text for each in others)
        return not named or any((each.verb, each.target) == LOOK for each in others)

    def _goes_on(self, step: Step) -> bool:
        """Whether the next step makes another of its kind."""
        assert self._step is not None
        following = self._test.steps[self._step[0] + 1 :][:1]
        return [(each.verb, each.target) for each in following] == [(step.verb, step.target)]

    def _numbers(self, step: Step) -> set[int]:
        """The descriptors that a process holds; none where that tells nothing of the next: a call is running, or it is
        no Unix process."""
        if self._running or self._server.platform != platforms.UNIX:
            return set()
        return set(self._system.descriptors(self._adapter(step.process).pid))

    def _require_lowest(self, before: Set[int], made: Set[int]) -> None:
        """Raises NotObservable if a descriptor is not where the next pipe would have been."""
        lowest = next(number for number in itertools.count() if number not in before)
        if made and lowest not in made:
            raise NotObservable(
                f"{self._server.id}'s adapter makes a Descriptor that takes another number than the lowest that is "
                "free: whether one is used again can't be seen"
            )
