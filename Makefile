# Muniment: the commands of a working day. `make` alone lists them.
#
# Everything is built in the release profile, once for the program and its tests. CARGO_TARGET_DIR is respected.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-run web build demo test check soak fuzz bench clean

# A fresh Rust installation is found even before the shell was started anew.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
target := $(or $(CARGO_TARGET_DIR),target)
muniment := $(target)/release/muniment

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install every missing system package (Debian, Ubuntu) or list them
	@scripts/setup.sh run test

setup-run:
	@scripts/setup.sh run

web: ## build the browser application that the program embeds; without Node it is left out, and said
	@scripts/web.sh build || { [ $$? -eq 3 ] && echo "web: going on without the browser application"; }

build: setup-run web ## build the program with its browser application
	cargo build --release --locked

demo: build ## make a small synthetic chart set, digitise it, search it, and serve it (Ctrl-C ends; CI=1 does not serve)
	$(muniment) demo $(if $(CI),--no-serve)

test: setup web ## run every test
	@scripts/web.sh test || [ $$? -eq 3 ]
	cargo test --release --locked

check: setup ## formatting, lints, documentation, licences; all of it must be clean
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --document-private-items
	@scripts/check-dependencies.sh
	@scripts/web.sh check || [ $$? -eq 3 ]

soak: setup ## the long version of the fault tests
	MUNIMENT_SOAK=1 cargo test --release --locked -- --include-ignored --test-threads=1

fuzz: ## try the model parser and the line cutter with damaged input, FUZZ_SECONDS (600) each
	@scripts/fuzz.sh

bench: setup-run ## speed, memory, search, accuracy and the archive, beside other programs on the same pages
	@scripts/setup.sh test bench
	@if [ -x scripts/bench.sh ]; then cargo build --release --locked && MUNIMENT=$(muniment) scripts/bench.sh; \
	else echo "scripts/bench.sh is missing" >&2; exit 1; fi

clean: ## remove what was built
	cargo clean
