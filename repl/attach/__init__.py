"""Prompts in a program that runs: `pyex.repl.listen()` in the program, and `pyex attach` in another terminal.

`listener` and `session` are the program's side, `client` is the terminal's; `address` says where they meet, and `frame`
what they tell each other.
"""
