# setup demo test lint bench train scan zip: each can be run again at once; nothing is installed twice.

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
DATA ?= ../shared/data
BIN = .venv/bin
export RSQI_PYTHON ?= $(CURDIR)/$(BIN)/python

.PHONY: setup demo test lint bench train scan zip
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

lint: .venv/develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/develop
	$(BIN)/python tools/bench --data $(DATA)

# Resumes where it was stopped; hours on two cores. Replaces the default model and measures what came out.
train: TRAIN = $(BIN)/rsqi train joint --pool build/train/pool.npz
train: .venv/develop
	$(TRAIN) --data $(DATA) --output build/train/1
	$(TRAIN) --init build/train/1 --rate 0.001 --samples 80000 --seed 1 --output build/train/2
	$(TRAIN) --init build/train/2 --rate 0.0012 --samples 180000 --seed 2 --output build/train/3
	$(TRAIN) --init build/train/3 --rate 0.0012 --samples 180000 --seed 3 --compile --output build/train/4
	$(TRAIN) --init build/train/4 --rate 0.0008 --samples 70000 --seed 4 --compile --output build/train/5
	$(TRAIN) --init build/train/5 --rate 0.001 --samples 60000 --seed 5 --compile --output build/train/6
	$(TRAIN) --init build/train/6 --rate 0.0011 --samples 160000 --seed 6 --compile --output build/train/7
	$(TRAIN) --init build/train/7 --rate 0.0011 --samples 120000 --seed 7 --compile --output build/train/8
	$(BIN)/rsqi export build/train/8 --data $(DATA) --output resources/models/default --without distortion \
	  --sparing shadow,stretching_blur,blur --false-alarms 0.015
	cp build/train/8/curve.svg docs/images/training.svg
	$(BIN)/rsqi evaluate --data $(DATA) --output docs/benchmark.md --card docs/model-card.md

zip:
	mkdir -p build
	git archive --format=zip --prefix=rsqi/ --output=build/rsqi.zip HEAD
	@ls -l build/rsqi.zip

scan: .venv/develop zip
	$(BIN)/python -m pip install --quiet bandit detect-secrets
	rm -rf build/scan && mkdir build/scan && cd build/scan && $(QGIS_PYTHON) -m zipfile -e ../rsqi.zip .
	$(BIN)/bandit --quiet --recursive build/scan/rsqi
	cd build/scan && ../../$(BIN)/detect-secrets scan --all-files rsqi | tee ../secrets.json | \
	  $(QGIS_PYTHON) -c "import json, sys; found = json.load(sys.stdin)['results']; print(found or 'no secrets'); sys.exit(bool(found))"
