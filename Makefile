# Each target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV ?= .venv
BASE_PYTHON := $(firstword $(foreach each,python3.13 python3.12 python3.11 python3,$(shell command -v $(each) 2>/dev/null)))
PYTHON := $(VENV)/bin/python
NTHTIER := $(VENV)/bin/nthtier
DEMO := .cache/demo
WEEK := tests/data/week
PORT ?= 8000

EDITOR_PACKAGE := @zazuko/yasgui@4.6.2

.PHONY: help demo serve editor test lint clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/run: pyproject.toml
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(BASE_PYTHON) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/run ## Load the bundled relationships and a sample week, ask who depends on TSMC, write a page
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(NTHTIER) --store $(DEMO)/store load ontology/catalogue/backbone.csv $(WEEK)
	$(NTHTIER) --store $(DEMO)/store ask "Who depends on TSMC?"
	$(NTHTIER) --store $(DEMO)/store view TSMC --out $(DEMO)/tsmc.html

$(DEMO)/store:
	@$(MAKE) --no-print-directory demo

editor: $(VENV)/run ## Fetch the editor of the SPARQL page with npm; the page works without it
	@if [ -f graph/static/editor/yasgui.min.js ]; then exit 0; \
	elif ! command -v npm > /dev/null; then echo 'npm is absent: the SPARQL page shows its plain form'; exit 0; fi; \
	mkdir -p .cache && npm pack --silent --pack-destination .cache $(EDITOR_PACKAGE) && $(NTHTIER) editor .cache/zazuko-yasgui-4.6.2.tgz

serve: $(VENV)/run $(DEMO)/store editor ## Serve the demo's data: questions, SPARQL and pages on http://127.0.0.1:8000
	$(NTHTIER) --store $(DEMO)/store serve --port $(PORT)

lint: $(VENV)/dev ## Check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

test: lint ## Run everything: style, types, imports, doctests, tests, notebooks, browser
	$(PYTHON) -m pytest -n 2 --dist loadfile

clean: ## Remove what the targets made
	rm -rf $(VENV) .cache dist build graph/static/editor
