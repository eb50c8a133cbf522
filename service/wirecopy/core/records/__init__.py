"""Bytes to `RawArticle`, verdict to bytes: raw records, ninjs, fields, enriched records."""
