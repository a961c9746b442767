"""Engines: the same pages through our own network and through libtesseract's, both inside of Muniment, in turn."""

import json
import os

from accuracy import percentages

# Measured unless BENCH_ENGINE_SLICES names others: kinds of wear that `muniment samples generate --degrade` knows.
SLICES = "office clean noise faded fax low"
ENGINES = ("native", "tesseract")
# How much recall our own may be behind, in percentage points, and what it may use of the other's processor time.
BEHIND_GOAL = 0.2
CPU_GOAL = 0.4
# How far confidence may be from the share of words that are right, in percentage points, the mean over all words.
CONFIDENCE_GOAL = 3.0


def measure(bench):
    """Runs `muniment bench accuracy` with a definition for each engine. Returns a slice for each kind of wear."""
    charts = bench.numbers["BENCH_ACCURACY_CHARTS"]
    folder = bench.folder("engine-pipelines")
    for engine in ENGINES:
        text = f'name = "engine-{engine}"\nrevision = 1\n[recognise]\nengine = "{engine}"\n'
        (folder / f"engine-{engine}.toml").write_text(text, encoding="utf-8")
    with bench.config.open("a", encoding="utf-8") as config:
        config.write(f'[pipelines]\nfolder = "{folder}"\n')
    slices = []
    for number, name in enumerate(os.environ.get("BENCH_ENGINE_SLICES", SLICES).split()):
        pages = bench.samples(f"engines-{name}", charts, name, "png")
        found = {"name": name}
        # Each slice begins with the other engine: none always has the warm or the cold machine.
        for engine in ENGINES[number % 2:] + ENGINES[:number % 2]:
            answer = bench.muniment("--json", "bench", "accuracy", "--pipeline", f"engine-{engine}", pages)
            one = json.loads(answer)[0]
            found["pages"], found[engine] = one["pages"], percentages(one["muniment"])
            found[engine]["calibration"] = one["muniment"]["calibration"]
        slices.append(found)
        print(f"    {name}: {found['native']['recall']:.2f} and {found['tesseract']['recall']:.2f} % of words found",
              flush=True)
    return {"charts": charts, "slices": slices}


def added(slices, engine):
    """Adds up the bins of confidence: words, right ones, sum of confidences."""
    bins = [found[engine]["calibration"]["bins"] for found in slices]
    return [{key: sum(one[key] for one in same) for key in same[0]} for same in zip(*bins)]


def calibration_error(bins):
    """Returns how far confidence and the share of right words are apart, in percentage points, the mean over all words."""
    words = sum(one["words"] for one in bins)
    return 100 * sum(abs(one["right"] - one["confidence"]) for one in bins) / words if words else 0


def rows(result):
    """Returns the lines of the final table."""
    used = {engine: sum(found[engine]["cpu_seconds"] for found in result["slices"]) for engine in ENGINES}
    pages = sum(found["pages"] for found in result["slices"])
    ratio = used["native"] / used["tesseract"] if used["tesseract"] else 0
    yield ("CPU, native over tesseract", f"{ratio:.2f} ({used['native'] / pages:.2f} s/page)", f"<= {CPU_GOAL}",
           ratio <= CPU_GOAL)
    bins = {engine: added(result["slices"], engine) for engine in ENGINES}
    yield ("confidence off by, native", f"{calibration_error(bins['native']):.1f} points, tesseract "
           f"{calibration_error(bins['tesseract']):.1f}", f"<= {CONFIDENCE_GOAL}",
           calibration_error(bins["native"]) <= CONFIDENCE_GOAL)
    for number, one in enumerate(bins["native"]):
        if one["words"]:
            yield (f"    confidence {number / 10:.1f} to {number / 10 + 0.1:.1f}",
                   f"{100 * one['right'] / one['words']:.0f} % of {one['words']} words right", "", None)
    doubts = [found["native"]["calibration"] for found in result["slices"]]
    total = {key: sum(one[key] for one in doubts) for key in ("with_others", "with_others_wrong", "others_right")}
    yield ("words with another reading", f"{total['with_others']}, {total['with_others_wrong']} of them wrong, another reading "
           f"right for {total['others_right']}", "", None)
    for found in result["slices"]:
        own, other = found["native"], found["tesseract"]
        for kind, key in (("recall", "recall"), ("    of words with a digit", "digit_recall")):
            name = f"{kind}, {found['name']} ({found['pages']} pages)" if kind == "recall" else kind
            yield (name, f"{own[key]:.2f} %, tesseract {other[key]:.2f} %", f">= tesseract - {BEHIND_GOAL}",
                   own[key] >= other[key] - BEHIND_GOAL)
