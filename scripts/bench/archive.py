"""Archive: deposits, what they cost, fixity and rebuilding, on the local disk and on an S3 server on this machine."""

import hashlib
import hmac
import json
import pathlib
import re
import select
import shutil
import subprocess
import time
import urllib.request

import usage
from usage import NotRun

# Least part of the single-core rate of `openssl speed`, for the digests used together, that fixity has to reach.
FIXITY_GOAL = 0.9
# How long the S3 server may take to start, in seconds: a machine that also compiles is slow.
START = 300
BUCKET = "bench"
REGION = "us-east-1"
SERVER = pathlib.Path(__file__).resolve().parent.parent / "s3-server.sh"
LOCAL, S3 = "local disk", "S3 server"


def measure(bench):
    """Runs `muniment bench archive` for both kinds of place, and `openssl speed`. Returns the rates of each."""
    rates, not_run = {}, {}
    for name, run in ((LOCAL, local), (S3, on_s3)):
        try:
            rates[name] = run(bench)
            print(f"    {name}: {rates[name]['deposits_per_second']:.1f} records/s", flush=True)
        except NotRun as why:
            not_run[name] = str(why)
            print(f"    not run: {name}: {why}", flush=True)
    return {"rates": rates, "not_run": not_run, "openssl_megabytes_per_second": openssl()}


def local(bench):
    """Deposits into a folder beside the other working files."""
    return deposit(bench, bench.folder("archive"), usage.environment())


def on_s3(bench):
    """Deposits into a bucket with Object Lock, on a server that runs for as long."""
    with Server(bench.folder("s3")) as server:
        env = usage.environment(
            AWS_ENDPOINT_URL=server.url, AWS_REGION=REGION, AWS_ACCESS_KEY_ID=server.key,
            AWS_SECRET_ACCESS_KEY=server.secret, AWS_EC2_METADATA_DISABLED="true")
        return deposit(bench, f"s3://{BUCKET}/records", env)


def deposit(bench, place, env):
    """Returns the rates of one place."""
    records, size = bench.numbers["BENCH_ARCHIVE_RECORDS"], bench.numbers["BENCH_ARCHIVE_KILOBYTES"]
    command = bench.command("--json", "bench", "archive", "--records", str(records), "--kilobytes", str(size), "--to", place)
    told = json.loads(usage.run(command, env=env))
    return told["archive"] | {"rebuild": told["rebuild"]}


class Server:
    """Ceph's S3 server with a bucket, for the length of a block."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self._err = open(self.folder.with_suffix(".log"), "w+b")
        # It ends when its standard input does, so also when this program is killed.
        self._process = subprocess.Popen(
            [SERVER, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._err, start_new_session=True)
        try:
            self.url, self.key, self.secret = self._ready()
            self._make_bucket()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            usage.stop(self._process)
        self._process.stdout.close()
        self._err.close()

    def _ready(self):
        ready, _, _ = select.select([self._process.stdout], [], [], START)
        told = self._process.stdout.readline().decode().split() if ready else []
        if len(told) == 4 and told[0] == "ready":
            return told[1:]
        self._err.seek(0)
        said = self._err.read().decode(errors="replace").strip().splitlines()
        raise NotRun(said[-1] if said else f"the S3 server was not ready within {START} s")

    def _make_bucket(self):
        host = self.url.removeprefix("http://")
        headers = {
            "host": host,
            "x-amz-bucket-object-lock-enabled": "true",
            "x-amz-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        }
        headers["authorization"] = authorization("PUT", f"/{BUCKET}", headers, self.key, self.secret)
        request = urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT", headers=headers)
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except OSError as cause:
            raise NotRun(f"the S3 server makes no bucket: {cause}") from cause


def authorization(method, path, headers, key, secret):
    """Returns the signature of a request without content (AWS Signature Version 4)."""
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((method, path, "", listed, names, headers["x-amz-content-sha256"]))
    day = headers["x-amz-date"][:8]
    scope = f"{day}/{REGION}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(request.encode()).hexdigest()))
    signed = f"AWS4{secret}".encode()
    for part in (day, REGION, "s3", "aws4_request", text):
        signed = hmac.digest(signed, part.encode(), "sha256")
    return f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signed.hex()}"


def openssl():
    """Returns the rates of OpenSSL's digests on one core, in MB (10^6) per second; None where it is missing."""
    if shutil.which("openssl") is None:
        return None
    rates = {}
    for digest in ("sha256", "sha512"):
        told = usage.run(["openssl", "speed", "-seconds", "3", "-bytes", "1048576", "-evp", digest])
        found = re.search(rf"^{digest}\s+([0-9.]+)k\s*$", told, re.MULTILINE | re.IGNORECASE)
        if found is None:
            return None
        rates[digest] = float(found[1]) / 1000
    # One after the other over the same bytes, as an inventory and a manifest of deposits want both.
    return rates | {"both": 1 / (1 / rates["sha256"] + 1 / rates["sha512"])}


def rows(result):
    """Returns the lines of the final table."""
    limit = result["openssl_megabytes_per_second"]
    for name, rates in result["rates"].items():
        size = f"{rates['records']} records of {rates['bytes_per_record'] / 1e6:g} MB"
        yield (f"deposit, {name} ({size})",
               f"{rates['deposits_per_second']:.1f} records/s, {rates['deposit_megabytes_per_second']:.0f} MB/s", "", None)
        yield ("    cost of a record of one file",
               f"{rates['objects_per_record']:.1f} objects, {rates['overhead_per_record']:,.0f} bytes beside its content",
               "", None)
        fixity = rates["fixity_megabytes_per_second"]
        # What a server on the same machine takes for sending the bytes says nothing about fixity.
        judged = name == LOCAL and limit is not None
        yield (f"fixity, {name}", f"{fixity:.0f} MB/s", f">= {FIXITY_GOAL * limit['both']:.0f} MB/s" if judged else "",
               fixity >= FIXITY_GOAL * limit["both"] if judged else None)
        rebuild = rates["rebuild"]
        yield (f"rebuild, {name} ({rebuild['records']} records of a page)",
               f"{rebuild['rebuilt_per_second']:.0f} records/s, {rebuild['rebuilt_and_indexed_per_second']:.0f} with the index",
               "", None)
    if limit is None:
        yield ("openssl speed", "not run: openssl is missing", "", None)
    else:
        yield ("openssl speed, one core",
               f"sha256 {limit['sha256']:.0f}, sha512 {limit['sha512']:.0f}, both {limit['both']:.0f} MB/s", "", None)
    for name, why in result["not_run"].items():
        yield (name, f"not run: {why}", "", None)
