"""Where a replay is: kept in a file at each step, for the notes in another terminal, and for going on after a crash.

    keeper = Keeper(path_for("talk.md"))
    keeper.keep(Place(...))
    read(path_for("talk.md"))       # Place(...), or None
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pyex.repl.replay.plan import Plan
from pyex.repl.state_folder import make_private_folder, state_folder
from pyex.repl.transcript.session import Step


@dataclass
class Place:
    """The item that comes next, by its number, its line and, where it is an input, its text; and what a speaker wants
    to know of it. `began` is the time at which the replay began, `process` the number of its process."""

    item: int
    line: int
    text: str
    number: int
    inputs: int
    heading: str
    next_heading: str
    note: str
    next_note: str
    mode: str
    began: float
    process: int


def path_for(transcript: str) -> Path:
    """The file for a transcript's places: `$XDG_STATE_HOME/pyex/replay/NAME-….json`. Raises `OSError` where there is no
    home folder."""
    whole = os.path.realpath(transcript)
    name = re.sub(r"[^\w.-]", "_", Path(whole).stem)[:60]
    digest = hashlib.sha256(whole.encode(errors="surrogateescape")).hexdigest()[:12]
    return Path(state_folder()) / "replay" / f"{name}-{digest}.json"


def place_at(plan: Plan, index: int, *, mode: str, began: float) -> Place:
    """The place before an item; at the end when there is none."""
    item = plan.items[index] if index < len(plan.items) else None
    section, following = plan.section_at(index), plan.section_after(index)
    here = plan.items[index - 1].note if 0 < index <= len(plan.items) else ""
    return Place(
        item=index,
        line=item.line if item is not None else 0,
        text=_next_text(plan, index),
        number=plan.inputs_before(index),
        inputs=plan.inputs,
        heading=section.title if section is not None else "",
        next_heading=following.title if following is not None else "",
        note=here,
        next_note=item.note if item is not None else "",
        mode=mode,
        began=began,
        process=os.getpid(),
    )


def _next_text(plan: Plan, index: int) -> str:
    """The first input from an item on; "" where none follows."""
    return next((item.what.text for item in plan.items[index:] if isinstance(item.what, Step)), "")


def item_of(plan: Plan, place: Place) -> int:
    """The item at which a place is, in a file that may have changed since: where its next input stands now, the
    nearest if it stands there more than once; -1 where it is gone."""
    if not place.text:
        return len(plan.items) if place.number == place.inputs == plan.inputs else -1
    found = [n for n, item in enumerate(plan.items) if isinstance(item.what, Step) and item.what.text == place.text]
    if _next_text(plan, place.item) == place.text and plan.items[place.item].line == place.line:
        return place.item
    return min(found, key=lambda n: abs(n - place.item), default=-1)


class Keeper:
    """Writes places into a file. Whatever is wrong with it, the replay goes on: `problem` says what."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.problem = ""

    def keep(self, place: Place) -> None:
        """Put this place into the file, all of it or nothing."""
        if self.path is None:
            return
        try:
            make_private_folder(str(self.path.parent))
            beside = self.path.with_suffix(f".{os.getpid()}.new")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
                json.dump(asdict(place), file, ensure_ascii=False, indent=1)
            os.replace(beside, self.path)
        except OSError as error:
            self.problem = f"the place is not kept: {error.strerror or error}: {self.path}"
            self.path = None


class BadPlace(Exception):
    """A file that holds no place; the text says which, and what to do."""


def read(path: Path) -> Place | None:
    """The place in a file; None where there is none. Raises `BadPlace`."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadPlace(f"{path}: {error.strerror or os.strerror(error.errno or errno.EIO)}") from None
    except ValueError:
        raise BadPlace(f"{path} is damaged: remove it, and begin with --from HEADING") from None
    wanted = {field.name: str(field.type) for field in fields(Place)}
    if not isinstance(stored, dict) or any(type(stored.get(name)).__name__ != kind for name, kind in wanted.items()):
        raise BadPlace(f"{path} is damaged: remove it, and begin with --from HEADING")
    return Place(**{name: stored[name] for name in wanted})
