# Two commands on a fresh machine: `make lab` (the workbench) and `make test` (every check).
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
LABEXTENSION := $(VENV)/share/jupyter/labextensions/symlab
SETTINGS := $(VENV)/share/jupyter/lab/settings
EXTRAS_lab := lab,fast,stability,examples
EXTRAS_test := test

export PIP_DISABLE_PIP_VERSION_CHECK = 1

# $(call timed,what,command): runs the command and says how long it took.
timed = start=$$(date +%s); $(2) && echo "set-up: $(1) $$(( $$(date +%s) - start )) s"

.DEFAULT_GOAL := help
.PHONY: help lab test quick build-lab bench system clean
.DELETE_ON_ERROR:

help:
	@echo "make lab        JupyterLab with the workbench on the tour (ARGS=\"--no-browser --port=8899\")"
	@echo "make test       every check: style, types, Python, TypeScript, notebooks, browser"
	@echo "make quick      style, types and two cases of each fast Python test, two to three minutes"
	@echo "make build-lab  the committed JavaScript from labextension/src (needs node)"
	@echo "make bench      the benchmarks, as ratios against NumPy"
	@echo "make clean      remove .venv and everything built"

lab: $(STAMPS)/lab
	$(BIN)/symlab lab notebooks/01_tour.ipynb $(ARGS)

test: system $(STAMPS)/test $(STAMPS)/pycuda labextension/node_modules/.stamp
	@rm -rf build/notebooks && mkdir -p build && cp -r notebooks build/notebooks
	@$(BIN)/pytest -n 2 --dist loadgroup --nbmake --nbmake-timeout=600 tests build/notebooks $(ARGS)

quick: $(STAMPS)/test
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not slow and not browser and not lab and not gpu" --cases 2 tests $(ARGS)

build-lab: labextension/node_modules/.stamp
	npm --prefix labextension run build

bench: $(STAMPS)/test
	$(BIN)/python -m benchmarks $(ARGS)

system:
	@$(call timed,system packages,sh tools/system_packages.sh)

clean:
	rm -rf $(VENV) build dist labextension/node_modules

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# An editable install copies shared data, so the lab extension is linked instead: a new build shows at once.
$(STAMPS)/%: pyproject.toml | $(BIN)/python
	@rm -f $(LABEXTENSION)
	@$(call timed,Python packages,$(BIN)/pip install --quiet --editable ".[$(EXTRAS_$*)]")
	@rm -rf $(LABEXTENSION) && mkdir -p $(@D) $(dir $(LABEXTENSION))
	@ln -s $(CURDIR)/symlab/labextension $(LABEXTENSION)
	@mkdir -p $(SETTINGS) && cp tools/lab_settings.json $(SETTINGS)/overrides.json
	@touch $@

# PyCUDA where there may be no driver: its wheel is built once and kept with the compiled code.
$(STAMPS)/pycuda: tools/build_pycuda.sh $(STAMPS)/test
	@$(call timed,PyCUDA,tools/build_pycuda.sh $(CURDIR)/$(BIN)/python)
	@touch $@

labextension/node_modules/.stamp: labextension/package-lock.json
	@$(call timed,npm packages,npm --prefix labextension ci --no-audit --no-fund --silent)
	@touch $@
