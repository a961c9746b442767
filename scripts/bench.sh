#!/usr/bin/env bash
# Measures Muniment beside other programs on pages that it makes itself, and prints a table. No figure fails a build.
#
#   MUNIMENT=target/release/muniment scripts/bench.sh [speed|memory|search|accuracy|engines|archive|load]...   (default: all)
#
# docs/benchmarks.md says what is measured, how to read it, and which variables change the numbers of pages and rounds.
# Everything it writes is below ${XDG_CACHE_HOME:-~/.cache}/muniment-bench; results.json there holds the latest figures.
#
# Exit codes: 0 done (a part that could not run says so), 1 it cannot start, 2 wrong usage, 130 stopped by Ctrl-C.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
parts=("$@")
((${#parts[@]} > 0)) || parts=(speed memory search accuracy engines archive load)
for part in "${parts[@]}"; do
  case "$part" in
    speed | memory | search | accuracy | engines | archive | load) ;;
    *) echo "bench: unknown part '$part'; known are: speed, memory, search, accuracy, engines, archive, load" >&2; exit 2 ;;
  esac
done

muniment=${MUNIMENT:-$here/../target/release/muniment}
if [[ ! -x "$muniment" ]]; then
  echo "bench: there is no program at $muniment; run \`make bench\`, or name one: MUNIMENT=PATH scripts/bench.sh" >&2
  exit 1
fi
if ! command -v python3 >/dev/null; then
  echo "bench: python3 is missing; install it with: scripts/setup.sh bench" >&2
  exit 1
fi

cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muniment-bench}
mkdir -p "$cache"

# OCRmyPDF in a virtual environment of its own. The mark at the end tells a whole installation from a broken-off one.
version=${BENCH_OCRMYPDF:-17.13.0}
environment=$cache/ocrmypdf-$version
install_ocrmypdf() {
  [[ ! -e "$environment/installed" ]] || return 0
  echo "bench: installing OCRmyPDF $version from PyPI into $environment"
  rm -rf "$environment"
  if python3 -m venv "$environment" >"$cache/ocrmypdf.log" 2>&1 &&
    timeout 900 "$environment/bin/pip" install --disable-pip-version-check --quiet --only-binary :all: \
      "ocrmypdf==$version" >>"$cache/ocrmypdf.log" 2>&1 </dev/null; then
    touch "$environment/installed"
  else
    echo "bench: that failed: $(tail -n 1 "$cache/ocrmypdf.log") (all of it: $cache/ocrmypdf.log)" >&2
  fi
}
[[ " ${parts[*]} " != *" speed "* ]] || install_ocrmypdf

# No compiled copies of the scripts in the source tree.
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/bench/run.py" --muniment "$(realpath "$muniment")" --cache "$cache" \
  --ocrmypdf "$environment/bin/ocrmypdf" "${parts[@]}"
