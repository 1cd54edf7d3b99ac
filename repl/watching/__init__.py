"""Watching processes in the terminal: the supervision tree, traces, and sequence charts.

Each of them is data first, and text made of that: `supervision_tree` and `tree_text`; `trace_event`, which `trace_text`
and `sequence_chart` show. The data knows nothing of a screen.
"""
