"""What is remembered: postings, site marks, articles."""
