"""In which order the tests are tried on a mutant: the likeliest killers first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipects.mutation.model import Candidate
from pipects.mutation.trial import kernel_of


class Order:
    """Which tests reach a mutant, and how likely each is to kill it by what it killed before."""

    def __init__(self, reach: Mapping[str, Sequence[int]], earlier: Mapping[str, str]) -> None:
        self._breadth = {test: len(places) for test, places in reach.items()}
        self._reaching: dict[int, list[str]] = defaultdict(list)
        for test, places in reach.items():
            for place in places:
                self._reaching[place].append(test)
        self._earlier = earlier
        """The killer of a mutant in an earlier run, by the mutant's key."""
        self._anywhere: Counter[str] = Counter()
        self._in_file: Counter[tuple[str, str]] = Counter()
        self._in_function: Counter[tuple[str, str, str]] = Counter()

    def learn(self, mutant: Candidate, test: str) -> None:
        """Takes note of a kill."""
        self._anywhere[test] += 1
        self._in_file[mutant.file, test] += 1
        self._in_function[mutant.file, mutant.function, test] += 1

    def of(self, mutant: Candidate) -> list[str]:
        """The tests that reach the mutant, those first that are likely to kill it.

        That is the killer of an earlier run, then those that killed in the same function, then one test of
        every case before a second one of any; of the cases those first that killed in the same file, or
        anywhere, or reach little else. Those on older kernels come last.
        """
        earlier = self._earlier.get(mutant.key)
        seen: Counter[str] = Counter()
        nth: dict[str, int] = {}
        for test in sorted(
            self._reaching[mutant.number], key=lambda each: (self._breadth[each], each)
        ):
            case = test.partition("/")[0]
            nth[test] = seen[case]
            seen[case] += 1

        def rank(test: str) -> tuple[bool, bool, int, int, int, int, int, str]:
            return (
                bool(kernel_of(test)),
                test != earlier,
                -self._in_function[mutant.file, mutant.function, test],
                nth[test],
                -self._in_file[mutant.file, test],
                -self._anywhere[test],
                self._breadth[test],
                test,
            )

        return sorted(nth, key=rank)
