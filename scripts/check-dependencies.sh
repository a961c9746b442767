#!/usr/bin/env bash
# Checks licences, sources and duplicates of every dependency; known vulnerabilities too, where their database can be reached.
set -euo pipefail

if ! command -v cargo-deny >/dev/null; then
  echo "check: cargo-deny is not installed, so licences and sources were NOT checked." >&2
  echo "check: install it with: cargo install cargo-deny --locked" >&2
  # Continuous integration must not pass by leaving a check out.
  [[ -z "${CI:-}" ]] || exit 1
  exit 0
fi

cargo deny --locked check bans licenses sources
if timeout 60 git ls-remote --quiet --exit-code https://github.com/RustSec/advisory-db HEAD </dev/null >/dev/null 2>&1; then
  cargo deny --locked check advisories
else
  echo "check: not run: known vulnerabilities (the advisory database cannot be reached)"
fi
