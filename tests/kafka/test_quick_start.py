"""Each producer of docs/quick-start.md, run as it stands there against a real broker: what it sends is an article
that the service can read, under a key."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import admin as foreign_admin

from tests.kafka.client import read_committed
from tools.kafka import JARS
from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

PAGE = Path(__file__).parents[2] / "docs/quick-start.md"


def block(name: str) -> str:
    found = re.search(rf"<!-- run: {name} -->\n```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)
    assert found, f"no block {name} in the page"
    return found.group(1)


def command(name: str, text: str, folder: Path) -> list[str]:
    if name == "python":
        return [sys.executable, "-c", text]
    program = {"kcat": "kcat", "java": "java"}[name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if name == "kcat":
        return ["sh", "-ec", text]
    (folder / "Send.java").write_text(text, "utf-8")
    return ["java", "-cp", f"{JARS}/*", str(folder / "Send.java")]


@pytest.mark.parametrize("name", ["kcat", "python", "java"])
def test_the_producer_of_the_page_sends_an_article(
    kafka_broker: str, unique: str, tmp_path: Path, name: str
) -> None:
    admin = foreign_admin.AdminClient({"bootstrap.servers": kafka_broker})
    topic = foreign_admin.NewTopic(f"{unique}.raw", 3, 1)  # type: ignore[attr-defined]
    admin.create_topics([topic])[f"{unique}.raw"].result(30)
    text = block(name)
    assert "localhost:9092" in text and "articles.raw" in text
    text = text.replace("localhost:9092", kafka_broker).replace("articles.raw", f"{unique}.raw")
    done = subprocess.run(
        command(name, text, tmp_path), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (sent,) = read_committed(kafka_broker, f"{unique}.raw")
    article = decode_raw(sent.value, RawPosition(sent.topic, sent.partition, 0), FieldPaths(), {})
    assert isinstance(article, RawArticle)
    assert (article.id, article.domain) == (f"{name}-1", "paper.example")
    assert sent.key == b"paper.example"


def test_every_block_that_is_to_be_run_is_run() -> None:
    assert re.findall(r"<!-- run: (\w+) -->", PAGE.read_text("utf-8")) == ["kcat", "python", "java"]
