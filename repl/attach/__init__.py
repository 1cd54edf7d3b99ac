"""Prompts in a program that runs: `pyex.repl.listen()` in the program, and `pyex attach` in another terminal.

`listener`, `session` and `observing` are the program's side, `client` and `observer_command` are the terminal's;
`address` says where they meet, and `frame` what they tell each other.
"""
