# Every target does its own set-up. All that must be there is Python 3.11.
PYTHON ?= python3.11
VENV ?= .venv
PHOTO ?=
OUT ?= out/demo
# For test-blenders: which versions, and those of them that may be passed over where their Python or wheel is not to be
# had. PYTHON311 and PYTHON313 name interpreters that are not on PATH.
BLENDERS ?= 4.2 4.5 5.0 5.2
MAY_LACK ?=
# PyTorch's index of builds without CUDA; not needed, but it saves 2 GB of libraries that a CPU cannot use.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
REQUIREMENTS := requirements/runtime.txt requirements/demo.txt requirements/dev.txt requirements/docs.txt

.PHONY: help setup demo test test-blenders bench screenshots docs lint zip locks clean

help:
	@echo "make setup          the pinned environment in $(VENV); every other target does it by itself"
	@echo "make demo           reconstruct a face from a portrait into $(OUT) (or PHOTO=yours.jpg)"
	@echo "make test           run the tests"
	@echo "make test-blenders  the built extension in Blender $(BLENDERS)"
	@echo "make lint           ruff and pyright"
	@echo "make docs           the documentation site in build/site"
	@echo "make bench          accuracy and speed as one table"
	@echo "make zip            build and validate the Blender extension in dist/"
	@echo "make screenshots    the user guide's pictures, in a real Blender window"
	@echo "make locks          write the engine's lock lists from requirements/"
	@echo "make clean          remove what the targets made, but not $(VENV)"

setup: $(READY)

# The lists are complete, so pip resolves nothing. A torch built for CUDA imports only with its libraries: where pip
# found no CPU build, they are fetched after all.
$(READY): $(REQUIREMENTS) requirements/torch.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: install Python 3.11 with venv." >&2; exit 1; }
	$(PIP) install --quiet --no-deps $(addprefix -r ,$(REQUIREMENTS))
	$(PIP) install --quiet --no-deps --retries 1 --timeout 30 --extra-index-url $(TORCH_INDEX) -r requirements/torch.txt
	@$(BIN)/python -c "import torch" 2>/dev/null || $(PIP) install --quiet -r requirements/torch.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@photo="$(PHOTO)"; \
	[ -n "$$photo" ] || photo=$$(echo $(VENV)/lib/python3.*/site-packages/skimage/data/astronaut.png); \
	$(BIN)/likeness "$$photo" -o "$(OUT)"

test: $(READY)
	$(BIN)/python -m pytest

test-blenders: zip
	PYTHON311="$(or $(PYTHON311),$(PYTHON))" LIKENESS_ENGINE_PYTHON="$(abspath $(BIN)/python)" \
		$(BIN)/python tests/blenders.py dist/likeness-*.zip --blenders $(BLENDERS) --may-lack $(MAY_LACK)

bench: $(READY)
	$(BIN)/python -m likeness.benchmarks

# Needs blender, Xvfb, xdotool and ImageMagick.
screenshots: $(READY)
	PYTHONPATH=tests $(BIN)/python docs/screenshots/take.py

# Needs no network. The PATH is for ruff, which lays out the signatures.
docs: $(READY)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m mkdocs build --strict

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

# Blender's own packaging tool, out of the bpy wheel.
zip: $(READY)
	@mkdir -p dist && rm -f dist/likeness-*.zip
	@scripts=$$(echo $(VENV)/lib/python3.*/site-packages/bpy/*/scripts); \
	tool="$(BIN)/python $$scripts/addons_core/bl_pkg/cli/blender_ext.py"; \
	tags="$$scripts/modules/_bpy_internal/extensions/tags.py"; \
	$$tool validate --valid-tags "$$tags" . && \
	$$tool build --valid-tags "$$tags" --source-dir . --output-dir dist && \
	$$tool validate --valid-tags "$$tags" dist/likeness-*.zip

# The package lists of the engine that Blender's users install.
locks: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python requirements/lock.py

clean:
	rm -rf build dist out *.egg-info .pytest_cache .ruff_cache .hypothesis
