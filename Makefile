# Every command makes what it needs first: tools/setup.sh fills .venv once and then only looks whether it is current.
# PYTHON chooses the interpreter, as in: make book PYTHON=python3.13

PYTHON  ?=
CHAPTER ?=
NAME    ?=
PORT    ?= 8000
ARGS    ?=

python   = .venv/bin/python
book     = _build/html/index.html
studies  = $(filter-out __init__,$(sort $(patsubst studies/%.py,%,$(wildcard studies/*.py))))
chapters = $(sort $(patsubst chapters/%.ipynb,%,$(wildcard chapters/[0-9]*.ipynb)))
notebook = $(firstword $(wildcard chapters/$(CHAPTER).ipynb chapters/$(CHAPTER)_*.ipynb chapters/0$(CHAPTER)_*.ipynb))

# One thread: the stored numbers were made with one, and more would change the order of sums.
export OMP_NUM_THREADS := 1

.PHONY: help book lab edit test run calibrate study bench serve clean setup chapter named

help: ## this list
	@echo "Recurrent Neural Networks, by Hand. Commands:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "Options: CHAPTER=01 for run and calibrate; NAME=... for study; PORT=8000 for serve; PYTHON=python3.13 for all;"
	@echo "ARGS=... goes to the program behind lab, edit, run, calibrate, study and bench (make lab ARGS=--no-browser)."

book: setup ## build the book from the stored outputs and say where it is
	@.venv/bin/jupyter-book build . -W -n --keep-going
	@echo
	@echo "The book is in  $(CURDIR)/$(book)"
	@$(python) -c 'import pathlib; print("Open it at     ", pathlib.Path("$(book)").resolve().as_uri())'

lab: setup ## open JupyterLab on your own copy of the chapters (workbook/, never overwritten)
	@$(python) tools/workbook.py
	@$(python) -m jupyter lab --LabApp.default_url=/lab/tree/workbook $(ARGS)

edit: setup ## open JupyterLab on the chapters themselves
	@$(python) -m jupyter lab --LabApp.default_url=/lab/tree/chapters $(ARGS)

test: setup ## run every check: ruff, unit, property, book and browser tests, the chapters' stored outputs
	@$(python) tools/run_tests.py

run: chapter setup ## execute one chapter and store its outputs: make run CHAPTER=01
	@$(python) tools/run_notebook.py $(notebook) $(ARGS)

calibrate: chapter setup ## measure the ranges of one chapter over several seeds: make calibrate CHAPTER=01
	@$(python) tools/calibrate.py $(notebook) $(ARGS)

study: named setup ## run one of the longer studies and store its results: make study NAME=...
	@$(python) -m studies.$(NAME) $(ARGS)

bench: setup ## compare the speed of the NumPy layers, of training, Python and a network in the page, and store the results
	@$(python) -m benchmarks.layers $(ARGS)
	@$(python) -m benchmarks.alternating $(ARGS)
	@$(python) -m benchmarks.kernels $(ARGS)
	@$(python) -m benchmarks.memory $(ARGS)
	@$(python) -m benchmarks.language_model $(ARGS)
	@$(python) -m benchmarks.seq2seq $(ARGS)
	@$(python) -m benchmarks.to_onnx $(ARGS)
	@$(python) -m benchmarks.page_python $(ARGS)
	@$(python) -m benchmarks.invent_words $(ARGS)

serve: book ## build the book and serve it on this machine only
	@$(python) tools/serve.py $(dir $(book)) $(PORT)

clean: ## remove what was built; .venv and workbook/ stay
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis .jupyter_cache
	@find . -path ./.venv -prune -o -path ./workbook -prune -o -type d -name __pycache__ -exec rm -rf {} +

setup:
	@sh tools/setup.sh "$(PYTHON)"

chapter:
	$(if $(notebook),@:,$(error CHAPTER="$(CHAPTER)" is not a chapter. There are: $(chapters). Example: make run CHAPTER=01))

named:
	$(if $(filter $(NAME),$(studies)),@:,$(error NAME="$(NAME)" is not a study. There are: $(studies).))
