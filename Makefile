# make run: sets Ponte up and starts the page.    make test: sets up and runs every check.
#
# PYTHON names the interpreter the virtual environment is made with, HOST and PORT where the page
# is served, TESTS what pytest is given. Nothing is done twice: the stamps in .venv are older than
# pyproject.toml or constraints.txt only when there is something to install.

SHELL := /bin/bash
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
TESTS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PINNED := pyproject.toml constraints.txt
MADE := $(VENV)/.made
FOR_USE := $(VENV)/.for-use
FOR_TESTS := $(VENV)/.for-tests
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := help
.PHONY: help run build test lint eval bench lock browser clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: $(FOR_USE) ## set up, index the bundled documents, serve the page on 127.0.0.1:7860
	@echo "Starting the page on http://$(HOST):$(PORT) (the first start builds the index)"
	$(BIN)/ponte serve --host $(HOST) --port $(PORT)

build: $(FOR_USE) ## build the index of the bundled documents anew where something changed
	$(BIN)/ponte build

test: lint browser ## set up and run every check: style, types, layers, tests
	$(BIN)/python -m pytest $(TESTS)

lint: $(FOR_TESTS) ## the checks that run no code: ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

eval: $(FOR_USE) ## measure the quality of the answers on all sets that ship; fail where it fell
	$(BIN)/ponte eval all

bench: $(FOR_TESTS) ## measure times and memory of this machine and print one table
	$(BIN)/python -m eval.bench

clean: ## remove the virtual environment and what the tools left; never an index
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@command -v $(PYTHON) >/dev/null || { echo "Ponte needs Python 3.11, 3.12 or 3.13; \
	there is no '$(PYTHON)'. Name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	echo "Ponte needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
	"Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment could not be made. On Debian" \
	"and Ubuntu it needs: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

# Whoever has what the tests need has what the program needs.
$(FOR_USE): $(MADE) $(PINNED)
	@if [ $(FOR_TESTS) -nt pyproject.toml ] && [ $(FOR_TESTS) -nt constraints.txt ]; then :; else \
	echo "Installing Ponte (some 100 packages; minutes the first time)"; \
	$(PIP) -e . -c constraints.txt; fi
	@touch $@

$(FOR_TESTS): $(MADE) $(PINNED)
	@echo "Installing Ponte and what its tests need (some 100 packages; minutes the first time)"
	$(PIP) -e '.[test]' -c constraints.txt
	@touch $@

browser:
	@missing=; \
	command -v chromium >/dev/null || missing="chromium"; \
	[ -n "$$(fc-list :lang=zh-tw 2>/dev/null)" ] || missing="$$missing fontconfig fonts-noto-cjk"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "The tests of the page need a browser named" \
	"chromium and a font with Chinese characters; install: $$missing" >&2; exit 1; fi; \
	echo "Installing for the tests of the page: $$missing"; \
	$(SUDO) apt-get update -q && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing

lock: ## write constraints.txt anew (on Python 3.11) from the newest versions allowed
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && set -e -o pipefail && \
	$(PYTHON) -m venv "$$scratch/v" && "$$scratch/v/bin/python" -m pip install '.[test]' && \
	"$$scratch/v/bin/python" -m pip freeze --all --exclude ponte --exclude pip | \
	sed -E 's/\+[a-z0-9]+$$//' | grep -vE '^(nvidia-|cuda-|triton=)' > "$$scratch/frozen" && \
	grep '^[^#].*;' constraints.txt >> "$$scratch/frozen" && \
	{ grep '^#' constraints.txt; LC_ALL=C sort -f "$$scratch/frozen"; } > "$$scratch/new" && \
	mv "$$scratch/new" constraints.txt
