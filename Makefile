# Một Cửa. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help setup run test prove lint format bench clean
BIN := .venv/bin

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## .venv with locked packages, the browser's part; under a second when up to date
	@tools/setup

run: setup ## everything on this machine: database, pages, worker, demo province
	@$(BIN)/motcua up

test: setup ## every test that a commit must pass (at most 15 minutes)
	@tools/test-needs
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

prove: setup ## the long, seeded proofs; writes docs/ASSURANCE.md
	@$(BIN)/python -m pytest -q -m prove --timeout=0

lint: setup ## style, types, and which room may import which
	@status=0; $(BIN)/ruff check . || status=1; $(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; $(BIN)/lint-imports || status=1; exit $$status

format: setup ## let ruff mend what it can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: setup ## measure this machine: ratios and speeds
	@$(BIN)/motcua bench

clean: ## remove what was built, never data
	@rm -rf web/static/built web/node_modules engine/letters/fonts build dist .venv/motcua.stamp
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find engine connectors web tests -name __pycache__ -prune -exec rm -rf {} +
