# Two commands on a fresh machine: make demo, make test. Everything lives in .venv and ./data.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=...')
FOR_TESTS := import tomllib; p = tomllib.load(open('pyproject.toml', 'rb')); \
  extras = p['project']['optional-dependencies']; print(*p['dependency-groups']['dev'], *extras['ocr'], *extras['cluster'])

# Looks at pages as people with a screen reader, a keyboard or weak eyes meet them (tests/test_site_axe.py).
AXE_VERSION := 4.14.1
AXE := .venv/axe/node_modules/axe-core/axe.min.js

.PHONY: demo test lint bench clean

demo: .venv/installed
	@$(BIN)/yusuan demo

test: .venv/installed-for-tests $(AXE) lint
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q -rs

lint: .venv/installed-for-tests
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/installed-for-tests
	@$(BIN)/python -m benchmarks

clean:
	rm -rf .venv dist data artifacts

# Nothing is asked of the network when neither the pins nor the project file changed since.
# pip, not python, is looked for: an environment made without ensurepip has the one but not the other.
.venv/installed: constraints.txt pyproject.toml
	@test -x $(BIN)/pip || { $(PYTHON) -c "$(NEW_ENOUGH)" && $(PYTHON) -m venv --clear .venv; }
	@echo "Installing pinned packages into .venv ..."
	@$(PIP) -e .
	@touch $@

.venv/installed-for-tests: .venv/installed
	@echo "Installing what the tests need ..."
	@$(PIP) $$($(BIN)/python -c "$(FOR_TESTS)")
	@touch $@

# Without npm, or without a registry, its tests are skipped; where Chromium is there, .ci/run does not excuse that.
$(AXE): .venv/installed
	@echo "Installing axe-core $(AXE_VERSION) with npm ..."
	-@npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix .venv/axe axe-core@$(AXE_VERSION)
