"""How views look: at processes and tables, piece by piece and without asking anybody; and how what they see is written.

`census` knows all processes in figures, `table_list` all tables; `term` and `in_time` put terms into words.
"""
