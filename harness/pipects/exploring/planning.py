"""Which call comes next: one that makes sense where the sequence stands, picked by small numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipects.exploring.asking_moves import AskingMoves
from pipects.exploring.choosing import Choices
from pipects.exploring.crossing_moves import CrossingMoves
from pipects.exploring.filtering_moves import FilteringMoves
from pipects.exploring.heavy_moves import HeavyMoves
from pipects.exploring.lifetime_moves import LifetimeMoves
from pipects.exploring.lining_moves import LiningMoves
from pipects.exploring.making_moves import MakingMoves
from pipects.exploring.naming_moves import NamingMoves
from pipects.exploring.speaking_moves import SpeakingMoves
from pipects.exploring.sweeping_moves import SweepingMoves
from pipects.exploring.texting_moves import TextingMoves
from pipects.exploring.transferring_moves import TransferringMoves
from pipects.exploring.turning_moves import TurningMoves
from spec.model.calls import Call, Ref
from spec.model.state import Operation, World


@dataclass
class Planner(
    MakingMoves, AskingMoves, TransferringMoves, TextingMoves, SweepingMoves, FilteringMoves,
    CrossingMoves, LifetimeMoves, NamingMoves, SpeakingMoves, TurningMoves, LiningMoves,
    HeavyMoves,  # fmt: skip
):
    """Proposes the calls of a rule."""

    def propose(self, world: World, rule: str, choices: Choices) -> list[Call]:
        """The calls of a rule, none where it makes no sense."""
        return list(RULES[rule](self, world, choices))

    def nothing(self, world: World, choices: Choices) -> Iterator[Call]:
        """No call: what a step becomes that a sequence can do without."""
        yield from ()


def forced(world: World) -> Call | None:
    """The call that collects an operation that has ended: before anything else, so that nothing races it."""
    for name, operation in world.operations.items():
        if operation.ends and operation.callback and not operation.called:
            return Call("call", f"{operation.callback}.Wait")
        if operation.ends and not operation.collected:
            return _collecting(name, operation)
    return None


def ended_by(operation: Operation) -> str:
    """The stream whose disposal ends an operation: a copy that waits for room does so at its destination."""
    return operation.into if operation.into and operation.left else operation.stream


def left_open(world: World) -> list[str]:
    """The servers of whose client's handle nobody says whether it goes with them."""
    return [
        name for name, each in world.streams.items()
        if each.server and each.given_text and not each.inheritable
    ]  # fmt: skip


def _collecting(name: str, operation: Operation) -> Call:
    if operation.thread:
        return Call("finish", name, thread=name)
    if operation.begun:
        member = "EndWrite" if operation.kind == "write" else "EndRead"
        return Call("call", f"{operation.stream}.{member}", {"asyncResult": Ref(name)})
    return Call("call", f"{name}.Wait")


RULES: Mapping[str, Callable[[Planner, World, Choices], Iterator[Call]]] = {
    "nothing": Planner.nothing, "pair": Planner.pair, "server": Planner.server,
    "write": Planner.write, "read": Planner.read, "property": Planner.property,
    "close": Planner.close, "handles": Planner.handles, "client": Planner.client,
    "bad arguments": Planner.bad_arguments, "against": Planner.against,
    "local copy": Planner.local_copy, "task": Planner.task, "token": Planner.token,
    "cancel": Planner.cancel, "status": Planner.status, "ending": Planner.ending,
    "content": Planner.content, "flush": Planner.flush, "drain": Planner.drain,
    "copy": Planner.copy, "flood": Planner.flood, "drink": Planner.drink, "child": Planner.child,
    "child client": Planner.child_client, "gone": Planner.gone, "of handle": Planner.of_handle,
    "assignment": Planner.assignment, "server refused": Planner.server_refused,
    "adopting": Planner.adopting, "adopted": Planner.adopted, "misfits": Planner.misfits,
    "client refused": Planner.client_refused, "safe": Planner.safe,
    "taken over": Planner.taken_over, "seeking": Planner.seeking,
    "bad minimum": Planner.bad_minimum, "file": Planner.file, "forget": Planner.forget,
    "file refused": Planner.file_refused, "interrupt": Planner.interrupt, "called": Planner.called,
    "portrait": Planner.portrait, "cancelled": Planner.cancelled, "texter": Planner.texter,
    "text": Planner.text, "lines": Planner.lines, "wrapper": Planner.wrapper, "join": Planner.join,
    "scarce": Planner.scarce, "queue": Planner.queue, "rest": Planner.rest,
    "breaking": Planner.breaking, "finishing": Planner.finishing,
    "nothing moved": Planner.nothing_moved, "called off": Planner.called_off, "told": Planner.told,
    "handles told": Planner.handles_told, "met": Planner.met, "copied": Planner.copied,
    "spoken": Planner.spoken, "lived": Planner.lived, "left": Planner.left,
    "deprived": Planner.deprived, "fed": Planner.fed, "turns": Planner.turns,
    "filtered": Planner.filtered, "named": Planner.named, "halfway": Planner.halfway,
    "failed": Planner.failed, "assigned": Planner.assigned, "crossed": Planner.crossed,
    "left to others": Planner.left_to_others, "refused": Planner.refused, "shared": Planner.shared,
    "borrowed": Planner.borrowed, "spoken beside": Planner.spoken_beside, "room": Planner.room,
    "lined": Planner.lined, "composed": Planner.composed, "heavy": Planner.heavy,
}  # fmt: skip
"""What may come next, the simplest first."""
PLOTS = (
    "met", "met", "met", "lived", "lived", "halfway", "halfway", "named", "copied",
    "spoken", "spoken", "crossed", "crossed",
)  # fmt: skip
"""Small stories, more of them than of single calls: what a call alone shows is soon seen."""
OFTEN = (
    *PLOTS, *PLOTS, "write", "read", "read", "write", "against", "task", "ending", "ending", "token",
    "cancel", "close", "text", "text", "lines", "wrapper", "join", "queue", "copy", "finishing",
    "breaking", "left", "left to others", "refused", "shared", "borrowed", "spoken beside", "room",
    "lined", "scarce", "file refused", "misfits", "deprived", "fed", "turns", "composed",
)  # fmt: skip
"""What comes more often: what other things depend on, and what has many forms."""
CALM = frozenset({
    "property", "bad arguments", "against", "status", "ending", "content", "of handle", "assignment",
    "server refused", "adopting", "client refused", "safe", "seeking", "bad minimum", "file refused",
    "called", "flush", "wrapper",
})  # fmt: skip
"""What mostly changes nothing: such a call costs little, and several of them are made at once."""
