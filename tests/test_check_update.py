"""`pyex check --update`: what was printed is written into the file, and nothing else is changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyex.repl.check import command


def updated(path: Path, text: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, int, str]:
    """The text of a file after an update, its status, and what was printed."""
    path.write_bytes(text.encode())
    status = command.main(["--update", *options, str(path)])
    return path.read_bytes().decode(), status, capsys.readouterr().out.replace(str(path), path.name)


BEFORE = """\
# Title

1. In a list:

   ```pyex
   pyex(1)> me = self()
   #PID<0.98.0>
   pyex(2)> [me, spawn(int), object()]
   pyex(3)> print("a", "", "b", sep=chr(10))
   x
   pyex(4)>
   y

   pyex(4)> print("12:00:00 z"); 5
   11:11:11 z
   6
   pyex(5)> [1,
   ...(5)>  2]
   pyex(6)> print("one", "two", "three", sep=chr(10)); input("name? ")
   on...
   ...
   three
   name? Ann
   'Bob'
   pyex(7)> while True: pass
   ...(7)>
   ^C
   old
   ```

Prose\twith a tab.

> ```pyex
> pyex(1)> me
> #PID<0.97.0>
> ```

<!-- pyex: skip -->
```pyex
pyex(1)> 1
2
```

<!-- pyex: may fail -->
```pyex
pyex(1)> 1
2
```
The end"""

AFTER = """\
# Title

1. In a list:

   ```pyex
   pyex(1)> me = self()
   #PID<0.98.0>
   pyex(2)> [me, spawn(int), object()]
   [#PID<0.98.0>, #PID<0.99.0>, <object object at ADDRESS>]
   pyex(3)> print("a", "", "b", sep=chr(10))
   a

   b
   pyex(4)>

   pyex(4)> print("12:00:00 z"); 5
   11:11:11 z
   5
   pyex(5)> [1,
   ...(5)>  2]
   [1, 2]
   pyex(6)> print("one", "two", "three", sep=chr(10)); input("name? ")
   on...
   ...
   three
   name? Ann
   'Ann'
   pyex(7)> while True: pass
   ...(7)>
   ^C
   ** (KeyboardInterrupt)
       pyex(7):1: <module>
   ```

Prose\twith a tab.

> ```pyex
> pyex(1)> me
> #PID<0.98.0>
> ```

<!-- pyex: skip -->
```pyex
pyex(1)> 1
2
```

<!-- pyex: may fail -->
```pyex
pyex(1)> 1
2
```
The end"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_outputs_are_rewritten_in_place(tmp_path: Path, capsys: pytest.CaptureFixture[str], line_end: str) -> None:
    """Lines that match, prose, inputs, margins, line ends, answers and the last line's end stay; a second update
    changes nothing, and a check then finds nothing."""
    path = tmp_path / "a.md"
    after, status, told = updated(path, BEFORE.replace("\n", line_end), capsys)
    address = after.partition("object at ")[2].partition(">")[0]
    assert after == AFTER.replace("ADDRESS", address).replace("\n", line_end)
    assert (status, told) == (0, "a.md: 7 of 9 inputs rewritten\n")
    again, status, told = updated(path, after, capsys)
    assert again == after
    assert status == 0
    assert told.splitlines()[-1] == "a.md: 9 inputs, all as written; 1 that may fail differs; 1 session skipped"


def test_the_mode_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is rewritten may be read by those who might before, and a link to it stays one."""
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to(real)
    after, _, _ = updated(link, "```pyex\npyex(1)> 1\n```\n", capsys)
    assert after == real.read_text() == "```pyex\npyex(1)> 1\n1\n```\n"
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```pyex\npyex(1)> print('```')\n```\n", "a.md:2: nothing was rewritten: its output cannot stand in"),
        ("```pyex\npyex(1)> print('pyex(1)> x')\n```\n", "a.md:2: nothing was rewritten: its output cannot stand in"),
        ("```pyex\npyex(1)> 1\n2\npyex(1)> exit()\npyex(1)> 1\n```\n", "a.md:5: nothing was rewritten: it was not"),
        ("```pyex\npyex(1)> 1\n2\npyex(1)> __import__('os')._exit(7)\n```\n", "a.md:2\n"),
        ("```pyex\npyex(1)> 1\n2\n", "a.md:1: this fence has no end"),
        ("<!-- pyex: timeout 100 -->\n```pyex\npyex(1)> Process.sleep(900)\n```\n", "a.md:3: nothing was rewritten:"),
    ],
)
def test_what_did_not_go_well_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    """An output that would be read as something else, an input that came to no end: the file stays, and it is told."""
    after, status, printed = updated(tmp_path / "a.md", text, capsys)
    assert (after, status) == (text, 1)
    assert printed.startswith(told)


def test_a_read_only_file_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has forbidden to write to it is believed."""
    path = tmp_path / "a.md"
    path.write_text("```pyex\npyex(1)> 1\n2\n```\n")
    path.chmod(0o444)
    assert command.main(["--update", str(path)]) == 1
    assert capsys.readouterr().out == f"{path}: nothing was rewritten: the file is read-only\n"
    assert "2" in path.read_text()


def test_a_file_that_was_changed_meanwhile_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody has written since the file was read is not lost."""
    path = tmp_path / "a.md"
    text = f"```pyex\npyex(1)> open({str(path)!r}, 'a').write('new')\n```\n"
    after, status, told = updated(path, text, capsys)
    assert (after, status) == (f"{text}new", 1)
    assert told == "a.md: nothing was rewritten: the file has been changed meanwhile\n"


def test_a_plain_session_is_rewritten_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A .pyex file with prompts is; one of bare inputs says nothing of outputs, and stays."""
    after, _, _ = updated(tmp_path / "a.pyex", "pyex(1)> 1\n2\npyex(2)> 3", capsys)
    assert after == "pyex(1)> 1\n1\npyex(2)> 3\n3\n"
    assert updated(tmp_path / "b.pyex", "1 + 1\n", capsys)[0] == "1 + 1\n"
