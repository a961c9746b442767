#!/usr/bin/env bash
# Installs the system packages that Muniment needs, without asking, on Debian and Ubuntu; prints the list elsewhere.
#
#   scripts/setup.sh [run|test|bench]...    (default: run test)
#
# Exit codes: 0 everything is there, 1 an installation failed, 2 wrong usage, 3 something is missing and this system has
# no apt or no way to become root.
set -euo pipefail

# Build and run: bindgen needs libclang (not the clang program), the reader of codes cmake; the libraries, their language
# data, the fallback renderer.
run_packages=(
  build-essential cmake pkg-config libclang-dev libtesseract-dev libleptonica-dev
  tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd poppler-utils
)
# Tests: PDF checkers, the system call tracer, the second database engine, TIFF tools as an independent judge, and Ceph as
# a real S3 server with Object Lock (scripts/s3-server.sh), and the browser that drives the web application (tests/web/).
test_packages=(
  qpdf default-jre-headless libpdfbox2-java libfontbox2-java libcommons-logging-java libactivation-java libjaxb-api-java
  strace postgresql libtiff-tools python3-venv
  ceph-mon ceph-osd ceph-mgr radosgw curl
  chromium
)
# Somebody else's validator of the archive's format, in a virtual environment of its own; tests/integration/support/ocfl_py.rs
# looks for it there, and says "not run" without it.
ocfl_py=2.1.0
# Benchmarks: OCRmyPDF's virtual environment with the programs it calls.
bench_packages=(python3-venv ghostscript unpaper pngquant openssl)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; }

# Needs the network once; without it everything but one comparison is tested all the same.
install_ocfl_py() {
  local place="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muniment-tests/ocfl-py-$ocfl_py"
  [[ ! -x "$place/bin/ocfl-validate.py" ]] || return 0
  mkdir -p "${place%/*}"
  rm -rf "$place"
  if timeout 300 python3 -m venv "$place" >/dev/null 2>&1 &&
    timeout 300 "$place/bin/pip" install --quiet --disable-pip-version-check "ocfl-py==$ocfl_py" </dev/null >/dev/null 2>&1; then
    say "installed ocfl-py $ocfl_py in $place"
  else
    rm -rf "$place"
    say "ocfl-py $ocfl_py could not be installed (no network?): its comparison will not be run"
  fi
}

wanted=()
tests=
for group in "${@:-default}"; do
  case "$group" in
    run) wanted+=("${run_packages[@]}") ;;
    test) wanted+=("${test_packages[@]}"); tests=yes ;;
    bench) wanted+=("${bench_packages[@]}") ;;
    default) wanted+=("${run_packages[@]}" "${test_packages[@]}"); tests=yes ;;
    *) fail "unknown group '$group'; known are: run, test, bench"; exit 2 ;;
  esac
done

if ! command -v cargo >/dev/null && [[ ! -x "${CARGO_HOME:-${HOME:-/root}/.cargo}/bin/cargo" ]]; then
  fail "Rust is not installed. Install it from https://rustup.rs, then try again."
  exit 3
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this system has no apt. Muniment needs, under the names that Debian gives them:"
  printf '  %s\n' "${wanted[@]}" >&2
  if command -v pkg-config >/dev/null && pkg-config --exists tesseract lept && command -v tesseract >/dev/null; then
    say "tesseract and leptonica are there: going on, in the hope that the rest is too"
    exit 0
  fi
  fail "install their counterparts, then try again"
  exit 3
fi

# One query for all; a package that dpkg does not know is simply absent from the answer.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  say "all ${#wanted[@]} system packages are there"
  [[ -z "$tests" ]] || install_ocfl_py
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    fail "missing: ${missing[*]}"
    fail "not root and no sudo. As root: apt-get install --no-install-recommends ${missing[*]}"
    exit 3
  fi
  as_root=(sudo)
  # Where nobody can type a password, fail instead of waiting for one.
  [[ -t 0 ]] || as_root=(sudo -n)
  if ! "${as_root[@]}" true; then
    fail "missing: ${missing[*]}"
    fail "sudo refused. As root: apt-get install --no-install-recommends ${missing[*]}"
    exit 3
  fi
fi

say "installing ${#missing[@]} missing packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

# The tests start a PostgreSQL of their own in a temporary folder: Debian's ready-made cluster is not wanted.
cluster_settings=/etc/postgresql-common/createcluster.d
if [[ " ${missing[*]} " == *" postgresql "* && ! -e /usr/bin/pg_createcluster ]]; then
  say "telling PostgreSQL's installation not to create and start a cluster ($cluster_settings/no-cluster.conf)"
  "${as_root[@]}" mkdir -p "$cluster_settings"
  printf 'create_main_cluster = false\n' | "${as_root[@]}" tee "$cluster_settings/no-cluster.conf" >/dev/null
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  if ! "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    fail "this failed: $*"
    exit 1
  fi
}
quietly "${apt[@]}" update
quietly "${apt[@]}" install --no-install-recommends "${missing[@]}"
say "installed: ${missing[*]}"
[[ -z "$tests" ]] || install_ocfl_py
