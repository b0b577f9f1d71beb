# billwright. `make help` says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
PACKAGES := libxlsxwriter-dev libsqlite3-dev libdeflate-dev libisal-dev zlib1g-dev libzstd-dev libssl-dev pkg-config
# An import of a target that is not named in Package.swift is an error.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
DEMO := .build/demo
PERIOD := 2026-10
SEED ?= 1

.PHONY: help deps build demo test lint format bench fuzz naive accept install clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install the missing Debian packages (with sudo where not root)
	@missing=$$(for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing" $$missing; \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; \
	fi

build: deps ## Build the program (release)
	swift build -c release --product billwright $(SWIFT_FLAGS)

demo: build ## Run the sample workspace for October 2026
	@rm -rf $(DEMO) && mkdir -p $(DEMO) && cp -R samples/. $(DEMO)/
	@status=0; .build/release/billwright run --workspace $(DEMO) --period $(PERIOD) || status=$$?; \
	if [ $$status -gt 1 ]; then exit $$status; fi; \
	echo; \
	echo "The findings above are on purpose: samples/README.md explains each (exit code 1 means: done, with findings)."; \
	echo "Look at  $(DEMO)/out/$(PERIOD)/index.html"; \
	echo "Explain  .build/release/billwright explain -w $(DEMO) $(PERIOD)/hafenrad 4"

test: deps ## Run all tests
	BILLWRIGHT_STRICT=1 swift test $(SWIFT_FLAGS)

lint: deps ## Check the format, the imports and the samples
	swift format lint --strict --recursive Package.swift Sources Tests
	BILLWRIGHT_STRICT=1 swift build --build-tests $(SWIFT_FLAGS)
	@if command -v python3 > /dev/null; then python3 samples/generate.py --check; fi

format: ## Format the code
	swift format --in-place --recursive Package.swift Sources Tests

bench: build ## Measure beside the peers (needs ../shared/bench, python3, a C compiler)
	python3 Tests/Benchmarks/bench.py

fuzz: deps ## Fuzz every parser for longer than the tests do
	FUZZ_ROUNDS=15 BILLWRIGHT_FUZZ_ROUNDS=2000 swift test $(SWIFT_FLAGS) --filter "Fuzz|HostileFile"
	Tests/CoverageFuzzing/fuzz.sh 120

naive: deps ## Compare rating with its second implementation on 100,000 customers (SEED=1 for others)
	BILLWRIGHT_SEED=$(SEED) BILLWRIGHT_ROUNDS=50 swift test $(SWIFT_FLAGS) --filter NaiveRatingTests
	BILLWRIGHT_SEED=$(SEED) BILLWRIGHT_ROUNDS=10 swift test $(SWIFT_FLAGS) --filter "NaiveBillTests|NaiveMeteringTests"

accept: deps ## Rewrite expected results (read the diff before you commit it)
	BILLWRIGHT_ACCEPT=1 swift test $(SWIFT_FLAGS)

install: deps ## Install below PREFIX (default /usr/local)
	swift build -c release --product billwright --static-swift-stdlib $(SWIFT_FLAGS)
	install -D -m 755 .build/release/billwright $(DESTDIR)$(PREFIX)/bin/billwright
	install -d $(DESTDIR)$(PREFIX)/share/billwright
	cp -R templates $(DESTDIR)$(PREFIX)/share/billwright/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	.build/release/billwright --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/billwright

clean: ## Remove what was built
	rm -rf .build
