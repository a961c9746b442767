"""Memory: the whole process tree, sampled while one long PDF is ingested. Flat means that more pages need no more."""

import json
import os
import time

import usage
from usage import Measured, NotRun

# Seconds between two looks at the tree.
PAUSE = 0.5
# Most that the whole tree may ever use, in MiB.
TREE_GOAL = 1500
# How much more the last quarter may use than the first, before it counts as growing.
FLAT_GOAL = 1.1
# With fewer pages the start, when children load their models, is too much of the whole to judge by.
LEAST_TO_JUDGE = 100


def measure(bench):
    """Ingests the first pages of a long PDF and samples the tree's memory. Returns peaks by quarter, in MiB."""
    pages = bench.numbers["BENCH_MEMORY_PAGES"]
    if pages < 4:
        raise NotRun("four quarters need at least 4 pages")
    pdf = bench.folder("memory-pdf") / "long.pdf"
    bench.muniment("bench", "long-pdf", "--pages", str(pages), pdf)
    data = bench.folder("memory-data")
    samples, kinds = [], set()
    with Measured() as measured:
        started = time.monotonic()
        process = usage.start(bench.command("--json", "--data", data, "ingest", "--batch", "bench", pdf))
        try:
            while process.poll() is None and usage.time_left() != 0:
                tree, own, kind = tree_memory(process.pid)
                if tree > 0:
                    samples.append((time.monotonic() - started, tree, own))
                    kinds |= kind
                time.sleep(PAUSE)
        except BaseException:
            usage.stop(process)
            raise
        told = usage.finish(process, wanted=(0, 3))
    took = measured.wall
    done = json.loads(told)["report"]["counts"]["pages_done"]
    if done != pages:
        raise NotRun(f"Muniment read {done} of {pages} pages")
    tree, own = quarters(samples, took, 1), quarters(samples, took, 2)
    return {
        "pages": pages, "samples": len(samples), "measure": "+".join(sorted(kinds)),
        "peak_mib": max(tree), "tree_quarters_mib": tree, "parent_quarters_mib": own,
        "tree_ratio": tree[3] / tree[0], "parent_ratio": own[3] / own[0],
        "curve": [[round(when, 1), round(whole), round(alone)] for when, whole, alone in samples],
    } | measured.figures()


def tree_memory(root):
    """Returns the memory of a process with its descendants, and of it alone, in MiB, and by what it was measured."""
    parents = {int(name): parent(name) for name in os.listdir("/proc") if name.isdigit()}
    members, grown = {root}, True
    while grown:
        more = {pid for pid, above in parents.items() if above in members} - members
        members, grown = members | more, bool(more)
    total, own, kinds = 0.0, 0.0, set()
    for pid in members:
        size, kind = process_memory(pid)
        total += size
        own += size if pid == root else 0.0
        kinds |= {kind} if size else set()
    return total, own, kinds


def parent(pid):
    """Returns the parent of a process, or 0 when the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            # The name, in parentheses, may hold spaces and parentheses.
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def process_memory(pid):
    """Returns the share of memory of one process in MiB; its resident memory, which is more, where that is hidden."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) / 1024, "PSS"
    except PermissionError:
        pass
    except OSError:
        return 0.0, "PSS"
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024, "RSS"
    except OSError:
        pass
    return 0.0, "RSS"


def quarters(samples, took, column):
    """Returns the peak of a column in each quarter of the time."""
    peaks = [0.0] * 4
    for sample in samples:
        quarter = min(3, int(4 * sample[0] / took))
        peaks[quarter] = max(peaks[quarter], sample[column])
    if min(peaks) <= 0:
        raise NotRun("it ended too soon for a sample in each quarter; take more pages: BENCH_MEMORY_PAGES")
    return peaks


def rows(result):
    """Returns the lines of the final table."""
    what = f"{result['measure']} of the tree, {result['pages']} pages of one PDF"
    yield (f"peak {what}", f"{result['peak_mib']:.0f} MiB", f"<= {TREE_GOAL} MiB", result["peak_mib"] <= TREE_GOAL)
    by_quarter = " ".join(f"{peak:.0f}" for peak in result["tree_quarters_mib"])
    yield ("peaks by quarter of the time, tree", f"{by_quarter} MiB", "", None)
    by_quarter = " ".join(f"{peak:.0f}" for peak in result["parent_quarters_mib"])
    yield ("peaks by quarter of the time, parent alone", f"{by_quarter} MiB", "", None)
    judged = result["pages"] >= LEAST_TO_JUDGE
    yield ("last quarter / first quarter, tree", f"{result['tree_ratio']:.2f}", f"<= {FLAT_GOAL}" if judged else "",
           result["tree_ratio"] <= FLAT_GOAL if judged else None)
    yield ("last quarter / first quarter, parent alone", f"{result['parent_ratio']:.2f}", "", None)
