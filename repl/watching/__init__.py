"""Watching processes in the terminal: the supervision tree, traces, and sequence charts.

The data is `pyex.watching`'s; here is text made of it: `tree_text`, `trace_text` and `sequence_chart`.
"""
