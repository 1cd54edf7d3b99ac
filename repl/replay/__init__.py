"""`pyex replay`: a player types a transcript into the real shell, and a person leads it, or takes over.

`plan` says what is to be played; `player` plays it: it shows pages of `prose` (with `inline` and `table`), and its
`typist` types inputs at the `pace` of a person, who leads it (`lead`). Its keys and the person's meet in `keyboard`.
`place` keeps where it is, for `notes` in another terminal, and for the next time. `without_terminal` prints it all.
"""
