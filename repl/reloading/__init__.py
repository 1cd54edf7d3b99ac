"""Loading again what has changed: what is behind `r`, `c`, `recompile` and `auto_reload`.

`project` knows the files of the project, and what loads each of them again; `compiled_file` those that `c` has
compiled.
"""
