# Two commands on a fresh machine: make demo, make test. Everything lives in .venv and ./data.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench clean

# Pip's download of pinned versions is skipped when neither the pins nor the project file changed.
.venv/installed: constraints.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing pinned packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . \
	  $$($(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev'])")
	@touch $@

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
