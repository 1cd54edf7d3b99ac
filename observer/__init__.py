"""The Observer: see the processes, kill one, watch it come back.

    observer.start()        # opens a page in the browser; returns its address
    observer.cli()          # the same in the terminal
    observer.snapshot("before.json")
    observer.stop()
"""

from __future__ import annotations

from os import PathLike

__all__ = ["cli", "snapshot", "start", "stop"]


def start(*, readonly: bool = False, host: str = "127.0.0.1", port: int = 0, browser: bool = True) -> str:
    """Serve the Observer's page, and open it in the browser.

        url = observer.start()
        url                         # 'http://127.0.0.1:41213/?token=…'

    `readonly=True` is for a screen that others share: nothing can be done there, only seen. `host` and `port` are where
    it listens: by default only this machine reaches it, at a free port. `browser=False` opens none. Where it is started
    already this is the address that it has; with other options than it has, it is started anew.

    Returns the address, whose token is the key: who has it can look, and act. Raises `ErlangError` where it cannot
    listen, and `NotRunning` while the runtime does not run. Mirrors `:observer.start/0`.
    """
    from pyex.observer.window import open_window

    return open_window(readonly=readonly, host=host, port=port, browser=browser)


def stop() -> str:
    """Stop serving the page. Returns "ok", also where it was not started. Mirrors `:observer.stop/0`."""
    from pyex.observer.window import close_window

    return close_window()


def snapshot(path: str | PathLike[str]) -> str:
    """Write down how everything is now: what the Observer shows, as a file.

        observer.snapshot("before.json")

    It is opened by `pyex observer before.json`, or by "Open" on the page, on any machine; two of them are compared.
    With 10,000 processes it takes some seconds, in which the others go on; of very many processes and of big tables it
    holds the first. What was logged, the load and the trace are in it where an Observer is started.

    Returns the path. Raises `NotRunning` outside of a process, and `OSError` where the file cannot be written.
    """
    from pyex.observer.snapshot_file import save

    return save(path)


def cli() -> str:
    """Show the Observer in the terminal, on the whole screen, until it is left with q.

        observer.cli()

    The processes, trees, tables and log that the page shows, refreshed each second; k ends a process, and ? tells the
    keys. What processes print meanwhile appears afterwards. The calling process waits; when it is killed the terminal
    is given back all the same.

    Returns "ok". Raises `ErlangError` where there is no terminal, or somebody else reads from it. Mirrors
    `observer_cli:start/0`.
    """
    from pyex.observer.terminal.screen import show

    return show()
