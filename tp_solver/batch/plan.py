"""Inputs to tasks: what is marked already is recognised, a shard leaves others' part out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path, PurePosixPath

from tp_solver.batch.people import People
from tp_solver.batch.rows import person_json
from tp_solver.batch.settings import Settings, Shard
from tp_solver.batch.store import DATA, PAGE, REFUSED, Known, Store
from tp_solver.batch.work import PARTS, Copy, File, Item, Line, Task, part_name
from tp_solver.grading.readers import Input, read_submissions
from tp_solver.grading.readers.decoding import lines
from tp_solver.grading.readers.inputs import unreadable
from tp_solver.grading.readers.items import refused
from tp_solver.grading.readers.json_lines import LARGEST, SUFFIXES
from tp_solver.grading.readers.people import Owner, cleaned
from tp_solver.grading.report import Remark, Student
from tp_solver.grading.submission import LONGEST_LINE

FEEDBACK = "feedback"
SMALL = 64 * 1024  # bytes: a file that a worker reads whole
# Submissions in a task, and where it brings whole reports back. Large batches are quick ones.
COPIES, REPORTS = 2048, 1024
OF_FILE = 8  # what a file counts for, which has to be read
CHUNK = 512  # submissions looked up at once
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

Advance = Callable[[float], None]  # told of the bytes of inputs that are dealt with


@dataclass
class Planner:
    """Makes the tasks of a run; what is stored already is placed in the order anew."""

    store: Store
    settings: Settings
    people: People
    folder: Path
    shard: Shard
    advance: Advance
    jobs: int = 1
    recognised: int = 0
    task: Task = field(default_factory=list)
    weight: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.most = self.limit = REPORTS if self.settings.data else COPIES
        self.fresh = not self.store.count()
        self.parts = self.folder / PARTS
        self.feedback = self.folder / FEEDBACK

    def tasks(self, inputs: Iterable[Input]) -> Iterator[Task]:
        """Yield tasks for what is not marked yet, in order."""
        for number, source in enumerate(inputs):
            for item in self.items(number, source):
                self.task.append(item)
                self.weight += OF_FILE if isinstance(item, File) else 1
                if self.weight >= self.limit:
                    yield self.taken()
            self.limit = self.most
        if self.task:
            yield self.taken()

    def taken(self) -> Task:
        """Return the task that was gathered, and begin another."""
        task, self.task, self.weight = self.task, [], 0
        return task

    def items(self, number: int, source: Input) -> Iterator[Item]:
        """Yield what is to be marked of one input."""
        content = blake2b(self.header(source), digest_size=16)
        size = 0
        try:
            size = source.size() if source.refused is None else 0
            if self.has_lines(source, size):
                yield from self.lines(number, source, content.digest(), size)
                return
            if size:
                with source.open() as stream:
                    while piece := stream.read(1024 * 1024):
                        content.update(piece)
        except OSError as error:
            content.update(repr(error).encode("utf-8", "replace"))
            size = 0  # reading it again tells what is wrong
        yield from self.whole(number, source, content.digest(), size)
        self.advance(size)

    def header(self, source: Input) -> bytes:
        """Return what tells an input from others of the same content."""
        self.seen[source.file] += 1  # two folders of one name may hold the same file
        parts = (source.file, source.suffix, source.owner, source.refused, self.seen[source.file])
        return repr(parts).encode("utf-8", "replace")

    def has_lines(self, source: Input, size: int) -> bool:
        """Tell whether an input is a file of lines that may be read one by one, anywhere."""
        if source.suffix not in SUFFIXES or source.refused or not 0 < size <= LARGEST:
            return False
        own = Owner(Student(cleaned(PurePosixPath(source.file).stem) or "-"))
        with source.open() as stream:
            return source.owner == own and stream.read(2) not in _UTF16

    def lines(self, number: int, source: Input, head: bytes, size: int) -> Iterator[Item]:
        """Yield the lines of a file that are to be marked; what ends it early is refused."""
        left = size
        for chunk in self.read(source):
            read = sum(len(line) for _, line in chunk if isinstance(line, bytes))
            self.limit = self.tapered(left * len(chunk) // max(read, 1))
            mine = [one for one in chunk if self.mine(number, one[0])]
            found = [self.line(number, source, head, *one) for one in mine]
            yield from self.unknown([item for item in found if item is not None])
            self.advance(read)
            left -= read

    def tapered(self, left: int) -> int:
        """Return how large a task is where so many lines are left: the last ones are small.

        So no process is left alone with much to do; but small batches are slow ones.
        """
        return max(self.most // 2, min(self.most, (left + self.weight) // self.jobs))

    def read(self, source: Input) -> Iterator[list[tuple[int, bytes | Remark]]]:
        """Yield lines, some at a time: their numbers, from 1, and themselves or what is wrong."""
        detail = f"> {LONGEST_LINE // 1024} KB"
        too_long = Remark("unreadable-file", (("detail", detail),))
        chunk: list[tuple[int, bytes | Remark]] = []
        number = 0
        try:
            with source.open() as stream:
                for number, line in enumerate(lines(stream), 1):
                    chunk.append((number, too_long if line is None else line))
                    if len(chunk) == CHUNK:
                        yield chunk
                        chunk = []
        except OSError as error:
            chunk.append((number + 1, unreadable(error)))
        yield chunk

    def mine(self, number: int, part: int = 0) -> bool:
        """Tell whether an input, or a part of it, belongs to this shard."""
        return (number + part) % self.shard.parts == self.shard.part - 1

    def line(
        self, number: int, source: Input, head: bytes, at: int, line: bytes | Remark
    ) -> Line | Copy | None:
        """Make an item of a line; nothing of a blank one."""
        if isinstance(line, Remark):
            unit = blake2b(b"%d" % at, digest_size=16, key=head).digest()
            return Copy(number, at, unit, 0, refused(source, line, at, str(at)))
        if line.isspace():
            return None
        unit = blake2b(b"%d\0%s" % (at, line), digest_size=16, key=head).digest()
        return Line(number, at, unit, source.file, line)

    def whole(self, number: int, source: Input, unit: bytes, size: int) -> Iterator[Item]:
        """Yield a small file as one item, the submissions of a large one one by one."""
        if size <= SMALL:
            if self.mine(number):
                yield from self.files(number, source, unit)
            return
        copies = enumerate(read_submissions(source))
        while chunk := list(islice(copies, CHUNK)):
            yield from self.unknown(
                [
                    Copy(number, part, unit, part, submission)
                    for part, submission in chunk
                    if self.mine(number, part)
                ]
            )

    def files(self, number: int, source: Input, unit: bytes) -> Iterator[File]:
        """Yield a file, unless all that is in it is marked already."""
        known = {} if self.fresh else self.store.known([unit])
        if known and all(self.fits(key, one) for key, one in known.items()):
            self.place(number, known.values())
        else:
            yield File(number, unit, source)

    def unknown(self, items: list[Line | Copy]) -> Iterator[Line | Copy]:
        """Yield those of some items that are not marked already."""
        if self.fresh or not items:
            yield from items
            return
        parts = [item.part if isinstance(item, Copy) else 0 for item in items]
        units = list({item.unit: None for item in items})
        known = self.store.known(units, (min(parts), max(parts)))
        placed = []
        for part, item in zip(parts, items, strict=True):
            key = (item.unit, part)
            if key in known and self.fits(key, known[key]):
                placed.append(known[key])
            else:
                yield item
        self.place(items[0].input, placed)

    def place(self, number: int, known: Iterable[Known]) -> None:
        """Give submissions that are stored their place in the order."""
        found = [(number, one.id) for one in known]
        self.store.place(found)
        self.recognised += len(found)

    def fits(self, key: tuple[bytes, int], known: Known) -> bool:
        """Tell whether a stored submission has all that this run asks for."""
        need = (DATA if self.settings.data else 0) | (PAGE if self.settings.pages else 0)
        if known.has & REFUSED:
            need &= ~PAGE
        person = self.people.of(known.student, known.file, known.place)
        if known.has & need != need or person_json(person) != known.person:
            return False
        if not need & PAGE:
            return True
        page = self.feedback / known.page if known.page else self.parts / part_name(*key)
        return page.is_file()
