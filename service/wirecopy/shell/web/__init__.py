"""The web pages and the HTTP server: what this replica has judged. `site.py` composes them."""
