"""The second pytest plugin: the sessions in a project's texts are tests.

    pytest README.md                               # a file that is named is collected
    pytest --pyex-transcripts='docs/*.md'          # and so are those that a glob finds

or, for every run, in pyproject.toml:

    [tool.pytest.ini_options]
    pyex_transcripts = ["README.md", "docs/*.md"]

Each session is a test, named by the heading above it and its line. The sessions of a file are one shell: the first of
them that is run plays the file in a Python of its own, as `pyex check` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pyex.repl.check.outcome import Difference, Outcome
    from pyex.repl.transcript.document import Document
    from pyex.repl.transcript.session import Session

INI, OPTION = "pyex_transcripts", "--pyex-transcripts"
_ENDINGS = (".md", ".pyex")
_found = pytest.StashKey[set[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(INI, "files whose pyex sessions are tests: globs, from the root folder on", type="args", default=[])
    group = parser.getgroup("pyex")
    group.addoption(
        OPTION, metavar="GLOB", action="append", default=[], help="files whose pyex sessions are tests, from here on"
    )


def pytest_configure(config: pytest.Config) -> None:
    asked = _files(config.invocation_params.dir, config.getoption("pyex_transcripts"))
    found = _files(config.rootpath, config.getini(INI))
    config.stash[_found] = asked | found
    # Whoever names files or folders means those; otherwise what is set for every run is added to testpaths.
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        asked |= found
    here = config.invocation_params.dir
    folders = [(here / word.partition("::")[0]).resolve() for word in config.args]
    config.args += [str(path) for path in sorted(asked) if not any(path.is_relative_to(each) for each in folders)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    is_named = file_path.suffix in _ENDINGS and parent.session.isinitpath(file_path)
    if not is_named and file_path.resolve() not in parent.config.stash[_found]:
        return None
    return TranscriptFile.from_parent(parent, path=file_path)


def _files(folder: Path, globs: Iterable[str]) -> set[Path]:
    found = set()
    for each in globs:
        # A glob that starts at the root of the system is taken as it stands.
        start, pattern = (Path(folder.anchor), each[1:]) if os.path.isabs(each) else (folder, each)
        found |= {path.resolve() for path in start.glob(pattern) if path.is_file()}
    return found


class TranscriptFile(pytest.File):
    """A file with sessions."""

    _outcome: Outcome | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each session."""
        from pyex.repl.check.reading import read_to_check
        from pyex.repl.transcript.document import Heading
        from pyex.repl.transcript.errors import BadTranscript
        from pyex.repl.transcript.session import Session

        try:
            self.document: Document = read_to_check(self.played_as)
        except BadTranscript as error:
            raise self.CollectError(str(error)) from None
        title = self.path.stem
        for block in self.document.blocks:
            if isinstance(block, Heading):
                title = block.title.replace("::", ":")
            elif isinstance(block, Session):
                name = f"{title} (line {block.line})"
                item: pytest.Item = TranscriptSession.from_parent(self, name=name, transcript=block)
                yield item

    @property
    def played_as(self) -> str:
        """The file's name from the root folder on, where it is played."""
        return os.path.relpath(self.path, self.config.rootpath)

    def outcome(self) -> Outcome:
        """What came of playing the file, which is done once."""
        from pyex.repl.check.workers import play_files

        if self._outcome is None:
            (self._outcome,) = play_files([self.played_as], folder=str(self.config.rootpath))
        return self._outcome

    def owner(self, line: int) -> Session:
        """The session that a line belongs to: what stands above a session is for that."""
        sessions = [session for session in self.document.sessions if not session.is_skipped]
        return next((each for each in sessions if last_line(each) >= line), sessions[-1])


class Differs(Exception):
    """A session that prints something else than is written."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


class TranscriptSession(pytest.Item):
    """One session of a file."""

    def __init__(self, *, transcript: Session, **more: Any) -> None:
        super().__init__(**more)
        self._transcript = transcript

    @property
    def file(self) -> TranscriptFile:
        assert isinstance(self.parent, TranscriptFile)
        return self.parent

    def runtest(self) -> None:
        from pyex.repl.check.report import told

        if self._transcript.is_skipped:
            pytest.skip("the file says: skip")
        outcome = self.file.outcome()
        own = [each for each in outcome.differences if self.file.owner(each.line) is self._transcript]
        failures: list[Difference] = [each for each in own if not each.may_fail]
        for each in own:
            if each.may_fail:
                self.add_report_section("call", "transcript", "\n".join(told(outcome.path, each)))
        coloured = self.config.get_terminal_writer().hasmarkup
        lines = [line for each in failures for line in [*told(outcome.path, each, coloured=coloured), ""]]
        # What comes after the place where the interpreter died was not played.
        if outcome.problem and outcome.line <= last_line(self._transcript):
            place = f"{outcome.path}:{outcome.line}" if outcome.line else outcome.path
            lines.append(f"{place}: {outcome.problem}")
        if lines:
            raise Differs(lines)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The difference, and no stack of pytest's own."""
        return str(excinfo.value) if isinstance(excinfo.value, Differs) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._transcript.line - 1, self.name


def last_line(session: Session) -> int:
    """The last line of a session's inputs and outputs."""
    return max(max([step.line + step.text.count("\n"), *step.output_lines]) for step in session.steps)
