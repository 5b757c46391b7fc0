# Thin on purpose: every target is the command that a person would type.

PACKAGES := binutils git libc6-dev libgcc-12-dev libpcre2-dev libstdc++-12-dev liburing-dev zlib1g-dev
# An emulated machine for the oldest kernel.
OLD_KERNEL_PACKAGES := busybox-static cpio qemu-system-x86
BUILD := swift build -c release --static-swift-stdlib \
	--explicit-target-dependency-import-check error
PROGRAM := $(CURDIR)/.build/release/sluice

.PHONY: run test test-unit test-end-to-end test-old-kernel test-linkage fuzz lint build \
	install-dependencies sanitize-address sanitize-thread bench bench-quick bench-check bench-report \
	bench-micro build-bench

run: build
	.build/release/demonstration $(PROGRAM) Examples/first.cfg

test: build lint test-linkage test-unit test-end-to-end test-old-kernel fuzz

build: install-dependencies
	$(BUILD) --product sluice
	$(BUILD) --product demonstration

test-unit: install-dependencies
	swift test --skip EndToEndTests

test-end-to-end: build
	Tests/EndToEnd/install-servers
	$(BUILD) --product AllocationCounter
	SLUICE_PROGRAM=$(PROGRAM) swift test --filter EndToEndTests

# The end-to-end tests and those of both kernels on Debian 12's own Linux 6.1.
test-old-kernel: build
	@$(call install,$(OLD_KERNEL_PACKAGES))
	swift build --build-tests
	Tests/OldKernel/run $(PROGRAM) $$(swift build --show-bin-path)/sluicePackageTests.xctest

# The built program must run where neither Swift nor the libraries are installed.
test-linkage: build
	@if ldd $(PROGRAM) | grep -E 'libswift|liburing|libpcre|libFoundation'; then \
		echo "$(PROGRAM): must not need these libraries" >&2; exit 1; fi

# Everything but the end-to-end tests, with fewer simulations: sanitizers are slow. LeakSanitizer
# stays off because XCTest's own runner leaks.
SANITIZE_SEEDS ?= 30

sanitize-address: install-dependencies
	ASAN_OPTIONS=detect_leaks=0 SLUICE_SEEDS=$(SANITIZE_SEEDS) SWIFT_BACKTRACE=enable=no \
		swift test --sanitize=address --scratch-path .build-address --skip EndToEndTests

sanitize-thread: install-dependencies
	SLUICE_SANITIZE=1 TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.suppressions \
		SLUICE_SEEDS=$(SANITIZE_SEEDS) SWIFT_BACKTRACE=enable=no \
		swift test --sanitize=thread --scratch-path .build-thread --skip EndToEndTests

# Seconds for each parser that reads what strangers send.
FUZZ_SECONDS ?= 20

fuzz: install-dependencies
	Tests/Fuzz/run $(FUZZ_SECONDS)

# Benchmarks/README.md explains them. PROGRAM=/path/to/sluice measures that program, HAPROXY_EXTRA
# names one more HAProxy, BENCH_OPTIONS goes to the harness as it is.
BENCH_OPTIONS ?=
BENCH := .build/release/bench --sluice $(PROGRAM) \
	$(if $(HAPROXY_EXTRA),--haproxy-extra $(HAPROXY_EXTRA))

bench: build-bench
	$(BENCH) --output Benchmarks/Results $(BENCH_OPTIONS)

bench-quick: build-bench
	$(BENCH) --quick --output .build/bench-quick $(BENCH_OPTIONS)

# Every workload with every byte compared; the times do not count.
bench-check: build-bench
	$(BENCH) --check --rounds 1 --no-system-calls --output .build/bench-check $(BENCH_OPTIONS)

bench-report:
	$(BUILD) --product bench
	.build/release/bench --report Benchmarks/Results/record.json

bench-micro: install-dependencies
	$(BUILD) --product microbenchmarks
	.build/release/microbenchmarks --columns name,time,min,p99,iterations

build-bench: install-dependencies
	Benchmarks/install-peers
	$(BUILD) --product bench
	$(BUILD) --product load
ifneq ($(origin PROGRAM),command line)
	$(BUILD) --product sluice
endif

lint: build
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks
	Tests/Disassembly/check $(PROGRAM)

# $(call install,<packages>): installs only what is missing, so that it needs neither root nor
# network when nothing is.
define install
missing=$$(for package in $(1); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
		|| echo $$package; done); \
	if [ -n "$$missing" ]; then \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	fi
endef

install-dependencies:
	@$(call install,$(PACKAGES))
