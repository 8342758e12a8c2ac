"""Moves that ask and set properties, and those that meet the processes around."""

from __future__ import annotations

from collections.abc import Iterator

from pipects.exploring.choosing import GREATEST, LEAST, Choices, Moves
from spec.model import making
from spec.model.calls import Argument, Call, Ref
from spec.model.state import READ, World

MOST_CHILDREN = 2
PROPERTIES = (
    "IsConnected", "CanRead", "CanWrite", "CanSeek", "CanTimeout", "IsAsync", "IsMessageComplete",
    "TransmissionMode", "ReadMode", "InBufferSize", "OutBufferSize", "Length", "Position",
    "ReadTimeout", "WriteTimeout",
)  # fmt: skip
MODES: tuple[Argument, ...] = ("Byte", "Message", 2, -1)
"""What ReadMode is set to."""
NUMBERED = ("Position", "ReadTimeout", "WriteTimeout")
SETTABLE = ("ReadMode", *NUMBERED)
PLACES = (0, 1, -1, -2, GREATEST, LEAST)
"""What the others are set to: for a timeout -1 says that there is none."""


def sought(member: str, choices: Choices) -> dict[str, Argument]:
    """Arguments of `Seek` and `SetLength`: what goes nowhere, and what lies before the beginning, are among them."""
    place = choices.pick((0, 1, -1, 2**40))
    if member == "SetLength":
        return {"value": place}
    return {"offset": place, "origin": choices.pick(("Begin", "Current", "End"))}


class AskingMoves(Moves):
    """Properties; children; what else a process has."""

    def property(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            yield Call("get", f"{name}.{choices.pick(PROPERTIES)}")

    def portrait(self, world: World, choices: Choices) -> Iterator[Call]:
        """Every property of a stream."""
        if world.streams:
            name = self.stream(world, choices)
            for member in PROPERTIES:
                yield Call("get", f"{name}.{member}")

    def assignment(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name, member = self.stream(world, choices), choices.pick(SETTABLE)
            values = MODES if member == "ReadMode" else PLACES
            yield Call("set", f"{name}.{member}", {"value": choices.pick(values)})

    def assigned(self, world: World, choices: Choices) -> Iterator[Call]:
        """Every property of a stream, or of a wrapper, is set to everything, maybe once it is closed."""
        if world.streams:
            wrappers = list(world.wrappers)[::-1]
            is_wrapper = bool(wrappers) and choices.once_in(2)
            name = choices.pick(wrappers) if is_wrapper else self.stream(world, choices)
            if choices.once_in(3):
                yield self.closed(name, choices)
            for value in () if is_wrapper else MODES:
                yield Call("set", f"{name}.ReadMode", {"value": value})
            for member in NUMBERED:
                for place in PLACES:
                    yield Call("set", f"{name}.{member}", {"value": place})

    def seeking(self, world: World, choices: Choices) -> Iterator[Call]:
        if world.streams:
            name = self.stream(world, choices)
            member = choices.pick(("Seek", "SetLength"))
            yield Call("call", f"{name}.{member}", sought(member, choices))

    def child(self, world: World, choices: Choices) -> Iterator[Call]:
        """A child that gets the handles of all servers whose clients it can hold."""
        if len(world.processes) > MOST_CHILDREN or world.files:
            return
        texts = []
        for name, stream in self.open(world):
            safe = world.safes[stream.client or 0] if stream.server else None
            if (
                safe is None
                or not stream.inheritable
                or safe.handle not in world.handles
                or safe.closed
            ):
                continue
            known = [
                n for n, each in world.texts.items() if each == world.handles[safe.handle].number
            ]
            texts.append(known[0] if known else self.name("text"))
            if not known:
                yield Call("call", f"{name}.GetClientHandleAsString", kept=texts[-1])
        name = self.name("child")
        given: dict[str, Argument] = {str(place): Ref(text) for place, text in enumerate(texts)}
        if choices.pick((0, 0, 1)) == 1:
            given["program"] = "plain"
        yield Call("start", name, given)

    def child_client(self, world: World, choices: Choices) -> Iterator[Call]:
        children = [
            n for n, texts in world.processes.items() if n not in ("parent", *world.plain) and texts
        ]
        if not children or self.crowded(world, 1):
            return
        child = choices.pick(children[::-1])
        place = choices.pick(range(len(world.processes[child])))
        number = world.texts[world.processes[child][place]]
        held = [h for h in world.handles.values() if h.process == child and h.number == number]
        taken = [
            True
            for each in world.streams.values()
            if each.process == child and world.safes[each.own].handle in world.handles
            and world.handles[world.safes[each.own].handle or 0].number == number
        ]  # fmt: skip
        if held and not taken:
            direction = "In" if held[0].access == READ else "Out"
            given: dict[str, Argument] = {"direction": direction,
                                          "pipeHandleAsString": Ref(f"{child}.arguments.{place}")}  # fmt: skip
            yield Call("new", making.CLIENT, given, self.name("client"), child)

    def gone(self, world: World, choices: Choices) -> Iterator[Call]:
        children = [name for name in world.processes if name != "parent"]
        if children:
            name = choices.pick(children)
            yield Call(choices.pick(("kill", "exit")), name, process=name)

    def file(self, world: World, choices: Choices) -> Iterator[Call]:
        """An ordinary file: it may get a number that an end has just given back."""
        if len(world.files) < 3 and len(world.processes) == 1:
            name = self.name("file")
            yield Call(
                "new",
                "Descriptor",
                {"kind": choices.pick(("file", "socket", "file", "directory"))},
                name,
            )
            yield Call("get", f"{name}.Number", kept=self.name("number"))

    def file_refused(self, world: World, choices: Choices) -> Iterator[Call]:
        """An ordinary file's number, given for a pipe's."""
        number = choices.pick(list(world.files)) if world.files else self.name("number")
        if not world.files:
            file = self.name("file")
            kind = choices.pick(("file", "socket", "directory"))
            yield Call("new", "Descriptor", {"kind": kind}, file)
            yield Call("get", f"{file}.Number", kept=number)
        direction = choices.pick(("In", "Out"))
        if choices.pick((True, False)):
            given: dict[str, Argument] = {"direction": direction,
                                          "pipeHandleAsString": f"${{{number}}}"}  # fmt: skip
            yield Call("new", making.CLIENT, given, self.name("client"))
            return
        safe = self.name("safe")
        yield Call(
            "new", "SafePipeHandle", {"preexistingHandle": Ref(number), "ownsHandle": False}, safe
        )
        handles = [Ref(each) for each in (*world.safe_names, safe)][::-1]
        if choices.pick((True, False)):
            given = {"direction": direction, "safePipeHandle": Ref(safe)}
            yield Call("new", making.CLIENT, given, self.name("client"))
        else:
            given = {"direction": direction, "serverSafePipeHandle": Ref(safe),
                     "clientSafePipeHandle": choices.pick(handles)}  # fmt: skip
            yield Call("new", making.SERVER, given, self.name("server"))
        yield Call("get", f"{safe}.IsClosed")

    def interrupt(self, world: World, choices: Choices) -> Iterator[Call]:
        """A signal for a call that waits."""
        waiting = [n for n, each in world.pending() if each.thread and not each.callback]
        if waiting:
            yield Call("signal", choices.pick(waiting))
