"""pyex.testing: tests of programs with processes, in the spirit of ExUnit.

The pytest plugin (`pyex.testing.plugin`, which pytest loads) runs tests as processes; these are the functions that
such tests call. docs/testing.md tells how.
"""

from pyex.testing.assertions import assert_receive, assert_received, refute_receive, refute_received
from pyex.testing.capture_io import capture_io, with_io
from pyex.testing.capture_log import capture_log, with_log
from pyex.testing.fixture import process_fixture
from pyex.testing.supervised import (
    fetch_test_supervisor,
    on_exit,
    start_link_supervised,
    start_supervised,
    start_supervised_ok,
    stop_supervised,
)

__all__ = [
    "assert_receive",
    "assert_received",
    "capture_io",
    "capture_log",
    "fetch_test_supervisor",
    "on_exit",
    "process_fixture",
    "refute_receive",
    "refute_received",
    "start_link_supervised",
    "start_supervised",
    "start_supervised_ok",
    "stop_supervised",
    "with_io",
    "with_log",
]
