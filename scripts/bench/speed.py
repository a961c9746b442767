"""Speed: the same pages in turn through Muniment, Tesseract's command line, its bare library, and OCRmyPDF."""

import concurrent.futures
import json
import os
import shutil
import statistics
import sys

import usage
from usage import Measured, NotRun

# Most that Muniment may use of what the bare library uses, per page.
CPU_GOAL = 1.15
# How many times OCRmyPDF's pages per minute are wanted.
PACE_GOAL = 2.0

MUNIMENT = "Muniment, ingest"
EXPORT = "Muniment, ingest and PDF"
COMMAND = "tesseract command line"
LIBRARY = "libtesseract, bare"
OCRMYPDF = "OCRmyPDF"


def measure(bench):
    """Measures all programs over a few rounds. Returns rows of figures, ratios, and what was not run."""
    pages, rounds = bench.numbers["BENCH_PAGES"], bench.numbers["BENCH_ROUNDS"]
    degrade = os.environ.get("BENCH_DEGRADE", "office")
    images, pdf, account = prepare(bench, pages, degrade)
    what = f"{pages} pages, {account}, 300 dpi, wear '{degrade}', seed {bench.seed}"
    print(f"  {what}; {rounds} rounds", flush=True)
    programs = {
        MUNIMENT: lambda: muniment(bench, pdf, pages),
        COMMAND: lambda: command_line(bench, images),
        LIBRARY: lambda: bare_library(images),
        OCRMYPDF: lambda: ocrmypdf(bench, pdf),
    }
    taken, not_run = {}, {}
    for number in range(rounds):
        # Each round starts with another program: none always has the warm or the cold machine.
        names = list(programs)
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            if name in not_run:
                continue
            try:
                for label, figures in programs[name]().items():
                    taken.setdefault(label, []).append(figures)
                    print(f"    round {number + 1}: {label:<26} {figures['cpu_seconds'] / pages:6.2f} CPU s/page "
                          f"{60 * pages / figures['wall_seconds']:7.1f} pages/min, "
                          f"others used {100 * figures['foreign_load']:.0f} % of the machine", flush=True)
            except NotRun as why:
                not_run[name] = str(why)
                print(f"    not run: {name}: {why}", flush=True)
    return {
        "pages": pages, "rounds": rounds, "degrade": degrade, "account": account,
        "programs": {name: summary(runs, pages) for name, runs in taken.items()},
        "ratios": ratios(taken), "not_run": not_run,
    }


def prepare(bench, pages, degrade):
    """Makes the pages: a JPEG each, and one PDF with the same JPEG streams. Returns images, PDF, and what they are."""
    for tool in ("pdfseparate", "pdfunite"):
        if shutil.which(tool) is None:
            raise NotRun(f"{tool} is missing; install poppler-utils")
    made = {}
    for container in ("jpeg", "pdf-jpeg"):
        made[container] = bench.samples(f"speed-{container}", pages // 10 + 1, degrade, container)
    images = [made["jpeg"] / file["name"] for file in bench.manifest(made["jpeg"])["files"]][:pages]
    single = bench.folder("speed-pages")
    for file in bench.manifest(made["pdf-jpeg"])["files"]:
        stem = file["name"].removesuffix(".pdf")
        usage.run(["pdfseparate", made["pdf-jpeg"] / file["name"], single / f"{stem}-%04d.pdf"])
    singles = sorted(single.iterdir())[:pages]
    if not len(images) == len(singles) == pages:
        raise NotRun(f"{len(images)} images and {len(singles)} PDF pages were made instead of {pages}")
    pdf = bench.folder("speed-pdf") / "pages.pdf"
    usage.run(["pdfunite", *singles, pdf])
    truths = [json.loads(image.with_suffix(".truth.json").read_text()) for image in images]
    account = f"{sum(not image.with_suffix('.gt.txt').read_text().strip() for image in images)} of them blank"
    turned = sum(1 for truth in truths for page in truth["pages"] if page.get("upright", 0) != 0)
    return images, pdf, f"{account}, {turned} turned"


def muniment(bench, pdf, pages):
    """Ingests the PDF into an empty data folder, with everything that belongs to it, then exports it as PDF/A."""
    data = bench.folder("speed-data")
    with Measured() as ingest:
        told = json.loads(bench.muniment("--json", "--data", data, "ingest", "--batch", "bench", pdf))
    counts = told["report"]["counts"]
    if counts["pages_done"] != pages:
        raise NotRun(f"Muniment read {counts['pages_done']} of {pages} pages")
    out = bench.folder("speed-out")
    with Measured() as export:
        for file in told["files"]:
            bench.muniment("--data", data, "export", file["document"], "--output", out / f"{file['document']}.pdf")
    first, second = ingest.figures(), export.figures()
    both = {name: first[name] + second[name] for name in first}
    both["foreign_load"] = first["foreign_load"]
    return {MUNIMENT: first, EXPORT: both}


def command_line(bench, images):
    """Runs the command line once per image, as many at a time as there are cores, each with one thread."""
    if shutil.which("tesseract") is None:
        raise NotRun("the tesseract command is missing; install tesseract-ocr")
    out, env = bench.folder("speed-out"), usage.environment(OMP_THREAD_LIMIT="1")
    with Measured() as measured, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(usage.run, ["tesseract", image, out / image.stem], env=env) for image in images]
        try:
            for done in running:
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return {COMMAND: measured.figures()}


def bare_library(images):
    """Reads the images in one process per core. Only the time within the library counts, not the start."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libtesseract.py")
    env, cores = usage.environment(OMP_THREAD_LIMIT="1"), min(os.cpu_count(), len(images))
    with Measured() as measured:
        running = [usage.start([sys.executable, script, *images[core::cores]], env=env) for core in range(cores)]
        within = sum(float(usage.finish(process)) for process in running)
    return {LIBRARY: measured.figures() | {"cpu_seconds": within}}


def ocrmypdf(bench, pdf):
    """Runs OCRmyPDF with its defaults and as many jobs as there are cores."""
    if not bench.ocrmypdf.is_file():
        raise NotRun(f"it is not installed at {bench.ocrmypdf}; ocrmypdf.log in the cache folder says why")
    out = bench.folder("speed-out")
    with Measured() as measured:
        usage.run([bench.ocrmypdf, "--jobs", str(os.cpu_count()), pdf, out / "out.pdf"])
    return {OCRMYPDF: measured.figures()}


def summary(runs, pages):
    """Returns the medians over the rounds."""
    return {
        "cpu_seconds_per_page": statistics.median(run["cpu_seconds"] / pages for run in runs),
        "pages_per_minute": statistics.median(60 * pages / run["wall_seconds"] for run in runs),
        "foreign_load": statistics.mean(run["foreign_load"] for run in runs),
        "rounds": runs,
    }


def ratios(taken):
    """Returns the median, over the rounds, of the ratio within a round."""
    wanted = [
        ("CPU per page: Muniment / bare libtesseract", MUNIMENT, LIBRARY, "cpu_seconds", CPU_GOAL),
        ("CPU per page: Muniment / tesseract command", MUNIMENT, COMMAND, "cpu_seconds", None),
        ("CPU per page: Muniment with PDF / OCRmyPDF", EXPORT, OCRMYPDF, "cpu_seconds", None),
        ("pages/min: Muniment / OCRmyPDF", MUNIMENT, OCRMYPDF, "pace", None),
        ("pages/min: Muniment with PDF / OCRmyPDF", EXPORT, OCRMYPDF, "pace", PACE_GOAL),
    ]
    found = []
    for name, own, other, by, goal in wanted:
        pairs = list(zip(taken.get(own, []), taken.get(other, [])))
        if not pairs:
            continue
        if by == "pace":
            each = [b["wall_seconds"] / a["wall_seconds"] for a, b in pairs]
        else:
            each = [a["cpu_seconds"] / b["cpu_seconds"] for a, b in pairs]
        ratio = statistics.median(each)
        met = None if goal is None else (ratio >= goal if by == "pace" else ratio <= goal)
        sign = "" if goal is None else f"{'>=' if by == 'pace' else '<='} {goal:g}"
        found.append(
            {"name": name, "ratio": ratio, "lowest": min(each), "highest": max(each), "goal": sign, "met": met})
    return found


def rows(result):
    """Returns the lines of the final table: measure, figure, goal, whether it is met."""
    for name, figures in result["programs"].items():
        cpu, pace = figures["cpu_seconds_per_page"], figures["pages_per_minute"]
        yield (name, f"{cpu:.2f} CPU s/page, {pace:.1f} pages/min", "", None)
    for ratio in result["ratios"]:
        yield (ratio["name"], f"{ratio['ratio']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f})",
               ratio["goal"], ratio["met"])
    for name, why in result["not_run"].items():
        yield (name, f"not run: {why}", "", None)
