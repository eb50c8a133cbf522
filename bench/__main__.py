"""`python -m bench`: the comparison with peers (compare.py), or one of the other benchmarks by its name.

python -m bench [--articles N] [--repeats N]
python -m bench restart …    see restart.py
python -m bench gather …     see gather.py
python -m bench pages …      see pages.py
python -m bench files …      see files.py
"""

from __future__ import annotations

import sys

from bench import compare, files, gather, pages, restart

BENCHMARKS = {"restart": restart.main, "gather": gather.main, "pages": pages.main, "files": files.main}


def main(arguments: list[str]) -> int:
    if arguments[:1] and arguments[0] in BENCHMARKS:
        return BENCHMARKS[arguments[0]](arguments[1:])
    return compare.main(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
