"""Where each contestant lives: a virtual environment of its own, so that nobody's dependencies disturb another's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENVS = HERE / ".venvs"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# The shell is driven through a terminal.
SHELL_TOOLS = ("ptyprocess", "pyte")


class Unavailable(Exception):
    """Why a contestant cannot take part."""


def run(command: list[str | Path], **options: object) -> str:
    """What a command prints; raises `Unavailable` with the last line of its complaint."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        complaint = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unavailable(complaint[-1].strip() if complaint else f"exit status {done.returncode}")
    return str(done.stdout).strip()


def own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def pythons() -> dict[str, str]:
    """The Pythons that pyex can run on here, by version: this one, those on PATH and those of pyenv."""
    found = {own_version(): sys.executable}
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        candidates: list[str | Path] = [f"python{version}", *sorted(root.glob(f"{version}.*/bin/python"), reverse=True)]
        for candidate in candidates:
            if version not in found and _is_version(candidate, version):
                found[version] = str(candidate)
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


def _is_version(candidate: str | Path, version: str) -> bool:
    """A name on PATH may be only pyenv's, for a version that is not chosen."""
    try:
        return run([candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == version
    except (OSError, Unavailable):
        return False


def prepare(name: str, python: str, requirements: tuple[str, ...]) -> Path:
    """The Python of an environment that has these packages; made when it is not there yet."""
    home = VENVS / name.replace(" ", "-")
    inside = home / "bin" / "python"
    stamp = home / ".made"
    wanted = "\n".join((python, *requirements))
    if not stamp.exists() or stamp.read_text() != wanted:
        run([python, "-m", "venv", "--clear", home])
        run([inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
        stamp.write_text(wanted)
    return inside


def prepare_pyex(name: str, python: str, folder: Path) -> Path:
    """As `prepare`, with the pyex of this tree as it is now; its wheel is kept in `folder` for the next Python."""
    wheel = next(folder.glob("*.whl"), None) or build_pyex(folder)
    inside = prepare(name, python, (*pyex_requirements(), *SHELL_TOOLS))
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--force-reinstall"]
    run([inside, "-m", "pip", *install, wheel])
    return inside


def pyex_requirements() -> tuple[str, ...]:
    return tuple(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])


def build_pyex(folder: Path) -> Path:
    """Build a wheel of this tree, from a copy: what an earlier build left in the tree must not get in."""
    builder = prepare("build", sys.executable, ("setuptools>=77", "wheel"))
    with tempfile.TemporaryDirectory() as copy:
        for name in ("runtime", "repl", "observer", "pyproject.toml", "README.md", "LICENSE"):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, Path(copy, name), ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, copy)
        build = ["wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
        run([builder, "-m", "pip", *build, "--wheel-dir", folder, copy])
    return next(folder.glob("*.whl"))


def find_elixir(command: str = "elixir") -> str:
    """The command `elixir`, or another of its own; installed where that can be done without asking anybody."""
    if not shutil.which("elixir") and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "install", "--yes", "--no-install-recommends", "elixir"])
    found = shutil.which(command)
    if found is None:
        raise Unavailable("elixir is not installed (Debian: apt install elixir)")
    return found


def installed_version(python: Path, package: str) -> str:
    return run([python, "-c", f"import importlib.metadata as m; print(m.version({package!r}))"])


def elixir_version(elixir: str) -> str:
    code = 'IO.puts(System.version() <> " on OTP " <> System.otp_release())'
    return run([elixir, "-e", code])
