# Every target says what it does after "##"; `make` alone prints them.

GO        ?= go
BIN       ?= bin
FUZZTIME  ?= 10s
TESTTIME  ?= 10m
BENCHTIME ?= 1s
TARGETS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
PACKAGES  ?= ./...

# The race detector needs a C compiler; a machine without one still runs the tests.
HAVE_CC := $(shell command -v $$($(GO) env CC) 2>/dev/null)
RACE    := $(if $(HAVE_CC),-race)

STRIPPED := -trimpath -ldflags='-s -w'

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the one-machine lab (ARGS="DIR --env dev" for another)
	@CGO_ENABLED=0 $(GO) run ./cmd/nimmer up $(ARGS)

.PHONY: build
build: ## static, stripped binaries of this machine into bin/
	CGO_ENABLED=0 $(GO) build $(STRIPPED) -o $(BIN)/ ./cmd/...

.PHONY: install
install: ## the binaries into GOBIN
	CGO_ENABLED=0 $(GO) install $(STRIPPED) ./cmd/...

.PHONY: deps
deps: ## download what go.mod names, and check it
	$(GO) mod download
	$(GO) mod verify

.PHONY: test
test: fmt vet ## format check, vet, and the whole test suite (with the race detector where a C compiler is)
	@$(if $(RACE),:,echo "skipped: the race detector, it needs a C compiler (apt-get install gcc)")
	$(GO) test $(RACE) -timeout $(TESTTIME) $(PACKAGES)
	@# The race detector hides what is allocated: those tests run once more without it.
	$(if $(RACE),$(GO) test -run 'Allocate' ./pkg/gate)

.PHONY: race
race: ## the test suite with the race detector, or fail
	CGO_ENABLED=1 $(GO) test -race -timeout $(TESTTIME) $(PACKAGES)

.PHONY: bench
bench: ## every benchmark, with allocations
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $(PACKAGES)

.PHONY: bench-gate
bench-gate: ## the gate's noise, detection, dissent, rate and trust figures, and its kernel beside a plain one
	NIMMER_GATE_FIGURES=1 $(GO) test -count 1 -timeout 30m -run '^TestFigures' -v ./pkg/gate
	$(GO) test -count 1 -timeout 30m -run '^$$' -bench 'Kernel|Plain' -benchmem -benchtime $(BENCHTIME) ./pkg/gate

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s) each
	@grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' pkg cmd tests 2>/dev/null | sort | \
	while IFS=: read -r file func; do \
		name=$${func#func }; \
		echo "fuzz $$name ($$(dirname $$file))"; \
		out=$$($(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x ./$$(dirname $$file) 2>&1) || \
		case $$out in \
		*"Failing input"* | *panic:* | *"[build failed]"*) echo "$$out"; exit 1 ;; \
		*"context deadline exceeded"*) out="the time was up in the middle of an input, which go test calls a failure" ;; \
		*) echo "$$out"; exit 1 ;; \
		esac; \
		echo "$$out" | tail -n 1; \
	done

.PHONY: fmt
fmt: ## fail when a file is not gofmt'd
	@bad=$$(find . -name '*.go' -not -path './.*/*' -exec gofmt -l {} +); \
	if [ -n "$$bad" ]; then echo "not gofmt'd (run gofmt -w on them):"; echo "$$bad"; exit 1; fi

.PHONY: vet
vet: ## go vet
	$(GO) vet $(PACKAGES)

.PHONY: lint
lint: fmt vet ## format check, vet, and golangci-lint, staticcheck, govulncheck where they are installed
	@for tool in "golangci-lint run" "staticcheck $(PACKAGES)" "govulncheck $(PACKAGES)"; do \
		if command -v $${tool%% *} >/dev/null; then echo "$$tool"; $$tool || exit 1; \
		else echo "skipped: $${tool%% *}, it is not installed"; fi; \
	done

.PHONY: cross
cross: ## build for linux and macOS, amd64 and arm64 (TARGETS="darwin/arm64" for one), without cgo
	@for target in $(TARGETS); do \
		echo "build $$target"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build $(STRIPPED) -o /dev/null ./cmd/... || exit 1; \
	done

.PHONY: check-k8s
check-k8s: ## what is emitted for Kubernetes, held against Kubernetes' own code (tests/k8scheck, a module of its own)
	@# Versions follow go.mod of this folder; a copy keeps the check from writing into the tree.
	@mod=$$(mktemp -d) && trap 'rm -rf "$$mod"' EXIT && cd tests/k8scheck && cp go.mod go.sum "$$mod" && \
	$(GO) vet -mod=mod -modfile="$$mod/go.mod" ./... && \
	$(GO) test -mod=mod -modfile="$$mod/go.mod" -count 1 -timeout $(TESTTIME) ./...

.PHONY: nix-check
nix-check: ## evaluate the flake with a nixpkgs at hand: NIXPKGS=DIR, and INPUTS=DIR that holds the other inputs
	@NIMMER_REF_NIXPKGS='$(NIXPKGS)' NIMMER_REF_NIX_INPUTS='$(INPUTS)' \
	sh -c '$(GO) test -count 1 -v -run NixReadsIt ./pkg/topology; $(GO) test -count 1 -timeout 1h -v ./tests/nix' | \
	awk '/^=== /{next} /^FAIL/{bad = 1} {print; fflush()} END{exit bad}'

.PHONY: nix-docs
nix-docs: ## write docs/nixos-options.md from the modules (NIXPKGS and INPUTS as for nix-check)
	@NIMMER_REF_NIXPKGS='$(NIXPKGS)' NIMMER_REF_NIX_INPUTS='$(INPUTS)' \
	$(GO) test -count 1 -v -run TestOptionsPage ./tests/nix -update | \
	awk '/^=== /{next} /^FAIL/{bad = 1} {print} END{exit bad}'

.PHONY: emit
emit: ## refresh the committed files that are emitted beside each declaration
	@for dir in topology topology/examples/*/; do \
		echo "emit $$dir"; $(GO) run ./cmd/nimmer topology emit --force "$$dir" || exit 1; \
	done

.PHONY: check-freeipa
check-freeipa: ## hold what we send to FreeIPA against API.txt of Debian's source packages (fetched with apt)
	@.ci/check-freeipa

.PHONY: clean
clean: ## remove what build left
	rm -rf $(BIN)
