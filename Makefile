# Thin on purpose: every target is the command that a person would type.

PACKAGES := binutils git libc6-dev libgcc-12-dev libstdc++-12-dev liburing-dev zlib1g-dev
BUILD := swift build -c release --static-swift-stdlib \
	--explicit-target-dependency-import-check error
PROGRAM := $(CURDIR)/.build/release/sluice

.PHONY: run test test-unit test-end-to-end test-linkage fuzz lint build install-dependencies \
	sanitize-address sanitize-thread

run: build
	.build/release/demonstration $(PROGRAM) Examples/first.cfg

test: build lint test-linkage test-unit test-end-to-end fuzz

build: install-dependencies
	$(BUILD) --product sluice
	$(BUILD) --product demonstration

test-unit: install-dependencies
	swift test --skip EndToEndTests

test-end-to-end: build
	$(BUILD) --product AllocationCounter
	SLUICE_PROGRAM=$(PROGRAM) swift test --filter EndToEndTests

# The built program must run where neither Swift nor liburing is installed.
test-linkage: build
	@if ldd $(PROGRAM) | grep -E 'libswift|liburing|libFoundation'; then \
		echo "$(PROGRAM): must not need these libraries" >&2; exit 1; fi

# Everything but the end-to-end tests, with fewer simulations: sanitizers are slow. LeakSanitizer
# stays off because XCTest's own runner leaks.
SANITIZE_SEEDS ?= 30

sanitize-address: install-dependencies
	ASAN_OPTIONS=detect_leaks=0 SLUICE_SEEDS=$(SANITIZE_SEEDS) SWIFT_BACKTRACE=enable=no \
		swift test --sanitize=address --scratch-path .build-address --skip EndToEndTests

sanitize-thread: install-dependencies
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.suppressions \
		SLUICE_SEEDS=$(SANITIZE_SEEDS) SWIFT_BACKTRACE=enable=no \
		swift test --sanitize=thread --scratch-path .build-thread --skip EndToEndTests

# Seconds for each parser that reads what strangers send.
FUZZ_SECONDS ?= 15

fuzz: install-dependencies
	Tests/Fuzz/run $(FUZZ_SECONDS)

lint: build
	swift format lint --strict --recursive Package.swift Sources Tests
	Tests/Disassembly/check $(PROGRAM)

# Installs only what is missing, so that it needs neither root nor network when nothing is.
install-dependencies:
	@missing=$$(for package in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
		|| echo $$package; done); \
	if [ -n "$$missing" ]; then \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	fi
