"""Load: technicians who verify and people who search, all at once, against one server with many documents."""

import asyncio
import json
import random
import subprocess
import time

from usage import Measured, environment

# Mean seconds that a technician looks at a document before each of the two times that the draft is saved, and that a person
# looks at what a search found.
LOOK = 3.0
# Longest that one answer may take, in seconds.
DEADLINE = 60
# The size of the page image that is asked for is the first of the listed ones with so many columns at least.
COLUMNS = 600


class Person:
    """Somebody with a token and one connection that is kept open."""

    def __init__(self, address, token, seconds):
        self.host, self.port = address.rsplit(":", 1)
        self.head = f"Host: {address}\r\nAuthorization: Bearer {token}\r\n"
        self.connection = None
        self.seconds = seconds

    async def ask(self, what, method, path, body=None, headers=""):
        """Sends a request. Notes how long the answer took under `what`, and whether it was one."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self.head}{headers}Content-Length: {len(content)}\r\n"
        head += "Content-Type: application/json\r\n\r\n"
        begun = time.monotonic()
        try:
            status, answer = await asyncio.wait_for(self.exchange(head.encode() + content), DEADLINE)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError) as cause:
            self.connection = None
            status, answer = type(cause).__name__, b""
        self.seconds.setdefault(what, []).append((time.monotonic() - begun, status))
        return status, answer

    async def exchange(self, request):
        if self.connection is None:
            self.connection = await asyncio.open_connection(self.host, int(self.port))
        reader, writer = self.connection
        writer.write(request)
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        headers = {}
        while line := (await reader.readline()).strip():
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        if "chunked" in headers.get("transfer-encoding", ""):
            parts = []
            while size := int(await reader.readline(), 16):
                parts.append(await reader.readexactly(size))
                await reader.readline()
            await reader.readline()
            return status, b"".join(parts)
        return status, await reader.readexactly(int(headers.get("content-length", 0)))


async def look(chance):
    """Looks at something for a while."""
    await asyncio.sleep(chance.uniform(0.5, 1.5) * LOOK)


async def verify(person, until, chance):
    """Takes documents, looks at their page, saves what is typed twice, and puts them aside."""
    await asyncio.sleep(chance.uniform(0, LOOK))
    while time.monotonic() < until:
        status, answer = await person.ask("claim", "POST", "/api/v1/queue/next", {})
        if status != 200:
            await look(chance)
            continue
        claim = json.loads(answer)
        document, lease = claim["document"], claim["lease"]["token"]
        status, answer = await person.ask("image description", "GET", document["pages"][0]["image"] + "/info.json")
        if status == 200:
            sizes = sorted(json.loads(answer)["sizes"], key=lambda size: size["width"])
            size = next((size for size in sizes if size["width"] >= COLUMNS), sizes[-1])
            listed = f"{size['width']},{size['height']}"
            await person.ask("page image", "GET", f"{document['pages'][0]['image']}/full/{listed}/0/default.jpg")
        path = f"/api/v1/documents/{document['id']}"
        for name in ("Adams", "Adams, Ann"):
            await look(chance)
            draft = {"fields": {"patient_name": name}, "confirmed": [], "labels": [], "note": ""}
            await person.ask("save", "PUT", path + "/draft", draft, f"X-Muniment-Lease: {lease}\r\n")
        await person.ask("put aside", "POST", path + "/postpone", {"lease": lease, "reason": "measured"})


async def search(person, until, chance, queries):
    """Asks one question after the other."""
    await asyncio.sleep(chance.uniform(0, LOOK))
    while time.monotonic() < until:
        words = "".join(letter if letter.isalnum() else f"%{letter.encode().hex('%')}" for letter in chance.choice(queries))
        await person.ask("search", "GET", f"/api/v1/search?q={words}")
        await look(chance)


async def load(address, made, seconds, seed):
    """Has everybody work for so many seconds; returns what each answer took, by kind."""
    took, until = {}, time.monotonic() + seconds
    people = []
    for number, token in enumerate(made["technicians"]):
        people.append(verify(Person(address, token, took), until, random.Random(seed * 1_000_003 + number)))
    for number, token in enumerate(made["searchers"]):
        chance = random.Random(seed * 2_000_003 + number)
        people.append(search(Person(address, token, took), until, chance, made["queries"]))
    await asyncio.gather(*people)
    return took


def measure(bench):
    """Makes the documents, serves them, and loads the server."""
    seconds, documents = bench.numbers["BENCH_LOAD_SECONDS"], bench.numbers["BENCH_LOAD_DOCUMENTS"]
    data = bench.folder("load")
    of_data = ("--data", data, "--json")
    begun = time.monotonic()
    made = json.loads(bench.muniment(*of_data, "bench", "load-data", "--documents", str(documents), "--technicians",
                                     str(bench.numbers["BENCH_LOAD_TECHNICIANS"]), "--searchers",
                                     str(bench.numbers["BENCH_LOAD_SEARCHERS"]), "--seed", str(bench.seed)))
    bench.muniment(*of_data, "index", "update")
    prepared = time.monotonic() - begun
    command = bench.command(*of_data, "--log", "error", "serve", "--listen", "127.0.0.1:0")
    # The server's own processor time is among what is measured: it ends before.
    with Measured() as measured, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                                  env=environment()) as server:
        try:
            took = asyncio.run(load(listening(server), made, seconds, bench.seed))
        finally:
            server.terminate()
            server.wait(60)
    kinds = {kind: figures(answers) for kind, answers in took.items()}
    told = {"documents": documents, "technicians": len(made["technicians"]), "searchers": len(made["searchers"])}
    return told | {"seconds": seconds, "prepare_seconds": prepared, "kinds": kinds} | measured.figures()


def listening(server):
    """Returns the address that a server which was just started says."""
    text = ""
    while line := server.stdout.readline():
        text += line
        try:
            return json.loads(text)["listening"]
        except ValueError:
            pass
    raise ValueError("the server ended before it listened")


def figures(answers):
    """Returns counts and percentiles of what answers took."""
    times = sorted(seconds * 1000 for seconds, _ in answers)
    at = lambda part: times[min(len(times) - 1, int(part * len(times)))]
    # Nothing to claim is an answer, too.
    failed = {}
    for _, status in answers:
        if status not in (200, 204):
            failed[str(status)] = failed.get(str(status), 0) + 1
    return {"answers": len(times), "p50_ms": at(0.5), "p99_ms": at(0.99), "worst_ms": times[-1], "failed": failed}


def rows(result):
    """Returns the lines of the final table."""
    kinds = result["kinds"]
    who = f"{result['technicians']} technicians and {result['searchers']} searchers, {result['documents']:,} documents"
    total = sum(kind["answers"] for kind in kinds.values())
    yield (f"{who}, {result['seconds']} s", f"{total} answers, {total / result['seconds']:.0f}/s", "", None)
    for name in ("claim", "save", "search", "page image"):
        if name in kinds:
            kind = kinds[name]
            yield (f"    {name}: p99", f"{kind['p99_ms']:.0f} ms (p50 {kind['p50_ms']:.0f}, worst {kind['worst_ms']:.0f}, "
                   f"{kind['answers']} answers)", "", None)
    failed = {name: kind["failed"] for name, kind in kinds.items() if kind["failed"]}
    count = sum(sum(kinds.values()) for kinds in failed.values())
    yield ("    errors", f"{count} {failed if failed else ''}".rstrip(), "0", count == 0)
