"""The crash report of a process of OTP's: one of SASL's reports, which are hidden unless somebody asks for them."""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.errors import safe_repr
from pyex.otp.behaviour import module_name, name_text
from pyex.otp.gen_server.report import describe_reason
from pyex.otp.proc_lib import ANCESTORS, INITIAL_CALL
from pyex.otp.report import log, wanted
from pyex.process import Process
from pyex.self_ import self

LABEL = (Atom("proc_lib"), Atom("crash"))
ITEMS = ["registered_name", "message_queue_len", "messages", "links", "dictionary", "trap_exit", "reductions"]


def report_crash(reason: Any, error: BaseException | None = None, hint: str = "") -> None:
    """Log that the calling process ends for a reason that is not regular, and how it is; `hint` comes below the reason.
    Mirrors the crash report of `proc_lib`.
    """
    if not wanted("error", sasl=True):
        return
    info = Process.info(self(), ITEMS)
    dictionary = info["dictionary"]
    ancestors, call = dictionary.get(ANCESTORS, []), dictionary.get(INITIAL_CALL)
    own = {key: value for key, value in dictionary.items() if not str(key).startswith("$")}
    name = info["registered_name"]
    report = {
        "label": LABEL,
        "initial_call": call,
        "pid": self(),
        "registered_name": name,
        "error_info": reason,
        "ancestors": ancestors,
        "message_queue_len": info["message_queue_len"],
        "messages": info["messages"],
        "links": info["links"],
        "dictionary": own,
        "trap_exit": info["trap_exit"],
        "status": Atom("running"),
        "reductions": info["reductions"],
    }
    log("error", lambda: _text(report, error, hint), report, sasl=True)


def _text(report: dict[str, Any], error: BaseException | None, hint: str) -> str:
    name, pid = report["registered_name"], report["pid"]
    who = repr(pid) if name == [] else f"{name_text(name)} ({pid!r})"
    call = report["initial_call"]
    first = f"{module_name(call[0])}.{call[1]}/{call[2]}" if isinstance(call, tuple) and len(call) == 3 else call
    return (
        f"Process {who} terminating\n"
        f"{describe_reason(report['error_info'], error).replace('** (stop)', '** (exit)', 1)}{hint}\n"
        f"Initial Call: {first}\n"
        f"Ancestors: {safe_repr(report['ancestors'])}\n"
        f"Message Queue Length: {report['message_queue_len']}\n"
        f"Messages: {safe_repr(report['messages'])}\n"
        f"Links: {safe_repr(report['links'])}\n"
        f"Dictionary: {safe_repr(report['dictionary'])}\n"
        f"Trapping Exits: {report['trap_exit']}\n"
        f"Status: {report['status']!r}\n"
        f"Reductions: {report['reductions']}"
    )
