# setup demo test faults lint bench train train-gpu scan zip dist floors matrix: each can be run again at once; nothing is installed twice.

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
DATA ?= ../shared/data
BIN = .venv/bin
export RSQI_PYTHON ?= $(CURDIR)/$(BIN)/python

.PHONY: setup demo test faults lint bench train train-gpu scan zip dist floors matrix
setup: .venv/runtime

.venv/runtime: pyproject.toml
	tools/install_system.sh
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/develop: .venv/runtime
	$(BIN)/python -m pip install --quiet --editable '.[train,dev]'
	touch $@

demo: .venv/runtime
	$(BIN)/python tools/demo.py --qgis-python $(QGIS_PYTHON)

test: .venv/develop
	$(BIN)/python -m pytest tests/core tests/cli
	$(QGIS_PYTHON) -m pytest tests/qgis tests/ui

# Workers, schedulers, disks and shares that fail, with real processes: a few minutes.
faults: .venv/develop
	$(BIN)/python -m pytest -m faults tests/core/cluster

lint: .venv/develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/develop
	$(BIN)/python tools/bench --data $(DATA)

POOL ?= build/train/pool.npz
TASK ?= joint
WEIGHTS = training/$(if $(filter seams,$(TASK)),seams,lite0).safetensors
START = $(firstword $(wildcard $(WEIGHTS) training/lite0.safetensors))
RSQI_TRAIN = $(BIN)/rsqi train $(TASK) --arch lite0 --rate 0.001 --data $(DATA) --pool $(POOL) $(if $(START),--init $(START))

# One run on one core, beside other work, from the weights of the run before; the same command goes on where it was stopped.
# TASK=seams trains the network of seams.
train: CROPS ?= 200000
train: .venv/develop
	OMP_NUM_THREADS=1 nice $(RSQI_TRAIN) --samples $(CROPS) --workers 0 --output build/train/$(TASK)
	$(BIN)/rsqi train --weights build/train/$(TASK) $(WEIGHTS)
	rm -rf build/train/$(TASK)-done && mv build/train/$(TASK) build/train/$(TASK)-done

# The same on a GPU, which stops after so many minutes; the same command goes on.
train-gpu: CROPS ?= 2000000
train-gpu: BATCH ?= 256
train-gpu: MINUTES ?= 9
train-gpu: .venv/develop
	$(RSQI_TRAIN) --samples $(CROPS) --batch $(BATCH) --device cuda --minutes $(MINUTES) --output build/train/$(TASK)-gpu

# RELEASE=1 refuses a card with placeholders.
zip:
	$(if $(RELEASE),$(QGIS_PYTHON) tools/check_release.py)
	mkdir -p build
	git archive --format=zip --prefix=rsqi/ --output=build/rsqi.zip HEAD
	@ls -l build/rsqi.zip

scan: .venv/develop zip
	$(BIN)/python -m pip install --quiet bandit detect-secrets
	rm -rf build/scan && mkdir build/scan && cd build/scan && $(QGIS_PYTHON) -m zipfile -e ../rsqi.zip .
	$(BIN)/bandit --quiet --recursive build/scan/rsqi
	cd build/scan && ../../$(BIN)/detect-secrets scan --all-files rsqi | tee ../secrets.json | \
	  $(QGIS_PYTHON) -c "import json, sys; found = json.load(sys.stdin)['results']; print(found or 'no secrets'); sys.exit(bool(found))"

# Wheel and sdist, checked by twine, each installed into an environment of its own and tried there.
dist:
	PYTHON=$(PYTHON) tools/dist.sh

# A part of the core tests with the oldest dependencies that pyproject.toml allows, and with the newest.
floors:
	PYTHON=$(PYTHON) tools/floors.sh

# The ZIP in QGIS 3.22, 3.40 and 3.44, two of them in systems of their own: root, a network and 5 GB. SUITES=host is this one alone.
matrix: .venv/runtime dist zip
	tools/matrix.sh
