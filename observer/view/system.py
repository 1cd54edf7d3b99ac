"""The view `system`: versions and figures of the whole runtime."""

from __future__ import annotations

import os
import platform
import sys
import threading
from typing import Any

import pyex
from pyex import runtime_info
from pyex.control_block import process_table
from pyex.node import node
from pyex.observer.looking import census
from pyex.observer.looking.table_list import all_tables
from pyex.observer.view import Query
from pyex.registered_name import registered_names

_TASKS = "/proc/self/task"


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    census.all_blocks()
    own = census.own_numbers()
    tables = all_tables()
    return {
        "node": str(node()),
        "program": {"pid": os.getpid(), "command": sys.argv[0] if sys.argv else ""},
        "versions": _versions(),
        **runtime_info(),
        "own_count": sum(number in process_table for number in [*own]),
        "tables": len(tables),
        "table_objects": sum(table.objects for table in tables),
        "names": len(registered_names),
        # There are none of its own: memory is what limits processes, tables, timers and names.
        "limits": {"recursion": sys.getrecursionlimit()},
        "cpus": os.cpu_count(),
        "threads": _threads(),
    }


def _versions() -> dict[str, str]:
    return {
        "pyex": pyex.__version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
    }


def _threads() -> int:
    """Of the operating system's process; where it does not tell, those that Python knows."""
    try:
        return len(os.listdir(_TASKS))
    except OSError:
        return threading.active_count()
