"""A snapshot, written to a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pyex.blocking import blocking
from pyex.errors import bad_argument, describe
from pyex.observer.view import read
from pyex.scheduler import scheduler


def save(path: object) -> str:
    """See `observer.snapshot`."""
    if not isinstance(path, str | os.PathLike):
        raise bad_argument(1, f'path is where the file is to be, as "before.json", not {describe(path)}')
    target = Path(path)
    scheduler.me()  # raises where there is no process
    data = read("snapshot")
    blocking(_write, data, target)
    return str(target)


def _write(data: dict[str, object], target: Path) -> None:
    """In a thread. A file that is there already is whole at any time: the old one or the new one."""
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(data, file)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
