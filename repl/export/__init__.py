"""`pyex export`: a transcript as a page, a picture that moves, a cast, a text or a script.

A file for each format: `html_page`, `svg`, `cast`, `plain_text`, `script`. They are made from what is written; nothing
is run, and the same file gives the same bytes. `screen_lines` has the sessions line by line in the shell's colours
(`colouring`), and `recording` has them typed in time: `cast` writes that down and `svg` draws it.
"""
