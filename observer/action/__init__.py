"""What can be done: an action for each thing, by its name and a body, which is JSON.

    perform("exit", {"pid": "0.98.0"})          # {"ok": "#PID<0.98.0> has ended: killed"}
    perform("exit", {})                         # {"error": "pid is missing", "status": 400}

Nothing that comes in is evaluated: reasons and messages are literals.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

from pyex.errors import Exit
from pyex.observer.action.body import Body
from pyex.observer.looking.term import shown
from pyex.observer.view import Refused

# The file that each is in.
ACTIONS = {
    "exit": "signal",
    "send": "signal",
    "suspend": "server",
    "resume": "server",
    "stop": "server",
    "child": "child",
    "trace": "watch",
    "trace_clear": "watch",
    "trace_stop": "watch",
    "show": "watch",
}


def perform(name: str, body: Body) -> dict[str, Any]:
    """Do it, in the calling process, which is to be one for this alone. Returns `{"ok": text}`, or `{"error": text,
    "status": HTTP's}`.
    """
    try:
        if name not in ACTIONS:
            close = get_close_matches(name, ACTIONS, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(ACTIONS)}"
            raise Refused(f"there is no action {name!r:.80}; {hint}", 404)
        if not isinstance(body, dict):
            raise Refused("the body is a JSON object")
        return {"ok": getattr(import_module(f"pyex.observer.action.{ACTIONS[name]}"), name)(body)}
    except Refused as refused:
        return {"error": str(refused), "status": refused.status}
    except Exit as error:
        return {"error": f"that did not work: {shown(error.reason, pretty=False)}", "status": 500}
    except Exception as error:
        return {"error": f"that did not work: {type(error).__name__}: {error}"[:2000], "status": 500}
