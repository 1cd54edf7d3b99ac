"""Who takes part: the script that does the work, what it needs installed, and how fast it is, roughly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """One column of the table, and what it is."""

    name: str
    script: str
    # Installed from the package index into an environment of its own; () needs no more than the floors do.
    requirements: tuple[str, ...] = ()
    # The work is scaled by this, so that each measurement takes around half a second.
    speed: float = 1.0


ELIXIR = Contestant("Elixir", "elixir.exs", speed=5)

PEERS = (
    ELIXIR,
    Contestant("pykka", "pykka.py", ("pykka",), speed=0.1),
    Contestant("triotp", "triotp.py", ("triotp",), speed=0.1),
    Contestant("otpylib", "otpylib.py", ("otpylib",), speed=0.1),
    Contestant("fauxtp", "fauxtp.py", ("fauxtp",), speed=0.1),
    Contestant("aioerl", "aioerl.py", ("aioerl",), speed=0.1),
    Contestant("gevent", "gevent.py", ("gevent",), speed=0.5),
    Contestant("thespian", "thespian.py", ("thespian",), speed=0.002),
    Contestant("greenlets", "bare_greenlets.py"),
    Contestant("generators", "bare_generators.py"),
)


@dataclass(frozen=True)
class Shell:
    """A prompt whose start is timed: what it shows when it is there, and what it needs installed."""

    name: str
    prompt: str
    requirements: tuple[str, ...] = ()


IEX = Shell("IEx", "iex(1)>")
CPYTHON = Shell("CPython's own", ">>>")
SHELLS = (Shell("ptpython", ">>>", ("ptpython",)), Shell("IPython", "In [1]:", ("ipython",)), IEX, CPYTHON)

# What the targets call the peers.
RIVALS = ("pykka", "triotp", "otpylib", "fauxtp")


def pyex(version: str) -> Contestant:
    """pyex on one version of Python, such as 3.12."""
    return Contestant(f"pyex {version}", "pyex.py")


def bare_prompt(version: str) -> Shell:
    """prompt_toolkit and Pygments alone, on one version of Python."""
    return Shell(f"bare prompt_toolkit {version}", "bare>")
