"""`pyex record`: a session in the real shell, written down as a transcript while it is held.

`recorded_console` hears what is typed and shown, `recorder` takes it to a thread of its own, `writer` makes a
transcript of it, with `comment` for what is prose and `style` for the two kinds of files, and `growing_file` is what it
is written to.
"""
