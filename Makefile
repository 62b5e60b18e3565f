# What a developer does with this project; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --no-annotate --allow-unsafe
# A test that hangs ends its worker, with a traceback of where it hung.
STUCK := -o faulthandler_timeout=900 -o faulthandler_exit_on_timeout=true
ADDRESSES := ://|--(extra-)?index-url|--find-links

# Each process of a site, and of the hundreds that tests start, would compile the project for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup dev test check bench lock clean
.DEFAULT_GOAL := help

help: ## Show these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

run: setup ## Start the whole site; PORT=8001 moves it, Ctrl-C stops it
	@$(BIN)/python -m tools.run

setup: .venv/.requirements static/vendor/.made ## Virtual environment, requirements and browser assets

test: dev ## Run all tests; ARGS="tests/web -x" narrows them
	@$(BIN)/python -m tools.chromium
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder $(STUCK) $(ARGS)

check: dev ## Lint and check the formatting of everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --profile=jinja --quiet
	@! grep -nE -e '$(ADDRESSES)' requirements*.txt || { echo "Requirement files hold no addresses."; exit 1; }
	@! grep -n '"resolved"' package-lock.json || { echo "package-lock.json holds no addresses."; exit 1; }

bench: dev ## Measure imports and pages; WHAT=import (or pages, export) ARGS="--contacts 1000" narrows it, see docs/performance.md
	@for one in $(or $(WHAT),import pages); do $(BIN)/python -m bench.$$one $(ARGS) || exit 1; done

lock: dev ## Pin what requirements*.in and package.json ask for, with hashes
	$(LOCK) -o requirements.txt requirements.in
	$(LOCK) -o requirements-dev.txt requirements-dev.in
	$(LOCK) -o requirements-node.txt requirements-node.in
	npm install --package-lock-only --ignore-scripts

clean: ## Remove all that set-up and tests have made; the site's data in instance/ stays
	rm -rf .venv node_modules static/vendor artifacts .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev: setup .venv/.requirements-dev

.venv/.made: tools/virtualenv.py
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m tools.virtualenv .venv
	@touch $@

.venv/.requirements: requirements.txt .venv/.made
	@echo "Installing the requirements into .venv"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.requirements-dev: requirements-dev.txt .venv/.requirements
	@echo "Installing what tests and linters need into .venv"
	@$(PIP) -r requirements-dev.txt
	@touch $@

static/vendor/.made: package.json package-lock.json tools/assets.py .venv/.requirements
	@echo "Installing the browser assets into static/vendor"
	@$(BIN)/python -m tools.assets
	@touch $@
