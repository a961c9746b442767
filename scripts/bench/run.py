"""Runs the parts of the benchmark, prints the final table and writes it as JSON. Called by scripts/bench.sh."""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time

import accuracy
import archive
import engines
import load
import machine
import memory
import search
import speed
import usage
from usage import NotRun

PARTS = {"speed": speed, "memory": memory, "search": search, "accuracy": accuracy, "engines": engines,
         "archive": archive, "load": load}
# Numbers that a person may change by environment variables of these names.
NUMBERS = {
    "BENCH_SEED": 1,
    "BENCH_PAGES": 24,
    "BENCH_ROUNDS": 3,
    "BENCH_MEMORY_PAGES": 200,
    "BENCH_SEARCH_PAGES": 1_000_000,
    "BENCH_ACCURACY_CHARTS": 1,
    "BENCH_LOAD_DOCUMENTS": 100_000,
    "BENCH_LOAD_TECHNICIANS": 50,
    "BENCH_LOAD_SEARCHERS": 200,
    "BENCH_LOAD_SECONDS": 60,
    "BENCH_ARCHIVE_RECORDS": 100,
    "BENCH_ARCHIVE_KILOBYTES": 2_000,
    "BENCH_PART_MINUTES": 30,
}


class Bench:
    """What every part needs: the program, folders to work in, and numbers that a person may change."""

    def __init__(self, program, ocrmypdf, work, numbers):
        self.program, self.ocrmypdf, self.work, self.numbers = program, ocrmypdf, work, numbers
        self.seed = numbers["BENCH_SEED"]
        self.config = work / "muniment.toml"
        work.mkdir(parents=True, exist_ok=True)
        # Every other setting has its default, whatever configuration the user has.
        settings = f'[data]\nfolder = "{work / "data"}"\n'
        self.config.write_text(settings, encoding="utf-8")

    def folder(self, name):
        """Makes an empty folder to work in, in place of one of this name."""
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def command(self, *arguments):
        """Returns the command line of Muniment with these arguments."""
        return [self.program, "--config", self.config, *arguments]

    def muniment(self, *arguments):
        """Runs Muniment and returns what it printed. Exit code 3 is fine: some page may need a person."""
        return usage.run(self.command(*arguments), wanted=(0, 3))

    def samples(self, name, charts, degrade, container):
        """Makes synthetic charts at 300 dpi with the seed of this run."""
        folder = self.folder(name)
        self.muniment("samples", "generate", "--charts", str(charts), "--seed", str(self.seed), "--degrade", degrade,
                      "--dpi", "300", "--container", container, folder)
        return folder

    @staticmethod
    def manifest(folder):
        """Returns the manifest of a folder of samples."""
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def numbers():
    """Returns the numbers that apply. Ends the program for one that is not a whole number above 0."""
    found = {}
    for name, default in NUMBERS.items():
        text = os.environ.get(name, str(default)).replace("_", "")
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            print(f"bench: {name} must be a whole number above 0, not '{text}'", file=sys.stderr)
            sys.exit(2)
        found[name] = int(text)
    return found


def main():
    """Runs the parts in the order given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--muniment", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--ocrmypdf", type=pathlib.Path, required=True)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    given = parser.parse_args()
    chosen = numbers()
    usage.adopt_orphans()
    remove_leftovers(given.cache)
    work = given.cache / f"work-{os.getpid()}"
    results = {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "muniment": usage.run([given.muniment, "--version"]).strip(),
        "machine": machine.describe(),
        "numbers": chosen,
        "parts": {},
    }
    print(f"bench: {results['muniment']} on {machine.line(results['machine'])}", flush=True)
    table = []
    try:
        bench = Bench(given.muniment, given.ocrmypdf, work, chosen)
        for name in dict.fromkeys(given.parts):
            print(f"bench: {name}", flush=True)
            lines = part(bench, name, results)
            table += [(name, *line) for line in lines]
            show(lines)
    except KeyboardInterrupt:
        print("bench: stopped", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
    results["table"] = [
        {"part": name, "measure": measure.strip(), "figure": figure, "goal": goal, "met": met}
        for name, measure, figure, goal, met in table
    ]
    if len(results["parts"]) > 1:
        print("\nbench: all of it")
        show([line[1:] for line in table])
    goals = [line for line in table if line[4] is not None]
    missed = [f"{name}: {measure.strip()}" for name, measure, _, _, met in goals if not met]
    if goals:
        print(f"\nbench: {len(goals) - len(missed)} of {len(goals)} goals met" + "".join(f"\n  not met: {line}" for line in missed))
    out = given.cache / "results.json"
    out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"\nbench: these figures are in {out}")
    return 0


def remove_leftovers(cache):
    """Removes the working files of runs that were killed."""
    for left in cache.glob("work-*"):
        if not pathlib.Path("/proc", left.name.removeprefix("work-")).exists():
            shutil.rmtree(left, ignore_errors=True)


def part(bench, name, results):
    """Measures one part, keeps its result, and returns its lines of the table."""
    started = time.monotonic()
    usage.allow(bench.numbers["BENCH_PART_MINUTES"])
    try:
        result = PARTS[name].measure(bench)
        lines = list(PARTS[name].rows(result))
    except NotRun as why:
        result, lines = {"not_run": str(why)}, [(name, f"not run: {why}", "", None)]
    except (OSError, ValueError, KeyError, TypeError) as cause:
        # An answer of another form than expected must not take the other parts with it.
        told = f"{type(cause).__name__}: {cause}"
        result, lines = {"not_run": told}, [(name, f"not run: {told}", "", None)]
    results["parts"][name] = result | {"part_seconds": time.monotonic() - started}
    return lines


def show(lines):
    """Prints lines of measure, figure, goal and whether it is met, in columns."""
    left = max(len(line[0]) for line in lines)
    # What has no goal has nothing behind it to line up, and may be long: why something was not run.
    middle = max((len(line[1]) for line in lines if line[3] is not None), default=0)
    for measure, figure, goal, met in lines:
        verdict = "" if met is None else f"goal {goal}: {'met' if met else 'NOT MET'}"
        print(f"  {measure:<{left}}  {figure:<{middle}}  {verdict}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
