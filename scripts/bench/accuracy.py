"""Accuracy: pages with known text under several kinds of wear, through Muniment and the bare command line."""

import json
import os
import shutil

# Measured unless BENCH_SLICES names others: kinds of wear that `muniment samples generate --degrade` knows.
SLICES = "clean skew rotated noise faded fax low mixed"
# How much recall the bare command line may be ahead of Muniment, in percentage points.
BEHIND_GOAL = 0.2


def measure(bench):
    """Runs `muniment bench accuracy` over a folder per kind of wear. Returns a slice for each."""
    charts = bench.numbers["BENCH_ACCURACY_CHARTS"]
    bare = ["--bare"] if shutil.which("tesseract") else []
    slices = []
    for name in os.environ.get("BENCH_SLICES", SLICES).split():
        folder = bench.samples(f"accuracy-{name}", charts, name, "png")
        found = json.loads(bench.muniment("--json", "bench", "accuracy", *bare, folder))[0]
        own, other = percentages(found["muniment"]), percentages(found["bare"])
        slices.append({"name": name, "pages": found["pages"], "muniment": own, "bare": other})
        print(f"    {name}: {own['recall']:.2f} % of words found", flush=True)
    return {"charts": charts, "slices": slices}


def percentages(measured):
    """Returns error rates and recall in percent, from the counts of one program; None if it was not measured."""
    if measured is None:
        return None
    counts = measured["accuracy"]
    return {
        "character_error_rate": percent(counts["character_edits"], counts["characters"]),
        "word_error_rate": percent(counts["word_edits"], counts["words"]),
        "recall": percent(counts["folded"]["found"], counts["folded"]["words"]),
        "digit_recall": percent(counts["folded"]["digit_words_found"], counts["folded"]["digit_words"]),
        "exact_recall": percent(counts["exact"]["found"], counts["exact"]["words"]),
        "cpu_seconds": measured["cpu_seconds"],
    }


def percent(part, whole):
    """Returns a share in percent; 0 of nothing is 100 %."""
    return 100 * part / whole if whole else 100.0


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
        for kind, key in (("of words with a digit", "digit_recall"), ("of words as they stand", "exact_recall")):
            yield (f"    {kind}", f"{own[key]:.2f} %, bare {bare[key]:.2f} %", "", None)
        yield ("    character / word error rate", f"{errors(own)} %, bare {errors(bare)} %", "", None)


def errors(measured):
    """Returns character and word error rate for the table."""
    return f"{measured['character_error_rate']:.2f} / {measured['word_error_rate']:.2f}"
