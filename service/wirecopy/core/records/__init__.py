"""Bytes → RawArticle, Verdict → bytes."""
