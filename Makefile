# Each target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV ?= .venv
# The first Python that runs and is new enough; a name on the PATH may be an empty shim.
BASE_PYTHON := $(shell for each in python3 python3.13 python3.12 python3.11 python; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
PYTHON := $(VENV)/bin/python
NTHTIER := $(VENV)/bin/nthtier
DEMO := .cache/demo
WEEK := tests/data/week
PORT ?= 8000

EDITOR_PACKAGE := @zazuko/yasgui@4.6.2

.PHONY: help demo serve editor test lint clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# Only what is imported gets compiled, when it is: pip would spend a quarter of the demo on the rest.
$(VENV)/run: pyproject.toml
	@test -n "$(BASE_PYTHON)" || { echo "Python 3.11 or newer is needed; none was found" >&2; exit 1; }
	$(BASE_PYTHON) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --no-compile --disable-pip-version-check --editable .
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
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

test: lint ## Run everything: style, types, imports, doctests, tests, notebooks, browser
	$(PYTHON) -m pytest -n 2 --dist loadfile

score: $(VENV)/dev ## Print how well the embedded reader reads, by register and predicate, and how fast
	$(PYTHON) -m loaders.extraction.training.score

TRAIN := .venv-train
# Where the processor multiplies in sixteen bits, a step takes half the time.
PRECISION ?= $(if $(shell grep -o -m 1 -E 'avx512_bf16|amx_bf16' /proc/cpuinfo 2>/dev/null),bf16,single)
WEIGHTS := .cache/mpnet
$(TRAIN)/bin/python: pyproject.toml
	$(BASE_PYTHON) -m venv $(TRAIN)
	$@ -m pip install --quiet --disable-pip-version-check --editable '.[train]'

# A step frees and takes hundreds of large arrays; unless malloc keeps them, a third of the time goes to the kernel.
train: export MALLOC_MMAP_MAX_ = 0
train: export MALLOC_TRIM_THRESHOLD_ = 16000000000
train: export MALLOC_TOP_PAD_ = 268435456
train: export MALLOC_ARENA_MAX = 1
train: $(TRAIN)/bin/python ## Train the reader's model anew (hours; resumes where it was stopped)
	$< -m loaders.extraction.training.weights mpnet --out $(WEIGHTS)
	$< -m loaders.extraction.training.train --weights $(WEIGHTS) --out .cache/train --precision $(PRECISION)

bench: $(VENV)/dev ## Measure speed and memory side by side, by ratio (small sizes; SIZE=full for those of the issues)
	$(PYTHON) tests/bench/store_bench.py $(if $(filter full,$(SIZE)),--parties 200000 --rdflib-up-to 200000)
	$(PYTHON) -m pytest tests/bench -q -s -p no:cacheprovider

conformance: $(VENV)/dev ## Run the W3C SPARQL tests over the live service, with counts
	$(PYTHON) -m pytest tests/test_sparql_conformance.py -q -s -p no:cacheprovider

contract: $(VENV)/dev ## Hold the service to its OpenAPI document in two thousand random cases
	NTHTIER_CASES=2000 $(PYTHON) -m pytest tests/test_contract.py -q -p no:cacheprovider

fuzz: $(VENV)/dev ## Have the reader read ten thousand hostile texts
	NTHTIER_FUZZ=10000 $(PYTHON) -m pytest tests/test_extraction_hostile.py -q -s -p no:cacheprovider

crash: $(VENV)/dev ## Kill a writer 200 times and look at what is left
	$(PYTHON) tests/store_crash.py 200

clean: ## Remove what the targets made
	rm -rf $(VENV) $(TRAIN) .cache dist build graph/static/editor
