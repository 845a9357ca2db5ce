# Every task of the project behind one door. `make` alone prints the list.
#
# Needed beforehand: Python 3.11 or 3.12, a C compiler, make. Everything else goes into .venv.
# Another interpreter:        make setup PYTHON=/path/to/python3.12
# More cores for the tests:   make test WORKERS=4

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
# Stages are ordered so that what fails fast comes first; the tests use the cores by themselves.
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements-build.lock requirements.lock
OTHER_LOCKS := tests/emulate/package-lock.json
PYTEST := $(BIN)/python -m pytest
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
WORKERS := 2
BEGAN := $(shell date +%s)

# A named stage that says what it took. A failing one says its name last, where it is looked for.
# $(call stage,name,command)
define stage
@printf '\n-- %s\n' "$(1)"; began=$$(date +%s); \
{ $(2); } || { printf '%s\n' "-- $(1): FAILED after $$(( $$(date +%s) - began )) s" >&2; exit 1; }; \
printf '%s\n' "-- $(1): $$(( $$(date +%s) - began )) s"
endef

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

# --- what people do all day ------------------------------------------------------------------------------------

.PHONY: run
run: setup ## start the desk in this terminal, on SQLite, with the demo directory
	@$(BIN)/chatops console --demo

.PHONY: sandbox
sandbox: setup ## a Matrix homeserver on this machine, the demo cast and rooms, and the desk in them
	@$(BIN)/python -m tests.sandbox

.PHONY: sandbox-clean
sandbox-clean: setup ## remove the sandbox and all that happened in it
	@$(BIN)/python -m tests.sandbox clean

.PHONY: quick
quick: setup ## the inner loop: lint, types, and every test that needs no server
	$(call stage,format and lint,$(BIN)/ruff format --check . && $(BIN)/ruff check .)
	$(call stage,types,$(BIN)/mypy)
	$(call stage,tests without servers,$(PYTEST) -q -n $(WORKERS) --dist worksteal \
	    -m 'not slow and not postgres and not synapse' $(WITHOUT_SERVERS))

.PHONY: soak
soak: setup ## the laws at random, again and again, in other examples each time: make soak ROUNDS=100
	$(call stage,laws at random,for round in $$(seq $(ROUNDS)); do \
	    $(PYTEST) -q -n $(WORKERS) --dist worksteal $(LAWS) || exit 1; done)

.PHONY: test
test: setup bench-packages ## everything that continuous integration checks
	$(call stage,format and lint,$(BIN)/ruff format --check . && $(BIN)/ruff check .)
	$(call stage,import contracts,$(BIN)/lint-imports --no-logo)
	$(call stage,types,$(BIN)/mypy)
	$(call stage,policy check,$(BIN)/chatops policy check)
	$(call stage,catalogues,$(PYTEST) -q $(CATALOGUES))
	$(call stage,tests without servers,$(PYTEST) -n $(WORKERS) --dist loadgroup --hypothesis-profile=same-every-time \
	    --ignore=$(CATALOGUES) $(WITHOUT_SERVERS))
	$(call stage,tests with servers and whole stories,$(PYTEST) -n $$((2 * $(WORKERS))) --dist loadfile \
	    --no-loadscope-reorder tests $(addprefix --ignore=,$(WITHOUT_SERVERS)))
	@printf '\nEverything holds, after %s s.\n' "$$(( $$(date +%s) - $(BEGAN) ))"

# Folders of tests, split by what they start. Whatever is not named here runs in the second stage, where tests
# of one file stay on one worker, so that a server is started by the workers that need it. These wait a lot, for
# servers and for time to pass, so there are two workers to a core; files with slow tests go first.
WITHOUT_SERVERS := tests/unit tests/property tests/architecture
CATALOGUES := tests/unit/test_catalogues.py
# Tests that say what always holds, and look for an example of the contrary.
LAWS := $(shell grep -rl '^from hypothesis' tests --include='test_*.py')
ROUNDS := 20
STORIES := docs/examples/stories/*.story

# --- one check at a time ---------------------------------------------------------------------------------------

.PHONY: format
format: setup ## put imports and lines in order (writes)
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format .

.PHONY: lint
lint: setup ## ruff, without writing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

.PHONY: types
types: setup ## mypy, strict
	@$(BIN)/mypy

.PHONY: contracts
contracts: setup ## who may import whom
	@$(BIN)/lint-imports --no-logo

.PHONY: policy
policy: setup ## the shipped policies, with their own examples
	@$(BIN)/chatops policy check

.PHONY: catalogues
catalogues: setup ## both languages complete
	@$(PYTEST) -q $(CATALOGUES)

.PHONY: stories
stories: setup ## play the documentation's conversations
	@$(BIN)/chatops play $(STORIES)

.PHONY: wheel
wheel: setup ## build dist/*.whl, then run the suite against it
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	@$(PYTEST) tests/architecture/test_wheel.py

.PHONY: bench
bench: setup bench-packages ## run the benchmarks; some of them, or a few rounds: make bench BENCH='answers --quick'
	@$(BIN)/python -m benchmarks $(BENCH)

.PHONY: bench-packages
bench-packages: setup
	@$(BIN)/python -c 'import apscheduler, huey, procrastinate' 2>/dev/null \
	    || $(PIP) install --require-hashes --requirement requirements-bench.lock

# --- setting up ------------------------------------------------------------------------------------------------

# Two stamps in .venv: what was installed from the lock, and the settings our own packages were installed with.
# They hold checksums, not times, so a fresh checkout of the same content installs nothing again. Whoever names
# a PYTHON gets that one from then on.
.PHONY: setup
setup: ## install everything into .venv, once
	@lock="$$(cat $(LOCKS) $(OTHER_LOCKS) | cksum) $(CURDIR)"; ours=$$(cksum < pyproject.toml); python='$(PYTHON)'; \
	if [ "$$(cat $(VENV)/installed-lock 2>/dev/null)" != "$$lock" ] || ! $(BIN)/python -c '' 2>/dev/null \
	    || [ "$${python:=$$(cat $(VENV)/installed-with)}" != "$$(cat $(VENV)/installed-with)" ]; then \
	    $(MAKE) begin-venv && $(MAKE) fill-venv && printf '%s\n' "$$lock" > $(VENV)/installed-lock || exit 1; \
	fi; \
	if [ "$$(cat $(VENV)/installed-ours 2>/dev/null)" != "$$ours" ]; then \
	    $(PIP) install --no-build-isolation --no-deps --no-index --editable . \
	    && printf '%s\n' "$$ours" > $(VENV)/installed-ours || exit 1; \
	fi

# Interpreters in order of preference. A name on the path proves little (version managers leave shims that
# fail), so each candidate has to run. From 3.13 on durable-rules does not import and the desk decides with its
# reference evaluator alone, so such a Python is taken only when there is no other.
CANDIDATES := python3.12 python3.11 python3 python python3.14 python3.13

.PHONY: begin-venv
begin-venv:
	@stop() { printf 'make setup: %s\n' "$$*" >&2; exit 1; }; \
	is() { "$$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, $$2))" >/dev/null 2>&1; }; \
	python='$(PYTHON)'; \
	if [ -n "$$python" ]; then \
	    is "$$python" 99 || stop "$$python does not run, or is older than Python 3.11."; \
	else \
	    for below in 13 99; do for each in $(CANDIDATES); do \
	        if [ -z "$$python" ] && is "$$each" "$$below"; then python=$$each; fi; \
	    done; done; \
	    [ -n "$$python" ] || stop "Python 3.11 or 3.12 is needed and none was found;" \
	        "install it, or say where it is: make PYTHON=/path/to/python3.12 setup."; \
	fi; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || stop "$$python comes without venv and ensurepip;" \
	    "install them (on Debian and Ubuntu: the package python3-venv)."; \
	if is "$$python" 13; then \
	    command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null \
	        || stop "a C compiler (cc) is needed to build durable-rules and none was found; install gcc or clang."; \
	    "$$python" -c 'import os, sysconfig; os.stat(os.path.join(sysconfig.get_path("include"), "Python.h"))' \
	        2>/dev/null || stop "$$python comes without its C headers, needed to build durable-rules;" \
	        "install them (on Debian and Ubuntu: the package python3-dev)."; \
	fi; \
	printf 'Installing %s packages into $(VENV) with %s. This takes a minute or two.\n' \
	    "$$(grep -c == requirements.lock)" "$$("$$python" --version 2>&1)"; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV) && printf '%s\n' "$$python" > $(VENV)/installed-with

# In the order of LOCKS: what builds durable-rules and our own packages comes first, from a lock too, because
# pip's own build isolation would fetch it unlocked.
.PHONY: fill-venv
fill-venv:
	@for lock in $(LOCKS); do \
	    $(PIP) install --require-hashes --no-build-isolation --use-pep517 --requirement $$lock || exit 1; \
	done
	@if command -v npm >/dev/null 2>&1; then \
	    mkdir -p $(SECOND_OPINION) && cp $(addprefix tests/emulate/,package.json package-lock.json .npmrc) $(SECOND_OPINION) \
	    && npm ci --silent --prefix $(SECOND_OPINION) \
	    || printf '%s\n' 'Without the package emulate, the test that asks it for a second opinion is skipped.'; \
	fi

# Somebody else's Slack, for one test, where there is npm to fetch it with.
SECOND_OPINION = $(VENV)/emulate

# --- for maintainers -------------------------------------------------------------------------------------------

# Versions and hashes only, for every Python and platform at once, so that one lock serves all. Versions already
# locked stay unless asked otherwise: make lock UPGRADE=--upgrade, or UPGRADE='--upgrade-package rich'.
COMPILE = uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-header --no-emit-index-url

.PHONY: lock
lock: ## write the lock files anew (needs uv)
	@command -v uv >/dev/null || { echo 'make lock: uv is needed and was not found; install it.' >&2; exit 1; }
	@$(COMPILE) pyproject.toml --group dev --group build $(UPGRADE) --output-file requirements.lock
	@$(COMPILE) pyproject.toml --constraint requirements.lock --output-file requirements-run.lock
	@$(COMPILE) --group build --constraint requirements.lock --output-file requirements-build.lock
	@$(COMPILE) --group bench --constraint requirements.lock --output-file requirements-bench.lock

.PHONY: clean
clean: ## remove .venv and what the tools left behind; databases stay
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
