"""Accuracy: pages with known text under several kinds of wear, through Muniment and the bare command line."""

import json
import os
import shutil

# Measured unless BENCH_SLICES names others: kinds of wear that `muniment samples generate --degrade` knows.
SLICES = "clean skew rotated noise faded fax low mixed"
# How much recall the bare command line may be ahead of Muniment, in percentage points.
BEHIND_GOAL = 0.2


def measure(bench):
    """Runs `muniment bench accuracy` over one folder per kind of wear. Returns its slices."""
    charts = bench.numbers["BENCH_ACCURACY_CHARTS"]
    names = os.environ.get("BENCH_SLICES", SLICES).split()
    # A folder each, named after the wear, so that the report is too.
    folders = [bench.samples(f"accuracy/{name}", charts, name, "png") for name in names]
    bare = shutil.which("tesseract") is not None
    command = ["--json", "bench", "accuracy", *(["--bare"] if bare else []), *folders]
    slices = json.loads(bench.muniment(*command))
    return {
        "charts": charts,
        "slices": [
            {"name": found["name"], "pages": found["pages"], "muniment": percentages(found["muniment"]),
             "bare": percentages(found["bare"])}
            for found in slices
        ],
    }


def percentages(measured):
    """Returns error rates and recall in percent, from the counts of one program."""
    if measured is None:
        return None
    counts = measured["accuracy"]

    def percent(part, whole):
        return 100 * counts[part] / counts[whole] if counts[whole] else None

    return {
        "character_error_rate": percent("character_edits", "characters"),
        "word_error_rate": percent("word_edits", "words"),
        "recall": percent("words_found", "words"),
        "digit_recall": percent("digit_words_found", "digit_words"),
        "cpu_seconds": measured["cpu_seconds"],
    }


def rows(result):
    """Returns the lines of the final table."""
    for found in result["slices"]:
        own, bare = found["muniment"], found["bare"]
        name = f"recall, {found['name']} ({found['pages']} pages)"
        if bare is None:
            yield (name, f"{own['recall']:.2f} % (bare not run: tesseract is missing)", "", None)
            continue
        yield (name, f"{own['recall']:.2f} %, bare {bare['recall']:.2f} %", f">= bare - {BEHIND_GOAL}",
               own["recall"] >= bare["recall"] - BEHIND_GOAL)
        yield ("    character / word error rate", f"{errors(own)} %, bare {errors(bare)} %", "", None)


def errors(measured):
    """Returns character and word error rate for the table."""
    return f"{measured['character_error_rate']:.2f} / {measured['word_error_rate']:.2f}"
