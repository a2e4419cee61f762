# Two commands on a fresh machine: make demo, make test. Everything lives in .venv and ./data.
PYTHON ?= python3
BIN := .venv/bin
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=...')
DEV := import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev'])

.PHONY: demo test lint bench clean

demo: .venv/installed
	@$(BIN)/yusuan demo

test: .venv/installed lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q -rs

lint: .venv/installed
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/installed
	@$(BIN)/python -m benchmarks

clean:
	rm -rf .venv dist data artifacts

# Nothing is asked of the network when neither the pins nor the project file changed since.
# pip, not python, is looked for: an environment made without ensurepip has the one but not the other.
.venv/installed: constraints.txt pyproject.toml
	@test -x $(BIN)/pip || { $(PYTHON) -c "$(NEW_ENOUGH)" && $(PYTHON) -m venv --clear .venv; }
	@echo "Installing pinned packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . \
	  $$($(BIN)/python -c "$(DEV)")
	@touch $@
