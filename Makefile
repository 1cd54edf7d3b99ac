# make shell opens the prompt, make test runs the tests. Both set up what they need in .venv first, and do nothing
# when that is done already. Another Python: make test PYTHON=python3.12 (it gets .venv-3.12 for itself).

PYTHON ?= python3
ARGS :=

VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(basename $(VERSION)))
IN_VENV := $(VENV)/bin/python

# The stamps: the environment for this very Python; the package in it; the developers' tools too.
MADE := $(VENV)/.made-$(VERSION)
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools

# A strict editable install links each file of the packages from build/, so it is due again when a file comes or goes,
# when that folder was removed, and when the whole tree was moved.
FOLDERS := $(wildcard runtime repl observer)
FILES := $(sort $(shell find $(FOLDERS) -name '*.py' -o -name py.typed -o -name '*.md' -o -name '*.css' -o -name '*.js' -o -name '*.html' -o -name '*.svg'))
NAMES := $(subst /,.,$(patsubst %/__init__.py,%,$(filter %/__init__.py,$(FILES))))
PACKAGES := $(patsubst pyex.runtime%,pyex%,$(addprefix pyex.,$(NAMES)))
UNLISTED = $(strip $(foreach name,$(PACKAGES),$(shell grep -qF '"$(name)"' pyproject.toml || echo $(name))))
NO_LINKS := $(if $(wildcard build/__editable__.*/pyex/__init__.py),,FORCE)

# The build's tools are in the environment too (the bound is pyproject.toml's), so that installing again is quick and
# needs no network.
PIP := $(IN_VENV) -m pip --quiet --disable-pip-version-check
EDITABLE := $(PIP) install --no-build-isolation --config-settings editable_mode=strict --editable

OLD := import sys; sys.stdout.write("old" * (sys.version_info < (3, 11)))
OTHERWISE := Install Python 3.11 or newer (Debian: apt install python3 python3-venv) or name one: make PYTHON=python3.12
NO_VENV := $(PYTHON) cannot make virtual environments. Install its venv module (Debian: apt install python3-venv)

# mypy reads the links; these are the files behind them.
UNLINK := s,^build/__editable__[^/]*/pyex/,runtime/,; s,^runtime/(repl|observer)/,\1/,

.PHONY: help shell test soak check bench screenshots clean FORCE

help:
	@echo 'make shell   open the prompt'
	@echo 'make test    run the tests; some of them: make test ARGS="-k supervisor"'
	@echo 'make soak    the stress tests, each for an hour: make soak SECONDS=3600'
	@echo 'make check   lint and types'
	@echo 'make bench   measure pyex beside Elixir and other actors, in ten minutes; in one: make bench ARGS=--quick'
	@echo 'make screenshots   the pictures of docs/observer.md, made from a program that runs'
	@echo 'make clean   remove everything that these made'

shell: $(INSTALLED)
	@$(VENV)/bin/pyex $(ARGS)

# -P keeps the root off sys.path, where repl and runtime would be importable a second time under those names.
test: $(TOOLS)
	@$(IN_VENV) -P -m pytest $(ARGS)

SECONDS := 3600
soak: $(TOOLS)
	@PYEX_SOAK_SECONDS=$(SECONDS) $(IN_VENV) -P -m pytest -m soak $(ARGS)

check: $(TOOLS)
	@$(IN_VENV) -m ruff check --quiet .
	@found=$$($(IN_VENV) -P -m mypy --no-error-summary -p pyex) || { echo "$$found" | sed -E '$(UNLINK)'; exit 1; }

bench:
	@$(PYTHON) benchmarks/run.py $(ARGS)

screenshots: $(TOOLS)
	@$(IN_VENV) -P docs/screenshots.py

clean:
	rm -rf .venv .venv-* build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	$(if $(VERSION),,$(error $(PYTHON) does not run here. $(OTHERWISE)))
	$(if $(shell $(PYTHON) -c '$(OLD)'),$(error pyex needs Python 3.11 or newer and $(PYTHON) is $(VERSION). $(OTHERWISE)))
	$(if $(shell $(PYTHON) -c 'import ensurepip, venv' 2>&1),$(error $(NO_VENV)))
	@echo 'Setting up $(VENV) for Python $(VERSION) ...'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install 'setuptools>=77'
	@touch $@

$(VENV)/.files: $(MADE) FORCE
	$(if $(UNLISTED),$(error add to [tool.setuptools] packages in pyproject.toml: $(UNLISTED)))
	@echo '$(CURDIR) $(FILES)' | cmp -s - $@ || echo '$(CURDIR) $(FILES)' > $@

$(INSTALLED) $(TOOLS): pyproject.toml $(MADE) $(VENV)/.files $(NO_LINKS)

$(INSTALLED):
	@$(EDITABLE) .
	@touch $@

$(TOOLS):
	@$(EDITABLE) '.[dev]'
	@touch $(INSTALLED) $@
