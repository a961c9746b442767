"""Search: builds an index of generated page texts and asks it a mixed set of queries."""

import json
import shutil

from usage import Measured, NotRun

# Longest that 99 in 100 warm queries may take, in milliseconds.
P99_GOAL = 50
# Room that a page takes while its index is built and merged, in bytes, rounded up.
ROOM_PER_PAGE = 6_000


def measure(bench):
    """Runs `muniment bench search`. Returns its report with the foreign load beside it."""
    pages = bench.numbers["BENCH_SEARCH_PAGES"]
    folder = bench.folder("search-index")
    free = shutil.disk_usage(folder).free
    if free < pages * ROOM_PER_PAGE:
        raise NotRun(f"{pages} pages need {pages * ROOM_PER_PAGE >> 20} MiB, and {folder} has {free >> 20} MiB")
    with Measured() as measured:
        told = bench.muniment("--json", "bench", "search", "--pages", str(pages), "--seed", str(bench.seed),
                              "--folder", folder)
    return json.loads(told) | measured.figures()


def rows(result):
    """Returns the lines of the final table."""
    pages = result["pages"]
    yield (f"build of an index of {pages:,} pages", f"{result['pages_per_second']:.0f} pages/s", "", None)
    size = result["index_bytes"]
    yield ("size of that index", f"{size:,} bytes, {size / pages:.0f} a page", "", None)
    everything = result["all"]
    yield (f"{everything['queries']} queries, warm: p50", f"{everything['p50_ms']:.1f} ms", "", None)
    yield (f"{everything['queries']} queries, warm: p99",
           f"{everything['p99_ms']:.1f} ms ({everything['p99_cpu_ms']:.1f} ms of processor)", f"< {P99_GOAL} ms",
           everything["p99_ms"] < P99_GOAL)
    for kind in result["kinds"]:
        yield (f"    {kind['kind']}", f"p50 {kind['p50_ms']:.1f}, p99 {kind['p99_ms']:.1f} ms", "", None)
