"""Lessons in the learner's own shell: what the guide says, when it says it, and how it goes on."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from lessons import BELLS, CRACK, CRACKED, HELPERS, LINK, LINKED, NEXT, text
from shell_session import said

from pyex.__main__ import main
from pyex.repl.lesson import course, lesson_text, progress


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The learner's folders, and where they work."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "state" / "pyex" / "lessons.json"
    progress.on_progress.clear()


@pytest.fixture(autouse=True)
def bells(tmp_path: Path) -> Path:
    """The lesson in a file."""
    path = tmp_path / "bells.md"
    path.write_text(BELLS)
    return path


def tasks_done(state: Path) -> list[str]:
    return [title for tasks in json.loads(state.read_text())["lessons"].values() for title in tasks]


# How it goes


def test_it_introduces_explains_and_asks() -> None:
    """A lesson begins with its text, what its first task says, and where help is."""
    assert said('lesson("bells.md")') == [f"\nBells\n\nA bell is a *process*.\n\n{LINK}"]


def test_it_is_silent_until_it_is_so() -> None:
    """Other things may be typed meanwhile, wrong ones too; their output is what it always is."""
    assert said('lesson("bells.md")', "1 + 1", "Process.link(1)", "1 + 1")[1::2] == ["2", "2"]


def test_it_speaks_after_the_input_that_did_it() -> None:
    """Below the result stands what was done and what it means, the explanations, and the next task."""
    assert said('lesson("bells.md")', "Process.link(old_bell)")[1] == f"True\n\n{LINKED}"


def test_another_way_will_do() -> None:
    """What counts is what is so, not what was typed."""
    typed = "old_bell = spawn_link(bell)"
    assert said('lesson("bells.md")', typed)[1].partition("\n")[2] == f"\n{LINKED}"


def test_it_goes_on_after_the_death_of_the_shell_process() -> None:
    """What is said of the shell's death stands below the new banner, and the lesson ends there."""
    lines = said('lesson("bells.md")', "Process.link(old_bell)", 'send(old_bell, "crack")', "1 + 1")
    report, _, rest = lines[2].partition("Interactive Pyex")
    assert "shell process exited with reason: an exception was raised" in report
    assert "bells.md:11: bell" in report
    assert rest.partition("\n")[2] == f"\n{CRACKED}"
    assert lines[3] == "2"


def test_a_task_that_the_shell_has_died_in_is_prepared_anew() -> None:
    """Who kills the shell by mistake finds there again what the task needs."""
    dies = 'Process.exit(self(), "kill")'
    lines = said('lesson("bells.md")', dies, "Process.alive(old_bell)", "Process.link(old_bell)")
    assert lines[2] == "True"
    assert lines[3] == f"True\n\n{LINKED}"


def test_where_the_death_is_the_task_nothing_comes_back_by_itself(bells: Path) -> None:
    """The learner is to see what is gone; naming the lesson begins the task again."""
    bells.write_text(BELLS.replace("shell_died()", 'shell_died() and shown("seen")'))
    crack, again = 'send(old_bell, "crack")', 'lesson("bells.md")'
    lines = said('lesson("bells.md")', "skip()", crack, "old_bell", again, "old_bell")
    assert lines[3].startswith("** (NameError)")
    assert lines[4] == f"\n{CRACK}"
    assert lines[5].startswith("#PID<")


def test_where_the_death_is_the_task_lesson_tells_how_to_begin_it_again(bells: Path) -> None:
    """Who has died in another way than was asked for reads how to get back what the task needs."""
    bells.write_text(BELLS.replace("shell_died()", 'shell_died() and shown("seen")'))
    advice = 'The shell process has died since, and its data with it: lesson("bells.md") begins the task again.'
    lines = said('lesson("bells.md")', "skip()", "lesson()", 'send(old_bell, "crack")', "lesson()")
    assert advice not in " ".join(lines[2].split())
    assert " ".join(lines[4].split()).endswith(advice)


def test_what_is_so_already_is_told(tmp_path: Path) -> None:
    """A task that is done before it is asked for says so."""
    write(tmp_path, "# T\n\n## Be it so\n\nHave x.\n\n```check\nx\n```\n\n```pyex answer\npyex> x = 1\n```\n")
    assert said("x = 1", 'lesson("t.md")')[1] == "\n" + text(
        "T", "T · 1 of 1: Be it so", "Have x.", HELPERS, "That is so already.", "✓ Be it so", 'The task of "T" is done.'
    )


def write(folder: Path, lesson: str) -> None:
    (folder / "t.md").write_text(lesson)


# Help

GONE = 'Where something that it needs is gone, lesson("bells.md") begins the task again.'


def test_hints_come_one_by_one_and_then_the_answer() -> None:
    """Each says how many there are; the answer is shown as often as it is asked for."""
    answer = "\n" + text("The answer, which skip() types for you:", "    Process.link(old_bell)", GONE)
    assert said('lesson("bells.md")', "hint()", "hint", "hint()", "hint()")[1:] == [
        "\nHint 1 of 2: `Process.link(pid)` links.",
        "\nHint 2 of 2: Its pid is in `old_bell`.",
        answer,
        answer,
    ]


def test_a_task_without_hints_has_an_answer() -> None:
    """Where nobody has written a hint, the answer is what there is."""
    found = said('lesson("bells.md")', "Process.link(old_bell)", "hint()")[2]
    assert found == "\n" + text("There are no hints; this is the answer:", '    send(old_bell, "crack")', GONE)


def test_skip_types_the_answer() -> None:
    """It is shown behind the prompt it would have been typed at, with what it prints, and the lesson goes on."""
    assert said('lesson("bells.md")', "skip()")[1] == f"pyex(3)> Process.link(old_bell)\nTrue\n\n{LINKED}"


def test_skip_survives_an_answer_that_kills_the_shell() -> None:
    """The lesson goes on, whatever the answer does."""
    found = said('lesson("bells.md")', "skip()", "skip()", "1 + 1")
    assert found[2].startswith('pyex(5)> send(old_bell, "crack")\n')
    assert found[2].endswith(CRACKED)
    assert found[3] == "2"


def test_skip_prepares_anew_what_was_used_up() -> None:
    """Where the learner has ended what the task is about, the answer is typed with another one."""
    found = said('lesson("bells.md")', 'Process.exit(old_bell, "kill")', "skip()")[2]
    assert found.count("Process.link(old_bell)") == 2
    assert found.endswith(f"True\n\n{LINKED}")


def test_skip_leaves_a_task_whose_answer_does_not_do_it(tmp_path: Path, state: Path) -> None:
    """It says so; the next skip() goes on, and the task stays to be done."""
    write(
        tmp_path,
        "# T\n\n## Never\n\nDo.\n\n```check\nFalse\n```\n\n```pyex answer\npyex> 1 + 1\n2\n```\n\n## Then\n\nWell.\n",
    )
    lines = said('lesson("t.md")', "skip()", "skip()")
    assert "the task is not done" in lines[1]
    assert "T · 2 of 2: Then" in lines[2]
    assert '0 of 1 tasks done. lesson("t.md") goes back' in lines[2].replace("\n", " ")
    assert not state.exists()


def test_skip_presses_control_c_and_names_the_pids_that_came(tmp_path: Path) -> None:
    """As a transcript is played: `^C` is pressed, and a label that an answer prints may be named after it."""
    answer = """
        pyex> Process.sleep("infinity")
        ^C
        ** (KeyboardInterrupt)
        pyex> spawn(Process.sleep, 60000)
        #PID<0.500.0>
        pyex> x = pid("0.500.0")
        #PID<0.500.0>
        """
    fence = f"```pyex answer\n{textwrap.dedent(answer).strip()}\n```"
    write(tmp_path, f"# T\n\n## Name it\n\nDo.\n\n```check\nx in living()\n```\n\n{fence}\n")
    found = said('lesson("t.md")', "skip()")[1]
    assert "** (KeyboardInterrupt)" in found
    assert found.endswith("✓ Name it\n\nThe task of \"T\" is done.")


def test_set_ups_are_quiet(tmp_path: Path) -> None:
    """A class that a set-up defines once more is no news to the learner."""
    set_up = "<!-- pyex: set-up\nclass Bell:\n    pass\n-->"
    task = "```check\nx\n```\n\n```pyex answer\npyex> x = 1\n```"
    write(tmp_path, f"# T\n\n## A\n\n{set_up}\n\nDo.\n\n{task}\n")
    lines = said("class Bell: pass", 'lesson("t.md")', "class Bell: pass")
    assert "redefining" not in lines[1]
    assert lines[2] == "warning: redefining module Bell"


@pytest.mark.parametrize("call", ["hint()", "skip()", "lesson(False)"])
def test_without_a_lesson_there_is_no_help(call: str) -> None:
    """The error says what there is instead."""
    assert said(call)[0].startswith(f"** (RuntimeError) {call} is for a lesson, and none runs here")


# Another day


def test_it_goes_on_where_it_was_left(state: Path) -> None:
    """In a new program the lesson begins at the task that is not done, prepared, with the explanation before it."""
    said('lesson("bells.md")', "Process.link(old_bell)")
    assert tasks_done(state) == ["Link the bell"]
    lines = said('lesson("bells.md")', "Process.alive(old_bell)")
    assert lines[0] == "\n" + text("Bells", "1 of 2 tasks are done. On with the next:", NEXT, CRACK, HELPERS)
    assert lines[1] == "True"


def test_restart_begins_anew(state: Path) -> None:
    """What was done of the lesson is to be done again."""
    said('lesson("bells.md")', "Process.link(old_bell)")
    assert LINK in said('lesson("bells.md", restart=True)')[0]
    assert tasks_done(state) == []


def test_a_finished_lesson_says_so() -> None:
    """Its tasks are done; it says how to begin it anew."""
    said('lesson("bells.md")', "skip()", "skip()")
    found = said('lesson("bells.md")', "hint()")
    assert found[0].replace("\n", " ").strip() == (
        'All tasks of "Bells" are done; lesson("bells.md", restart=True) begins it anew.'
    )
    assert "none runs here" in found[1]


def test_enough_for_now() -> None:
    """lesson(False) ends it, and says how to go on."""
    lines = said('lesson("bells.md")', "lesson(False)", "Process.link(old_bell)", 'lesson("bells.md")')
    assert lines[1:3] == ['\nlesson("bells.md") goes on with it.', "True"]
    assert LINK in lines[3]


def test_an_edited_lesson_keeps_what_fits(bells: Path) -> None:
    """Tasks are known by their titles: one that is new is to be done, and the others stay done."""
    said('lesson("bells.md")', "skip()", "skip()")
    bells.write_text(bells.read_text().replace("## Crack it", "## Crack the bell"))
    assert "1 of 2 tasks are done. On with the next:" in said('lesson("bells.md")')[0]


def test_a_task_that_came_in_between_is_asked_for_alone(bells: Path) -> None:
    """What is done behind it is not asked for again."""
    said('lesson("bells.md")', "skip()", "skip()")
    bells.write_text(BELLS.replace("## Link the bell", "## Link it"))
    lines = said('lesson("bells.md")', "Process.link(old_bell)")
    assert "Bells · 1 of 4: Link it" in lines[0]
    assert "Crack it" not in lines[1] and lines[1].endswith('All 2 tasks of "Bells" are done.')


def test_damaged_progress_is_told_and_the_lesson_goes_on(state: Path) -> None:
    """The message names the file, and where it is now."""
    state.parent.mkdir(parents=True)
    state.write_text("{")
    lines = said('lesson("bells.md")', "Process.link(old_bell)")
    told = lines[0].replace("\n", " ")
    assert "damaged" in told and "lessons.json.damaged" in told.replace(" ", "")
    assert LINK in lines[0] and "damaged" not in lines[1]
    assert tasks_done(state) == ["Link the bell"]


def test_two_shells_keep_what_both_have_done(state: Path) -> None:
    """While one goes through a lesson, another program does another task: neither is lost."""
    def meanwhile(*_: object) -> None:
        progress.Progress(str(state)).add("elsewhere", "Another task")

    progress.on_progress.append(meanwhile)
    said('lesson("bells.md")', "skip()", "skip()")
    assert sorted(tasks_done(state)) == ["Another task", "Crack it", "Link the bell"]


def test_others_hear_of_progress() -> None:
    """Who wants to know is told the lesson, the task, and how many of how many are done."""
    heard: list[tuple[str, str, int, int]] = []
    progress.on_progress.append(lambda *told: heard.append(told))
    said('lesson("bells.md")', "skip()", "skip()")
    assert heard == [("bells", "Link the bell", 1, 2), ("bells", "Crack it", 2, 2)]


def test_a_listener_that_fails_disturbs_nobody() -> None:
    """The lesson goes on."""
    def fail(*_: object) -> None:
        raise OSError("no network")

    progress.on_progress.append(fail)
    warning = "warning: progress was not passed on (OSError: no network)"
    assert said('lesson("bells.md")', "Process.link(old_bell)")[1] == f"True\n{warning}\n\n{LINKED}"


# The list


def test_lesson_tells_how_to_begin_the_task_again(tmp_path: Path) -> None:
    """Who has lost what the task needs reads how to have it back."""
    end = 'Process.exit(old_bell, "kill");'
    lines = said('lesson("bells.md")', end, "lesson()", 'lesson("bells.md")', "Process.link(old_bell)")
    assert lines[2].endswith('lesson("bells.md") begins the task again, with all that it needs.')
    assert lines[4].endswith(LINKED)


def test_the_list_shows_what_is_done_and_the_task() -> None:
    """lesson() lists the course and the lesson that runs, marks it, and says its task once more."""
    table, _, task = said('lesson("bells.md")', "Process.link(old_bell)", "lesson()")[2].partition("\n\n")
    lines = table.splitlines()
    assert lines[0].split() == ["Lesson", "Title", "Tasks"]
    assert lines[-1].split() == [">", "bells.md", "Bells", "1/2"]
    assert task == text(CRACK, 'lesson("bells.md") begins the task again, with all that it needs.')


def test_the_list_marks_what_is_finished() -> None:
    """A finished lesson has a tick; where none runs, the list says with which to begin."""
    lines = said('lesson("bells.md")', "skip()", "skip()", "lesson()")[3].splitlines()
    assert lines[-3].split() == ["bells.md", "Bells", "2/2", "✓"]
    assert lines[-1] == 'lesson("processes") begins the next lesson.'


def finish(*keys: str) -> None:
    """Have all tasks of these lessons of the course be done."""
    for key in keys:
        for section in course.find(key).read().sections:
            if section.task is not None:
                progress.progress().add(key, section.title)


def test_the_list_names_the_lesson_to_go_on_with() -> None:
    """It is the first that is not done; one that was begun goes on."""
    finish("processes")
    assert said("lesson()")[0].splitlines()[-1] == 'lesson("messages") begins the next lesson.'
    progress.progress().add("messages", "Send a message")
    assert said("lesson()")[0].splitlines()[-1] == 'lesson("messages") goes on where you left it.'


def test_the_list_says_that_all_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """At the prompt and on the command line: nothing is left to go on with."""
    finish(*[entry.key for entry in course.course()])
    last = said("lesson()")[0].splitlines()[-1]
    assert last == 'All lessons are done; lesson("processes", restart=True) begins one anew.'
    capsys.readouterr()
    assert main(["lesson"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "All are done; pyex lesson --restart processes begins one anew."


def test_naming_the_lesson_that_runs_begins_its_task_again() -> None:
    """What was used up is there again; the tasks before stay done."""
    end = "Process.unlink(old_bell), Process.exit(old_bell, 'kill');"
    lines = said('lesson("bells.md")', "skip()", end, 'lesson("bells.md")', 'Process.alive(old_bell)')
    assert lines[3:] == [f"\n{CRACK}", "True"]


def test_another_lesson_takes_its_place(tmp_path: Path) -> None:
    """One lesson runs in a shell."""
    write(tmp_path, "# T\n\n## Be it so\n\nHave x.\n\n```check\nx\n```\n\n```pyex answer\npyex> x = 1\n```\n")
    lines = said('lesson("bells.md")', 'lesson("t.md")', "Process.link(old_bell)", "x = 1")
    assert "Have x." in lines[1]
    assert lines[2] == "True"
    assert "✓ Be it so" in lines[3]


# What is wrong


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ('lesson("procesess")', '(ArgumentError) there is no lesson \'procesess\'; did you mean "processes"'),
        ('lesson("xyzzy")', "(ArgumentError) there is no lesson 'xyzzy'; lesson() lists all"),
        ('lesson("none.md")', "(ArgumentError) there is no file 'none.md'"),
        ("lesson(7)", "(ArgumentError) lesson takes a name"),
        ('lesson("bells.md", restart="yes")', "(ArgumentError) restart is True"),
    ],
)
def test_what_is_no_lesson_is_refused(call: str, error: str) -> None:
    """The error says what there is, and names what is near."""
    assert said(call)[0].startswith(f"** {error}")


def test_a_file_with_a_mistake_is_told_with_its_line(bells: Path) -> None:
    """File and line, what is wrong, and what to write instead; the shell goes on."""
    bells.write_text(BELLS.replace("linked(old_bell)", "linked(old_bell"))
    line = bells.read_text().split("\n").index("linked(old_bell") + 1
    lines = said('lesson("bells.md")', "1 + 1")
    assert lines[0].splitlines()[0].startswith("** (BadTranscript) ")
    assert f"bells.md:{line}: the check is no Python" in lines[0]
    assert lines[1] == "2"


def test_a_set_up_that_fails_is_told_with_its_line(bells: Path) -> None:
    """The error names the line of the file, and the lesson goes on as far as it can."""
    bells.write_text(BELLS.replace("old_bell = spawn(bell)", "old_bell = spawn(bel)"))
    line = bells.read_text().split("\n").index("old_bell = spawn(bel)") + 1
    found = said('lesson("bells.md")')[0]
    assert f"bells.md:{line}: <module>" in found
    assert "has failed" in found.replace("\n", " ") and LINK in found


def test_a_guide_that_is_killed_is_told_in_one_line() -> None:
    """The shell goes on, and says how the lesson does."""
    kill = '[Process.exit(p, "kill") for p in Process.list() if "teach" in str(Process.info(p, "initial_call"))];'
    lines = said('lesson("bells.md")', kill, "1 + 1", 'lesson("bells.md")')
    assert lines[1] == 'warning: the lesson has stopped (:killed); lesson("bells.md") goes on with it'
    assert lines[2] == "2"
    assert LINK in lines[3]


def test_a_guide_that_fails_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours costs the lesson and nothing else."""
    monkeypatch.setattr(lesson_text, "hint", lambda *_: 1 // 0)
    lines = said('lesson("bells.md")', "hint()", "Process.link(old_bell)")
    assert lines[1] == (
        "warning: the lesson has stopped (ZeroDivisionError: integer division or modulo by zero); "
        'lesson("bells.md") goes on with it'
    )
    assert lines[2] == "True"


def test_a_check_that_never_ends_holds_up_no_prompt(tmp_path: Path) -> None:
    """The shell answers, and can be left."""
    check = "while True:\n    pass\nTrue"
    write(tmp_path, f"# T\n\n## Never\n\nDo.\n\n```check\n{check}\n```\n\n```pyex answer\npyex> 1\n1\n```\n")
    assert said('lesson("t.md")', "1 + 1")[1] == "2"


def test_it_is_no_process_of_the_learners() -> None:
    """Neither tree() nor the shell's links and mailbox show the guide."""
    lines = said(
        'lesson("bells.md")',
        'Process.info(self(), "links")',
        'Process.info(self(), "messages")',
        'Process.exit(old_bell, "kill");',
        "tree()",
    )
    assert lines[1:3] == ['(:links, [])', '(:messages, [])']
    assert "teach" not in lines[4] and "guide" not in lines[4]


def test_at_the_prompt_of_a_stopped_process_it_says_where_it_is() -> None:
    """Lessons are at the shell's own prompt."""
    lines = said('lesson("bells.md")', "pry()", "hint()", "continue_()")
    assert "lessons are at the shell's own prompt" in lines[2]
