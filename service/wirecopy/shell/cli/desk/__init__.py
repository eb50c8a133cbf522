"""The commands of the publisher's desk, a file each."""
