"""The generated pages are those that the code would generate now, and every setting and metric is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.shell import settings, telemetry
from tools import tables

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("path", tables.PAGES)
def test_a_generated_page_is_current(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == tables.PAGES[path](), (
        "run `make docs` and commit what it writes"
    )


def test_no_setting_and_no_metric_is_missing() -> None:
    page = tables.configuration()
    assert [
        name for name in settings.Settings.model_fields if f"`{settings.variable(name)}` |" not in page
    ] == []
    page = tables.metrics()
    assert [metric.name for metric in telemetry.METRICS if f"`{metric.name}`" not in page] == []
