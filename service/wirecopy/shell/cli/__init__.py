"""The commands of `wirecopy`, a file each, and what they share."""
