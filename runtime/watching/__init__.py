"""What there is to see of the processes, as data: the supervision tree, events of traces, the states of servers. The
shell and the Observer show it.
"""
