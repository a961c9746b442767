#!/usr/bin/env bash
# Builds the fuzz targets and runs each for FUZZ_SECONDS (600) from the corpus in tests/fuzz. What is found is written to
# target/fuzz/findings, also an input that takes more than 120 s (less would make a finding of a busy machine). The corpus grows
# in target/fuzz/corpus and is never written into the project.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-600}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/fuzz
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
toolchain=()
if rustup run nightly rustc --version >/dev/null 2>&1; then
  # Memory errors are found too.
  toolchain=(+nightly)
  flags="$flags -Zsanitizer=address"
else
  echo "No nightly Rust: fuzzing without the address sanitizer (rustup toolchain install nightly)." >&2
fi
host=$(rustc -vV | sed -n 's/^host: //p')
# With a target named, build scripts are built without instrumentation.
RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo "${toolchain[@]}" build --release --manifest-path fuzz/Cargo.toml --target "$host" --bins

failed=0
for name in ${FUZZ_TARGETS:-model line}; do
  mkdir -p "$target/corpus/$name" "$target/findings/$name"
  echo "fuzzing $name for $seconds s"
  nice "$target/$host/release/$name" "$target/corpus/$name" "tests/fuzz/$name" -max_total_time="$seconds" -timeout=120 \
    -rss_limit_mb=2048 -max_len=16384 -artifact_prefix="$target/findings/$name/" -print_final_stats=1 2>"$target/$name.log" || failed=1
  grep -E "^(stat::|Done|SUMMARY)" "$target/$name.log" | sed 's/^/  /' || true
  if compgen -G "$target/findings/$name/*" >/dev/null; then
    echo "  found: $(ls -d "$target/findings/$name/"*); see $target/$name.log" >&2
  fi
done
exit "$failed"
