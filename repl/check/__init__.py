"""`pyex check`: the sessions of transcripts are played, and what differs from what is written is told."""
