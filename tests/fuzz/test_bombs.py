"""Small inputs that stand for much: memory stays within what one line may take, whatever the packing promises."""

from __future__ import annotations

import gzip
import io
import lzma
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wirecopy.core import limits

PLAIN_BYTES = 1 << 29
RSS_MB_MAX = 420  # the interpreter with NumPy takes some 80, what a sip of zstd may stand for 128, twice
READ = """
    import sys
    from wirecopy.shell.files.lines import LineReader
    with LineReader(sys.argv[1]) as reader:
        sizes = [len(line.value) for line in reader]
    # not ru_maxrss, which a child inherits from the process that started it
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(sizes, int(peak.split()[1]) // 1024)
"""


def bomb(packed: Callable[[io.BytesIO], Any]) -> bytes:
    """Half a gigabyte of one letter, without a line break."""
    out = io.BytesIO()
    stream = packed(out)
    for _ in range(PLAIN_BYTES >> 24):
        stream.write(b"a" * (1 << 24))
    stream.close()
    return out.getvalue()


BOMBS: dict[str, Callable[[io.BytesIO], Any]] = {
    "gz": lambda out: gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1),
    "xz": lambda out: lzma.LZMAFile(out, "wb", preset=0),  # noqa: SIM115 - closed by its caller
    "zst": lambda out: zstandard.ZstdCompressor(level=1).stream_writer(out, closefd=False),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("ending", BOMBS)
def test_half_a_gigabyte_in_a_small_archive_is_not_unpacked_at_once(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"bomb.{ending}"
    path.write_bytes(bomb(BOMBS[ending]))
    assert path.stat().st_size < PLAIN_BYTES // 100
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(READ), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    sizes, rss_mb = done.stdout.rsplit(maxsplit=1)
    assert sizes == f"[{limits.RAW_BYTES_MAX + 1}]", "one line, cut where the codec refuses it"
    assert int(rss_mb) < RSS_MB_MAX
