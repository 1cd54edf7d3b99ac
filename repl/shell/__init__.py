"""The shell: a process that asks for inputs, and another, the evaluator, that runs them and may die of them."""
