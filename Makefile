# Everything that starts, tests and checks the portal; `make help` lists it.
# Needs Python 3.11 or newer with its venv module, and nothing else.

BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.PHONY: help run drill test coverage test-setup lint fmt requirements

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the portal with its demo office on http://127.0.0.1:8000 (PORT=… changes the port)
	@sh .ci/venv requirements.txt
	@EDUPORTAL_DEMO=1 exec $(BIN)/eduportal serve

drill: ## Rehearse an opening on a scratch database (DRILL_ARGS='--people 500 --database postgresql')
	@sh .ci/venv requirements.txt
	@$(BIN)/eduportal drill $(DRILL_ARGS)

test: ## Run the tests (PYTEST_ARGS='-x -k booking' is passed on)
	@sh .ci/venv requirements-dev.txt
	@$(BIN)/pytest --numprocesses 2 $(PYTEST_ARGS)

coverage: ## Run the tests and say which lines none of them reaches (takes half as long again)
	@$(MAKE) --no-print-directory test PYTEST_ARGS="--cov --cov-report=term $(PYTEST_ARGS)"

test-setup: ## Install what the tests drive: Chromium and PostgreSQL, from Debian's packages
	@sh .ci/test-setup

lint: ## Check style, types, the direction of imports and the templates
	@sh .ci/venv requirements-dev.txt
	@failed=; \
	for check in "ruff check" "ruff format --check" mypy lint-imports "djlint --check --lint eduportal"; do \
		echo "== $$check"; \
		$(BIN)/$$check || failed="$$failed $${check%% *}"; \
	done; \
	if [ -n "$$failed" ]; then echo "Not clean:$$failed"; exit 1; fi

fmt: ## Put Python and templates into their form
	@sh .ci/venv requirements-dev.txt
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet
	@$(BIN)/djlint --quiet --reformat eduportal

requirements: ## Pin everything anew, with hashes, from setup.cfg and requirements*.in
	@sh .ci/venv requirements-dev.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH"; \
	echo uv | $(LOCK) --upgrade --no-annotate --output-file requirements-uv.txt - && \
	$(LOCK) --upgrade --output-file requirements.txt setup.cfg requirements.in && \
	$(LOCK) --upgrade --constraints requirements.txt --output-file requirements-dev.txt \
		setup.cfg requirements.in requirements-dev.in
