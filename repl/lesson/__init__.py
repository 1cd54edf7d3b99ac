"""Lessons: Markdown that explains, asks for something to be done in the learner's own shell, and sees that it is.

`lesson` reads one; `observation` sees what happens around a shell, in the words that checks are written in;
`task_check` tells whether a task is done; `answers` plays the reference answers of a lesson for `pyex check`.
"""
