"""The shell: a process that asks for inputs, and another, the evaluator, that runs them and may die of them.

`shell` and `evaluator` are the two; `bindings` are the names at the prompt, `value_history` what `v(n)` finds,
`outcome` how an input can end beside a value, `dot_file` what is evaluated first. `current` says at which shell a
helper is called.
"""
