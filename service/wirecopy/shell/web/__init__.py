"""The pages: what this replica has judged, for people to look at. `site.py` composes them."""
