"""Transcripts: sessions written down in Markdown, which can be read, played, checked and taught from.

`document` reads a file into blocks, with `directive` and `session` for its parts; `play` types its inputs at a shell;
`output` compares, by the `labels` that the file has for pids and the like. What is done with transcripts is in
`pyex.repl.check`, `replay`, `record`, `export` and `lesson`.
"""
