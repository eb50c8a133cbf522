"""`wirecopy health`: ask the service that runs beside it, and exit 0 or 1, as container probes want it.

Uses the standard library alone and reads no settings but the port's (from the environment, as the service
does), so that a probe every few seconds costs a bare interpreter's start and not that of NumPy and the Kafka
client.
"""

from __future__ import annotations

import argparse
import http.client
import os
import sys

PROBES = ("livez", "readyz", "startupz")
ANSWER_BYTES_MAX = 64 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "probe", nargs="?", choices=PROBES, default="livez", help="the probe (default: livez)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="host of the service (default: 127.0.0.1)")
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("WIRECOPY_HTTP_PORT") or "8080",
        help="port of the service (default: WIRECOPY_HTTP_PORT, or 8080)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=3.0,
        metavar="SECONDS",
        help="longest wait for the reply (default: 3)",
    )


def main(args: argparse.Namespace) -> int:
    connection = http.client.HTTPConnection(args.host, args.port, timeout=args.timeout)
    try:
        connection.request("GET", "/" + args.probe)
        response = connection.getresponse()
        answer = response.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"wirecopy: no answer from {args.host}:{args.port}: {error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(answer + "\n")
    return 0 if response.status == http.client.OK else 1
