"""What `make eval` is made of: the errors of a run, its scores, peers in the same run, and docs/evaluation.md."""
