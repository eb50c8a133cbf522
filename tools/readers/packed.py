"""Which reader reads a packed file to its end. Run by tools.reader_tables, in a folder where the tools' files lie.

Prints one JSON object a row: `{"file": …, "reader": …, "lines": …}`; the files hold six lines each. `lines` is a
number, or "error" where the reader says that something is wrong.
"""

import bz2
import gzip
import io
import json
import lzma
import subprocess
from pathlib import Path

import cramjam
import duckdb
import indexed_bzip2
import pyarrow as pa
import zstandard

LINES_1 = b"".join(b'{"id":"%d","body":"one"}\n' % n for n in range(3))
LINES_2 = b"".join(b'{"id":"%d","body":"two"}\n' % n for n in range(3, 6))


def tool(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def pzstd(data):
    """As zstd's own parallel tool writes: each frame behind a skippable one that holds its size."""
    frame = tool("zstd", "-c", "-q", data=data)
    return b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + len(frame).to_bytes(4, "little") + frame


def streamed(path, **options):
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file, **options).read()


def copied(path):
    into = io.BytesIO()
    with path.open("rb") as file:
        zstandard.ZstdDecompressor().copy_stream(file, into)
    return into.getvalue()


def whole(module):
    def read(path):
        with module.open(path, "rb") as file:
            return file.read()

    return read


FILES = {
    "two.gz": tool("gzip", "-c", data=LINES_1) + tool("gzip", "-c", data=LINES_2),
    "padded.gz": tool("gzip", "-c", data=LINES_1) + bytes(512) + tool("gzip", "-c", data=LINES_2),
    "two.bz2": tool("bzip2", "-c", data=LINES_1) + tool("bzip2", "-c", data=LINES_2),
    "two.xz": tool("xz", "-c", data=LINES_1) + tool("xz", "-c", data=LINES_2),
    "padded.xz": tool("xz", "-c", data=LINES_1) + bytes(4) + tool("xz", "-c", data=LINES_2),
    "two.zst": tool("zstd", "-c", "-q", data=LINES_1) + tool("zstd", "-c", "-q", data=LINES_2),
    "pzstd.zst": pzstd(LINES_1) + pzstd(LINES_2),
}
READERS = {
    "gz": {
        "gzip (command)": lambda path: tool("gzip", "-dc", data=path.read_bytes()),
        "gzip (Python)": whole(gzip),
        "cramjam": lambda path: bytes(cramjam.gzip.decompress(path.read_bytes())),
        "pyarrow": lambda path: pa.input_stream(str(path), compression="gzip").read(),
    },
    "bz2": {
        "bzip2 (command)": lambda path: tool("bzip2", "-dc", data=path.read_bytes()),
        "bz2 (Python)": whole(bz2),
        "indexed_bzip2": lambda path: indexed_bzip2.open(str(path), parallelization=1).read(),
        "cramjam": lambda path: bytes(cramjam.bzip2.decompress(path.read_bytes())),
        "pyarrow": lambda path: pa.input_stream(str(path), compression="bz2").read(),
    },
    "xz": {
        "xz (command)": lambda path: tool("xz", "-dc", data=path.read_bytes()),
        "lzma (Python)": whole(lzma),
        "cramjam": lambda path: bytes(cramjam.xz.decompress(path.read_bytes())),
    },
    "zst": {
        "zstd (command)": lambda path: tool("zstd", "-dc", data=path.read_bytes()),
        "zstandard, stream_reader": lambda path: (
            zstandard.ZstdDecompressor().stream_reader(path.open("rb")).read()
        ),
        "zstandard, read_across_frames": lambda path: streamed(path, read_across_frames=True),
        "zstandard, open": whole(zstandard),
        "zstandard, copy_stream": copied,
        "cramjam": lambda path: bytes(cramjam.zstd.decompress(path.read_bytes())),
        "pyarrow": lambda path: pa.input_stream(str(path), compression="zstd").read(),
    },
}


def by_duckdb(path):
    kind = {"gz": "gzip", "zst": "zstd"}[path.suffix[1:]]
    query = f"SELECT count(*) FROM read_json('{path}', format='newline_delimited', compression='{kind}')"
    return duckdb.sql(query).fetchall()[0][0]


folder = Path.cwd()
for name, data in FILES.items():
    path = folder / name
    path.write_bytes(data)
    readers = dict(READERS[path.suffix[1:]])
    for reader, read in readers.items():
        try:
            lines = read(path).count(b"\n")
        except Exception:  # each library raises its own kinds, and all mean the same here
            lines = "error"
        print(json.dumps({"file": name, "reader": reader, "lines": lines}))
    if path.suffix in (".gz", ".zst"):
        try:
            lines = by_duckdb(path)
        except Exception:
            lines = "error"
        print(json.dumps({"file": name, "reader": "duckdb", "lines": lines}))
