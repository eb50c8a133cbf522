"""`wirecopy evidence`: a signed bundle that proves a copy, made by a running service or from files, and verified offline.

    wirecopy evidence ID -o bundle.zip --service http://localhost:8080
    wirecopy evidence ID -o bundle.zip --against archive.jsonl --key operator.pem
    wirecopy evidence --verify bundle.zip --key operator.pub

Exit codes: 0 made, or whole; 1 it could not be made, or was changed; 2 the command line or a setting is wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wirecopy.shell.cli.desk.client import Service, ServiceTrouble, add_service
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain, write
from wirecopy.shell.files.lines import FileTrouble, open_output, read_bytes
from wirecopy.shell.report.terminal import shown_line
from wirecopy.shell.web.exchange import segment

if TYPE_CHECKING:
    from wirecopy.shell.desk.evidence.keys import SigningKey
    from wirecopy.shell.standalone.scanned import ScannedPages

EXIT_TROUBLE: Final = 1
_USAGE: Final = "give ID, -o FILE.zip, and --service URL or --against IN; or --verify FILE.zip"
COLUMNS_MAX: Final = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the arguments."""
    add = parser.add_argument
    add("id", nargs="?", metavar="ID", help="id of the article that copies")
    add("-o", "--output", metavar="FILE.zip", help="where the bundle goes")
    add("--against", action="append", default=[], metavar="IN", help="articles that `wirecopy scan` can read")
    add("--beside", default="", metavar="ID", help="id of another source than the first")
    add(
        "--key",
        metavar="FILE",
        help="with --against the private key (default: WIRECOPY_EVIDENCE_KEY_FILE), with --verify the public one",
    )
    add("--verify", metavar="FILE.zip", help="check a bundle; nothing else is needed")
    add("--new-key", metavar="FILE", help="write a new private key, and its public key to FILE.pub")
    add_service(parser)


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    try:
        from wirecopy.shell.desk.evidence.keys import KeyFault
    except ImportError as error:
        sys.stderr.write(f"wirecopy evidence: {error.name} is missing: pip install 'wirecopy[notify]'\n")
        return EXIT_CONFIG
    try:
        if args.verify:
            return _verified(args)
        if args.new_key:
            return _new_key(Path(args.new_key))
        if not args.id or not args.output or bool(args.service) == bool(args.against):
            sys.stderr.write(f"wirecopy evidence: {_USAGE}\n")
            return EXIT_CONFIG
        made = _asked(args) if args.service else _from_files(args)
        if made is None:
            return EXIT_CONFIG
        with open_output(args.output) as file:
            file.write(made)
    except KeyFault as fault:
        sys.stderr.write(f"wirecopy evidence: {fault}\n")
        return EXIT_CONFIG
    except (ServiceTrouble, FileTrouble) as trouble:
        sys.stderr.write(f"wirecopy evidence: {trouble}\n")
        return EXIT_TROUBLE
    return 0


def _new_key(path: Path) -> int:
    from wirecopy.shell.desk.evidence.keys import new_key

    key = new_key(path)
    path.with_name(path.name + ".pub").write_bytes(key.public_pem())
    write(f"{path}: a new private key; {path}.pub: its public key")
    return 0


def _verified(args: argparse.Namespace) -> int:
    from wirecopy.shell.desk.evidence.bundle import BUNDLE_BYTES_MAX, verify
    from wirecopy.shell.desk.evidence.keys import public_of

    found = verify(
        read_bytes(args.verify, bytes_max=BUNDLE_BYTES_MAX), public_of(Path(args.key)) if args.key else ""
    )
    for fault in found.faults:
        sys.stderr.write(f"wirecopy evidence: {shown_line(fault, COLUMNS_MAX)}\n")
    if found.faults:
        return EXIT_TROUBLE
    copy, source = found.manifest["copy"], found.manifest["source"]
    write(f"whole: {len(found.manifest['files'])} parts, made {found.manifest['made_at']}")
    for name, part in (("copy", copy), ("source", source)):
        if part is not None:
            write(
                shown_line(
                    f"{name}: {part['publisher']}, {part['id']}, received {part['received_at']}", COLUMNS_MAX
                )
            )
    if not args.key:
        write(f"signed by {found.key}; give the operator's public key as --key to know whose that is")
    return 0


def _asked(args: argparse.Namespace) -> bytes:
    query = f"?beside={segment(args.beside)}" if args.beside else ""
    path = f"/articles/{segment(args.id)}/bundle.zip{query}"
    made = Service(args.service, args.token_file).bytes("GET", path)
    if not made.startswith(b"PK"):
        raise ServiceTrouble("Several articles have this id: download the bundle from the page of one.")
    return made


def _from_files(args: argparse.Namespace) -> bytes | None:
    """The bundle of an article in files, judged as `wirecopy scan` judges them; None for faulty settings."""
    import asyncio

    from wirecopy.core.engine import Engine
    from wirecopy.core.records.raw import FieldPaths
    from wirecopy.shell.desk.evidence.keys import KeyFault, key_of
    from wirecopy.shell.files.source import ArticleSource
    from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
    from wirecopy.shell.standalone.scanned import ScannedPages

    loaded = load_or_explain()
    if loaded is None:
        return None
    settings = loaded.settings
    path = args.key or settings.evidence_key_file
    if path is None:
        raise KeyFault("name the private key: --key FILE (--new-key FILE makes one)")
    key = key_of(Path(path))
    options = ScanOptions(FieldPaths(**settings.field_paths()), settings.aliases, settings.window_ms)
    engine = Engine(window_ms=settings.window_ms, rewritten=settings.rewritten)
    pages = ScannedPages(engine, options, settings.pages_articles_max)
    scan(ArticleSource(args.against), ScanOutputs(), options, engine=engine, observers=[pages])
    return asyncio.run(_bundle(pages, args, key))


async def _bundle(pages: ScannedPages, args: argparse.Namespace, key: SigningKey) -> bytes:
    from wirecopy.__main__ import version
    from wirecopy.shell.desk.evidence.contents import NoEvidence, bundle
    from wirecopy.shell.web.evidence import Evidence

    site = pages.site
    entries = site.catalogue.by_id(args.id)
    if not entries:
        raise FileTrouble(f"No article has the id {args.id}.")
    try:
        return await bundle(site, Evidence(site), entries[-1], key, version(), args.beside)
    except NoEvidence as trouble:
        raise FileTrouble(str(trouble)) from trouble
    finally:
        await site.texts.close()
