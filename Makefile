# `make run` and `make test` do their own set-up. `make help` lists the rest.
GPT2 := .build/release/gpt2
PYTHON ?= python3
PREFIX ?= /usr/local

.PHONY: help run test finetune lessons build setup lint format verify-124M measure bench dist check-dist install \
	uninstall mpi check-mpi serve check-serve check-kernels check-neon check-package docs fuzz faults check-options clean

help: ## List the targets
	@grep -hE '^[A-Za-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: build ## Train a small GPT-2 on Shakespeare and let it speak (under three minutes)
	scripts/run.sh $(GPT2)

finetune: build ## Verify and fine-tune OpenAI's 124M on Shakespeare, and let it speak
	scripts/finetune.sh $(GPT2)

lessons: setup ## Run the ladder's lessons, from scalar backpropagation up, with pages in lessons/
	swift build -c release --product ladder
	scripts/lessons.sh .build/release/ladder

test: setup ## Run the tests
	swift test --disable-xctest # All tests are Swift Testing's.

mpi: ## Build .build-mpi/release/gpt2, which mpirun starts many times to train one model
	scripts/setup.sh mpi
	swift build -c release --scratch-path .build-mpi --traits MPI,OpenBLAS --product gpt2

serve: setup ## Build .build-serve/release/gpt2-serve, which `gpt2 serve` runs: an HTTP server
	swift build -c release --scratch-path .build-serve --traits Server,OpenBLAS --product gpt2-serve

build: setup ## Build the gpt2 command
	swift build -c release --product gpt2

dist: ## Make dist/gpt2-VERSION-SYSTEM-PROCESSOR.tar.gz: a program for any machine of that kind
	scripts/dist.sh

check-dist: dist ## Prove that the archive's program runs on old processors, too (emulated by qemu-user)
	dev/check-dist.sh

install: ## Install gpt2, gpt2-serve, completions and manual pages below PREFIX, /usr/local if not given
	DESTDIR="$(DESTDIR)" scripts/install.sh install "$(PREFIX)"

uninstall: ## Remove what install put below PREFIX
	DESTDIR="$(DESTDIR)" scripts/install.sh uninstall "$(PREFIX)"

setup: ## Install what is missing (OpenBLAS and zlib on Linux)
	@scripts/setup.sh

lint: ## Check the formatting
	swift format lint --strict --recursive Package.swift Sources Tests dev/examples dev/fuzz/Sources

format: ## Format the sources
	swift format --in-place --recursive Package.swift Sources Tests dev/examples dev/fuzz/Sources

verify-124M: build ## Hold a random 124M against PyTorch (needs Python with torch; about 1.1 GB)
	PYTHON="$(PYTHON)" dev/reference/verify-124M.sh $(GPT2)

measure: build ## Time a training step of 124M at B=4, T=64
	dev/measure-step.sh $(GPT2)

bench: build ## Time every operation of 124M, and whole passes, against what this machine can do
	$(GPT2) bench

check-kernels: setup ## Test and verify on each set of kernels that this processor has
	dev/check-kernels.sh

check-mpi: mpi ## Train on 1, 2, 4 and 8 processes to the same bits, and disturb them
	dev/check-mpi.sh

check-serve: serve ## Test the server, also over real sockets on this machine
	swift test -c release --scratch-path .build-serve --traits Server,OpenBLAS --filter ServerTests --disable-xctest

check-package: setup ## Prove that a plain build is fast and that other packages can depend on this one
	dev/check-package.sh

docs: setup ## Build the pages of the two libraries into .build/docs
	dev/docs/docs.sh

fuzz: ## Fuzz every reader for TIME seconds in all, 60 if not given; TARGETS names some
	dev/fuzz/fuzz.sh build
	TIME="$(TIME)" TARGETS="$(TARGETS)" dev/fuzz/fuzz.sh run

faults: build ## Make every system call of the commands that write fail, one at a time
	$(PYTHON) dev/faults/faults.py $(FAULTS) $(GPT2)

check-options: build serve ## Try every option of every command with extremes
	swift build -c release --product ladder
	$(PYTHON) dev/fuzz/options.py $(GPT2) .build-serve/release/gpt2-serve .build/release/ladder

check-neon: ## Check every kernel, arm64's under emulation (installs Debian's cross tools and qemu)
	dev/neon/check.sh

clean: ## Remove what was built
	rm -rf .build .build-dist .build-dist-serve dist
