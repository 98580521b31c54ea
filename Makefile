# Everything a newcomer types. `make help` lists it.

# LLVM's version and place are known to tools/setup-llvm alone. Expanded when a recipe runs, so after `setup`.
LLVM  = env $$(tools/setup-llvm --env)
CARGO = $(LLVM) cargo

# What `make conformance` writes and `make test` checks. OUT is separate for the gate, so that a test run
# does not replace reports somebody wants to read.
MODES      ?= o0 o3 o3-relaxed
SELECTORS  ?=
OUT        ?= reports
# The gate of `make test`: every directive in the quickest mode, and in the others.
GATE_MODES ?= $(MODES)
GATE_OUT   ?= target/gate
# Where the tests of the page leave pictures; nowhere unless it is set.
SCREENSHOTS ?=

WASSAY = $(CARGO) run --quiet --release --package wassay -- test --engine vm

.DEFAULT_GOAL := help
.PHONY: help setup build conformance matrix test format lint units sanitized docs example deny gate llvm-share bench kernels

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## find LLVM, or install it
	@command -v cargo >/dev/null || { echo "make: no cargo; get Rust from https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "make: no cc; install a C toolchain (Debian: build-essential, macOS: xcode-select --install)" >&2; exit 1; }
	@tools/setup-llvm

build: setup ## the binary, optimised
	$(CARGO) build --release --package wassay

conformance: build ## run the official suite on the VM in every mode, into reports/
	$(WASSAY) $(foreach m,$(MODES),--mode $(m)) --out $(OUT) $(SELECTORS)

# The runs that the matrix is made of: folders that `wassay test --out` wrote. All engines: `make matrix RUNS="reports other"`.
RUNS ?= $(OUT)

matrix: build ## make reports/baselines/matrix.csv and README's table from reports (RUNS)
	$(CARGO) run --quiet --release --package wassay -- matrix --format csv $(RUNS) > target/matrix.csv
	mv target/matrix.csv reports/baselines/matrix.csv
	BLESS=1 $(CARGO) test --quiet --package wassay --test readme

test: format lint units sanitized docs example deny gate ## all that CI checks

format:
	cargo fmt --all --check
	@if command -v python3 >/dev/null; then tools/generate-scripts --check; \
	else echo "python3 is not installed: generated scripts are not checked"; fi

lint: setup
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --package wassay-vm --no-default-features --all-targets -- --deny warnings

# With a browser at hand the tests of the page must use it; without one they say that they did not look.
BROWSER = $$(tools/setup-browser >&2 && echo WASSAY_REQUIRE_BROWSER=1)

units: setup
	@export $(BROWSER) WASSAY_SCREENSHOTS="$(SCREENSHOTS)"; \
	if command -v cargo-nextest >/dev/null; then \
	    echo "cargo nextest run --workspace" && $(CARGO) nextest run --workspace; \
	else \
	    echo "cargo test --workspace --lib --bins --tests" && $(CARGO) test --workspace --lib --bins --tests; \
	fi
	$(CARGO) test --workspace --doc

# AddressSanitizer, which comes with Rust, over the VM's unit tests, without LLVM: a minute. The VM has signal handlers and
# stacks of its own, and looks for where its stack ends. With LLVM and on stacks of continuations:
# make sanitized SANITIZED=--lib
# make sanitized SANITIZED="--test all -- gc:: continuations:: exceptions::"
SANITIZED ?= --no-default-features --lib

sanitized: setup ## the VM's unit tests under AddressSanitizer
	@host=$$(rustc -vV | sed -n 's/^host: //p'); \
	if ls "$$(rustc --print sysroot)/lib/rustlib/$$host/lib/"*_rt.asan.a >/dev/null 2>&1; then \
	    echo "cargo test under AddressSanitizer: $(SANITIZED)" && \
	    ASAN_OPTIONS=detect_stack_use_after_return=0:use_sigaltstack=0:handle_segv=0:handle_sigbus=0:handle_sigill=0 \
	    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
	    $(CARGO) test --quiet --config 'profile.dev.package."*".opt-level=0' --target $$host --target-dir target/sanitized \
	        --package wassay-vm $(SANITIZED); \
	else echo "Rust has no AddressSanitizer for $$host: the VM's unit tests were not run under it"; fi

docs: setup
	$(LLVM) RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps

example: setup
	$(CARGO) run --quiet --package wassay-vm --example hello

deny:
	@if command -v cargo-deny >/dev/null; then cargo deny check; \
	else echo "cargo-deny is not installed: licences and sources of dependencies are not checked"; fi

gate: build
	@mkdir -p $(GATE_OUT)
	$(WASSAY) $(foreach m,$(GATE_MODES),--mode $(m)) --out $(GATE_OUT) $(SELECTORS)
	@$(if $(SELECTORS),true,tools/compare-matrix $(GATE_OUT)/portability.csv reports/baselines/matrix.csv)

llvm-share: build ## how much of a conformance run's CPU time is LLVM's (Linux, needs perf)
	@command -v perf >/dev/null || { echo "make: no perf (Debian: linux-perf)" >&2; exit 1; }
	@mkdir -p $(GATE_OUT)
	@for mode in $(GATE_MODES); do \
	    perf record --quiet --freq 199 --output $(GATE_OUT)/llvm-share.perf \
	        $(WASSAY) --mode $$mode --out $(GATE_OUT) $(SELECTORS) >/dev/null 2>&1; \
	    echo "$$mode, by library:"; \
	    perf report --input $(GATE_OUT)/llvm-share.perf --no-children --sort dso --stdio 2>/dev/null \
	        | grep '%' | grep -v '^#' | head -4; \
	done

bench: setup ## compile, instantiate, call; and kernels against the same C compiled natively
	$(CARGO) bench --package wassay-vm

kernels: setup ## rebuild bench-suites/kernels/wasm from C (needs clang and lld beside LLVM)
	$(MAKE) -C bench-suites/kernels
