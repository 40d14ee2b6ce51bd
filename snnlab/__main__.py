"""The command `snnlab`: the workbench in a browser."""

import argparse
import os
import sys
from collections.abc import Sequence

import snnlab

LAST_PORT = 65_535
MOST = 64  # processes


def port(text: str) -> int:
    """A port as it is typed. Raises ArgumentTypeError."""
    if text.isdecimal() and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not allowed: give a whole number from 1 to {LAST_PORT}")


def number_of_processes(text: str) -> int:
    """A number of processes as it is typed. Raises ArgumentTypeError."""
    most = 1 if sys.platform == "win32" else MOST
    if text.isdecimal() and 1 <= int(text) <= most:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not allowed: give a whole number from 1 to {most}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the workbench until it is interrupted; without `arguments`, as the command line asks."""
    parser = argparse.ArgumentParser(prog="snnlab", description="Serve the workbench, and open it in a browser.")
    parser.add_argument("--port", type=port, default=5006, help=f"1 to {LAST_PORT} (default: %(default)s)")
    parser.add_argument(
        "--address",
        default="localhost",
        help="name or IPv4 address to serve at: localhost (default) for this machine alone, 0.0.0.0 for its network",
    )
    parser.add_argument(
        "--processes",
        type=number_of_processes,
        default=1,
        help="for a class: as many as there are cores, over which browsers are spread (default: %(default)s)",
    )
    parser.add_argument(
        "--basic-auth",
        default=os.environ.get("SNNLAB_BASIC_AUTH", ""),
        metavar="PASSWORD",
        help="ask for this password, or for those of a JSON file of names and passwords (default: SNNLAB_BASIC_AUTH)",
    )
    parser.add_argument("--no-browser", action="store_true", help="serve, and open nothing")
    parser.add_argument("--version", action="version", version=f"snnlab {snnlab.__version__}")
    asked = parser.parse_args(arguments)

    print("Loading the workbench ...", flush=True)  # which takes seconds, and so is not done where nothing is served
    snnlab.workbench.serve(
        asked.port,
        asked.address,
        browser=not asked.no_browser,
        processes=asked.processes,
        password=asked.basic_auth,
    )


if __name__ == "__main__":
    main()
