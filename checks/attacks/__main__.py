"""Attacks on a running service by an independent client, on loopback alone: one row of docs/RELIABILITY.md after another.

    python3 checks/attacks                              every row, small, as in CI
    python3 checks/attacks malformed floods --full      these, in the size of docs/RELIABILITY.md
    python3 checks/attacks soak --full --minutes 30 --json soak.json

Each figure is a line: row, figure, value, target, and whether it is held. Figures of time are asserted by full runs only,
for which the machine should be at rest. (Needs the packages of checks/requirements.txt, and Linux.)
"""

import argparse
import importlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import figures

ROWS = (
    "malformed", "floods", "slow", "connections", "descriptors", "memory", "drain", "deadlines", "overload", "strings",
    "logs", "tokens", "certificates", "soak",
)


def arguments():
    parser = argparse.ArgumentParser(
        prog="attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)} (default: all)")
    parser.add_argument("--full", action="store_true", help="the sizes of docs/RELIABILITY.md")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="of the soak (default: 30 in a full run, else a tenth of one)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return options


def main():
    options = arguments()
    told = figures.Figures(options.full, options.seed)
    for row in options.rows or ROWS:
        told.row = row
        started = time.monotonic()
        importlib.import_module(row).run(told, options)
        print(f"{row:<12} took {time.monotonic() - started:.1f} s", flush=True)
    if options.json:
        told.write(options.json)
    return told.exit_code()


if __name__ == "__main__":
    sys.exit(main())
