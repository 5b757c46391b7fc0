# Thin on purpose: every target is the command that a person would type.

PACKAGES := binutils git libc6-dev libgcc-12-dev libstdc++-12-dev liburing-dev zlib1g-dev
BUILD := swift build -c release --static-swift-stdlib \
	--explicit-target-dependency-import-check error
PROGRAM := $(CURDIR)/.build/release/sluice

.PHONY: run test test-unit test-end-to-end fuzz lint build install-dependencies

run: build
	.build/release/demonstration $(PROGRAM) Examples/first.cfg

test: build lint test-unit test-end-to-end fuzz

build: install-dependencies
	$(BUILD) --product sluice
	$(BUILD) --product demonstration

test-unit: install-dependencies
	swift test --skip EndToEndTests

test-end-to-end: build
	SLUICE_PROGRAM=$(PROGRAM) swift test --filter EndToEndTests

# Seconds for each parser that reads what strangers send.
FUZZ_SECONDS ?= 15

fuzz: install-dependencies
	Tests/Fuzz/run $(FUZZ_SECONDS)

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

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
