# The commands of this repository; `make help` lists them. Only `setup` and `conformance` install anything.

# tools/setup-llvm alone knows LLVM's version and prefix. This is expanded when a recipe runs, so after `toolchain`.
LLVM  = env $$(tools/setup-llvm --env)
CARGO = $(LLVM) cargo

# Modes and arguments of `make conformance`, and the folder it writes reports into.
MODES      ?= o0 o3 o3-relaxed
SELECTORS  ?=
OUT        ?= reports
# Modes of the gate in `make test`, and its folder: a test run does not replace the reports in OUT.
GATE_MODES ?= $(MODES)
GATE_OUT   ?= target/gate
# Folder for the screenshots that tests of the report page take; they take none if this is empty.
SCREENSHOTS ?=

WASSAY = $(CARGO) run --quiet --release --package wassay -- test --engine vm

.DEFAULT_GOAL := help
.PHONY: help setup toolchain build conformance matrix test format lint units sanitized docs example deny gate llvm-share bench kernels

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: toolchain ## install what is missing: LLVM, and Chromium for the tests of the report page
	@tools/setup-browser || echo "make: without Chromium, the tests of the report page run in no browser"

# Checks for the tools that every build needs. A missing LLVM is an error here, but `setup` and `conformance` install it.
IF_MISSING = --check
setup conformance: IF_MISSING =

toolchain:
	@command -v cargo >/dev/null || { echo "make: no cargo; get Rust from https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "make: no cc; install a C toolchain (Debian: build-essential)" >&2; exit 1; }
	@tools/setup-llvm $(IF_MISSING)

build: toolchain ## build the harness, `wassay`, with optimisation
	$(CARGO) build --release --package wassay

conformance: build ## run the official suite on the VM in every mode, into reports/ (installs LLVM if it is missing)
	$(WASSAY) $(foreach m,$(MODES),--mode $(m)) --out $(OUT) $(SELECTORS)

# Folders that `wassay test --out` wrote, from which the matrix is made. For several: `make matrix RUNS="reports other"`.
RUNS ?= $(OUT)

matrix: build ## renew reports/baselines/matrix.csv, docs/matrix.md and README's table from reports (RUNS)
	$(CARGO) run --quiet --release --package wassay -- matrix --format csv $(RUNS) > target/matrix.csv
	mv target/matrix.csv reports/baselines/matrix.csv
	BLESS=1 $(CARGO) test --quiet --package wassay --test readme

test: toolchain format lint units sanitized docs example deny gate ## run all checks of CI; installs nothing
	@tools/setup-browser --check >/dev/null || echo "make: the tests of the report page were not run in a browser"

format:
	cargo fmt --all --check
	@if command -v python3 >/dev/null; then tools/generate-scripts --check; \
	else echo "python3 is not installed: generated scripts are not checked"; fi

lint: toolchain
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --package wassay-vm --no-default-features --all-targets -- --deny warnings

# The page's tests skip themselves without a browser. Where one is found they must use it.
units: toolchain
	@if tools/setup-browser --check; then export WASSAY_REQUIRE_BROWSER=1; fi; \
	export WASSAY_SCREENSHOTS="$(SCREENSHOTS)"; \
	if command -v cargo-nextest >/dev/null; then \
	    echo "cargo nextest run --workspace" && $(CARGO) nextest run --workspace; \
	else \
	    echo "cargo test --workspace --lib --bins --tests" && $(CARGO) test --workspace --lib --bins --tests; \
	fi
	$(CARGO) test --workspace --doc

# AddressSanitizer comes with Rust. By default it checks the VM's unit tests without LLVM, which takes a minute. Its options
# below leave to the VM what the VM does itself: it handles signals, has stacks of its own, and looks up where a stack ends.
# With LLVM, and on stacks of continuations:
# make sanitized SANITIZED=--lib
# make sanitized SANITIZED="--test all -- gc:: continuations:: exceptions::"
SANITIZED ?= --no-default-features --lib

sanitized: toolchain ## run the VM's unit tests under AddressSanitizer
	@host=$$(rustc -vV | sed -n 's/^host: //p'); \
	if ls "$$(rustc --print sysroot)/lib/rustlib/$$host/lib/"*_rt.asan.a >/dev/null 2>&1; then \
	    echo "cargo test under AddressSanitizer: $(SANITIZED)" && \
	    ASAN_OPTIONS=detect_stack_use_after_return=0:use_sigaltstack=0:handle_segv=0:handle_sigbus=0:handle_sigill=0 \
	    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
	    $(CARGO) test --quiet --config 'profile.dev.package."*".opt-level=0' --target $$host --target-dir target/sanitized \
	        --package wassay-vm $(SANITIZED); \
	else echo "Rust has no AddressSanitizer for $$host: the VM's unit tests were not run under it"; fi

docs: toolchain
	$(LLVM) RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps

# `artifacts` takes the name of a file, and runs a second time without the compiler: see its first lines.
EXAMPLES = $(filter-out artifacts,$(basename $(notdir $(wildcard vm/examples/*.rs))))
EXAMPLE  = $(CARGO) run --quiet --package wassay-vm

example: toolchain ## run the examples in vm/examples
	@for example in $(EXAMPLES); do \
	    echo "example $$example:" && $(EXAMPLE) --example $$example || exit; \
	done
	@echo "example artifacts, with and without the compiler:"
	@$(EXAMPLE) --example artifacts -- target/example.wassay
	@$(EXAMPLE) --no-default-features --example artifacts -- target/example.wassay

deny:
	@if command -v cargo-deny >/dev/null; then cargo deny check; \
	else echo "cargo-deny is not installed: licences and sources of dependencies are not checked"; fi

gate: build
	@mkdir -p $(GATE_OUT)
	$(WASSAY) $(foreach m,$(GATE_MODES),--mode $(m)) --out $(GATE_OUT) $(SELECTORS)
	@$(if $(SELECTORS),true,tools/compare-matrix $(GATE_OUT)/portability.csv reports/baselines/matrix.csv)

llvm-share: build ## show LLVM's share of a conformance run's CPU time (Linux, needs perf)
	@command -v perf >/dev/null || { echo "make: no perf (Debian: linux-perf)" >&2; exit 1; }
	@mkdir -p $(GATE_OUT)
	@for mode in $(GATE_MODES); do \
	    perf record --quiet --freq 199 --output $(GATE_OUT)/llvm-share.perf \
	        $(WASSAY) --mode $$mode --out $(GATE_OUT) $(SELECTORS) >/dev/null 2>&1; \
	    echo "$$mode, by library:"; \
	    perf report --input $(GATE_OUT)/llvm-share.perf --no-children --sort dso --stdio 2>/dev/null \
	        | grep '%' | grep -v '^#' | head -4; \
	done

bench: toolchain ## measure compiling, instantiating and calling; and kernels against the same C compiled natively
	$(CARGO) bench --package wassay-vm

kernels: toolchain ## rebuild bench-suites/kernels/wasm from C (needs clang and lld beside LLVM)
	$(MAKE) -C bench-suites/kernels
