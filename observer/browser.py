"""Opening a page in the person's browser, without a word of it on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread

# Those that need the terminal, which is the shell's.
TEXT_BROWSERS = ("www-browser", "links", "links2", "elinks", "lynx", "w3m")
# In a program of its own: what a browser prints goes nowhere, and Ctrl+C at the terminal is not for it.
_OPEN = f"""
import sys, webbrowser
browser = webbrowser.get()
if getattr(browser, "name", "").rpartition("/")[2] in {TEXT_BROWSERS!r}:
    sys.exit(1)
sys.exit(not browser.open(sys.argv[1]))
"""
# How long it may take to say that there is none.
SECONDS = 2.0


def open_in_browser(url: str) -> bool:
    """Open a page; False where there is no browser that could show it here. From a thread."""
    if not (sys.executable and has_screen()):
        return False
    try:
        opening = subprocess.Popen(
            [sys.executable, "-I", "-c", _OPEN, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return opening.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        # Some stay as long as the browser is open.
        Thread(target=opening.wait, name="pyex browser", daemon=True).start()
        return True


def has_screen() -> bool:
    """Whether this person sits before a screen that a browser of this machine would be on."""
    if chosen := os.environ.get("BROWSER"):
        names = {each.partition(" ")[0].rpartition("/")[2] for each in chosen.split(os.pathsep)}
        return not names <= set(TEXT_BROWSERS)
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
