# Every task of the project behind one door. `make` alone prints the list.
#
# Needed beforehand: Python 3.11 or 3.12, a C compiler, make. Everything else goes into .venv.
# Another interpreter: make PYTHON=/path/to/python3.12 …

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements-build.lock requirements.lock

# One sentence when something is missing, on standard error, and out.
say = { printf 'make: %s\n' "$(1)" >&2; exit 1; }

# Interpreters in order of preference. A name on the path proves little (version managers leave shims that
# fail), so each candidate has to run. From 3.13 on the desk works with its reference evaluator only, because
# durable-rules does not import there; such a Python is taken last.
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3.12 python3.11 python3 python python3.13 python3.14)
ACCEPTS = import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, $(1))))

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

# --- setting up ------------------------------------------------------------------------------------------------

.PHONY: setup
setup: ## install everything into .venv; does nothing when nothing changed
	@lock=$$(cat $(LOCKS) | cksum); ours=$$(cksum < pyproject.toml); \
	if [ "$$(cat $(VENV)/installed-lock 2>/dev/null)" != "$$lock $(CURDIR) $(PYTHON)" ] \
	   || ! $(BIN)/python -c '' 2>/dev/null; then \
	    $(MAKE) --no-print-directory .venv-from-nothing \
	    && printf '%s\n' "$$lock $(CURDIR) $(PYTHON)" > $(VENV)/installed-lock || exit 1; \
	fi; \
	if [ "$$(cat $(VENV)/installed-ours 2>/dev/null)" != "$$ours" ]; then \
	    $(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps \
	        --no-index --editable . \
	    && printf '%s\n' "$$ours" > $(VENV)/installed-ours || exit 1; \
	fi

# Begun anew whenever the lock changes, so that nothing unlocked survives. What builds durable-rules is
# installed first and from the lock too: pip's own build isolation would fetch it unlocked.
.PHONY: .venv-from-nothing
.venv-from-nothing:
	@python=; \
	for newest in 13 99; do for each in $(CANDIDATES); do \
	    if [ -z "$$python" ] && $$each -c '$(call ACCEPTS,'$$newest')' >/dev/null 2>&1; then python=$$each; fi; \
	done; done; \
	[ -n "$$python" ] || $(call say,none of these runs and is Python 3.11 or newer: $(CANDIDATES). Install Python 3.12 or 3.11, or name one: make PYTHON=/path/to/python3.12.); \
	$$python -c 'import ensurepip, venv' 2>/dev/null \
	    || $(call say,$$python comes without venv and ensurepip; on Debian and Ubuntu the package python3-venv brings them.); \
	if $$python -c '$(call ACCEPTS,13)'; then \
	    command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null \
	        || $(call say,there is no C compiler (cc or gcc), and durable-rules has to be compiled.); \
	    $$python -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' \
	        || $(call say,$$python comes without its C headers, and durable-rules has to be compiled; on Debian and Ubuntu the package python3-dev brings them.); \
	fi; \
	printf 'Installing %s packages into $(VENV) with %s; this takes a minute or two.\n' \
	    "$$(grep -c '==' requirements.lock)" "$$($$python --version 2>&1)"; \
	rm -rf $(VENV) && $$python -m venv $(VENV)
	@for lock in $(LOCKS); do \
	    $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
	        --no-build-isolation --use-pep517 --requirement $$lock || exit 1; \
	done
