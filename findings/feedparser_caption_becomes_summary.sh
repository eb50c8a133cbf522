#!/usr/bin/env bash
# Finding: a photo's caption becomes the summary of the item when it stands first
#
# Packages: feedparser 6.0.14
# Guess: `entry.summary` is the item's <description>, wherever other elements stand; media:description belongs to
#   the photo.
# Behaviour: both are read into one slot in the order of the document: with media:description first, the caption is
#   the summary, and the article's text goes to `content` as text/plain. An item without a title takes the photo's.
# Why it matters: a service that reads `summary` compares captions. Agencies' captions are shared by many articles,
#   so unrelated articles look like copies.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import feedparser

FRAME = (
    '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Harbour Letter</title>'
    "<item>{}</item></channel></rss>"
)
TEXT = "<description>The council closed the pier on Monday.</description>"
PHOTO = (
    '<media:content url="https://news.example/pier.jpg"><media:title>Pier</media:title>'
    "<media:description>The pier in April. Photo: J. Roe</media:description></media:content>"
)
for name, inner in (("text first", TEXT + PHOTO), ("photo first", PHOTO + TEXT)):
    entry = feedparser.parse(FRAME.format(inner)).entries[0]
    print(name)
    print("  title  ", entry.get("title"))
    print("  summary", entry.summary)
    print("  content", [(part.type, part.value) for part in entry.get("content", [])])
PY

cat > "$folder/seen" <<'SEEN'
text first
  title   Pier
  summary The council closed the pier on Monday.
  content [('text/plain', 'The pier in April. Photo: J. Roe')]
photo first
  title   Pier
  summary The pier in April. Photo: J. Roe
  content [('text/plain', 'The council closed the pier on Monday.')]
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
