# `make test` is what CI runs. On Debian as root it installs what the tests need.

.PHONY: test tools lint unit doc tex-matrix bulk spark large fuzz packages site

test: tools lint unit doc

# TeX Live, the oracles and a virtual environment for those from PyPI.
tools:
	tests/install-tools

lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --no-default-features --lib -- -D warnings

unit:
	if cargo nextest --version >/dev/null 2>&1; then cargo nextest run; else cargo test --lib --bins --tests; fi

# Every template of tests/tex by every engine, with and without pith.sty, on this TeX Live and on those of other
# years: half an hour. As root; without root, `make tex-matrix SUITES=` runs it on this one.
SUITES = trixie sid
tex-matrix: tools
	PITH_TEX_MATRIX=1 cargo test --test suite tex_matrix
	set -e; for suite in $(SUITES); do tests/tex-live $$suite; \
	  PITH_TEX_MATRIX=1 PITH_TEX_ROOT=target/tex-live/$$suite cargo test --test suite tex_matrix; done

# A file of more than 4 GiB, which is a hole for the most part: a minute.
large:
	PITH_LARGE=1 cargo test --release --test suite offsets_beyond_4_gib

# The fuzz targets, one after the other; a nightly compiler and cargo-fuzz are needed. docs/fuzzing.md has more.
FUZZ_SECONDS = 300
fuzz:
	fuzz/seed
	set -e; for target in $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs))); do \
	  nice -n 19 cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=25; done

# The files of a release in dist/, and each of them installed and tried: ten minutes. packaging/build says what it needs.
packages:
	packaging/build
	packaging/check

# docs/ as a site in target/book. Needs mdBook.
site:
	mdbook build

doc:
	cargo test --doc
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

# `compute` and `verify` over 2,000,000 lines: speed side by side, and memory. A quarter of an hour and 7 GB of disk.
bulk:
	cargo build --release
	benches/bulk --lines 2000000

# The same verbs under Spark, on 1,000,000 lines: their results are those of one process. Needs Java.
spark:
	.venv/bin/python -c "import pyspark" 2>/dev/null || .venv/bin/python -m pip install --quiet pyspark
	cargo build --release
	examples/spark/compare
