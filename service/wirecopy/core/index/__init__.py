"""What is remembered: postings, site marks, stored articles."""
