"""Recall: which copies still carry what a publisher has removed from its article or altered in it."""
