"""Measure what comes in and goes out: rows a second against csv and sqlite-utils, and which quotations verify after extraction.

    python tests/bench/exchange.py [--happenings 10000] [--rows 0] [--sentences 60] [--runs 3]

Rates and ratios are medians of the processor's time, both sides in turn; the ratios of the pairs stand behind, least to most. Aims:
a third of the peer in and out, and every quotation. Pass 0 to leave a part out; --rows 0 is all rows there are, -1 none.
"""

import argparse

import exchange_extraction
import exchange_in
import exchange_out


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--happenings", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--sentences", type=int, default=60)
    parser.add_argument("--missed", action="store_true", help="tell of each quotation that does not verify")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.happenings:
        exchange_out.measure(options.happenings, options.runs)
    if options.rows >= 0:
        exchange_in.measure(options.rows, options.runs)
    if options.sentences:
        exchange_extraction.measure(options.sentences, missed=options.missed)


if __name__ == "__main__":
    main()
