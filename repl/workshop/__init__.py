"""`pyex workshop`: lessons for a room. The teacher's shell serves them, and shows how far everyone is; learners join
with `pyex lesson --join URL`."""
