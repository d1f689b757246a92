# `make` alone lists what there is. Every target may be run at any time and again.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help demo demo-reset build assets generate test test-fast e2e lint bench migrate clean \
	setup check-setup check-format check-vet check-templates check-openapi test-plain test-race

# Packages whose code runs goroutines of its own: they are tested under the race detector.
RACE := $(sort $(dir $(wildcard $(addprefix internal/,$(addsuffix /*.go,\
	kernel/tenancy kernel/access kernel/identity kernel/jobs kernel/event kernel/devkit edge/gate app)))))

# What the stylesheets and the script are made from; the pages count, because unused rules are left out.
ASSETS := web/build.mjs web/package.json $(shell find web/style web/script web/ui web/page -type f ! -name '*_templ.go' ! -name '*_test.go' 2>/dev/null)

help: ## daftar perintah ini
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: setup build ## pasang yang kurang, bangun, dan jalankan semuanya di http://localhost:8080
	@exec bin/bedelau demo

demo-reset: build ## hapus data demo
	@bin/bedelau demo --reset

build: assets ## bangun bin/bedelau
	@go build -buildvcs=$$(git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false) -o bin/bedelau ./cmd/bedelau

assets: web/static/dist/manifest.json ## bangun CSS dan skrip halaman

web/static/dist/manifest.json: web/node_modules/.package-lock.json $(ASSETS)
	@npm --prefix web run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	@deploy/setup.sh
	@npm --prefix web ci --no-audit --no-fund --loglevel=error
	@touch $@

generate: ## buat ulang kode halaman dari berkas .templ
	@go tool templ generate -path web -log-level error

test: check-setup assets lint test-plain test-race e2e ## semua pemeriksaan, persis seperti di CI
	@rm -rf /dev/shm/bedelau-pgtest-$$(id -u)
	@echo "Semua pemeriksaan lulus."

test-fast: assets ## hanya tes Go, tanpa pemeriksa dan peramban
	@go test ./...

e2e: build ## tes peramban: jalur utama di Chromium, lebar 360 px dan desktop
	@npm --prefix web run --if-present e2e

lint: check-format check-vet check-templates check-openapi ## gofmt, vet, staticcheck, templ, OpenAPI

bench: build ## ukur kecepatan terhadap net/http + pgx
	@bin/bedelau bench

migrate: build ## jalankan migrasi pada DATABASE_OWNER_URL
	@bin/bedelau migrate

clean: ## hapus hasil bangunan dan basis data tes; data demo tetap
	@rm -rf bin web/static/dist web/node_modules /dev/shm/bedelau-pgtest-$$(id -u) "$${TMPDIR:-/tmp}/bedelau-pgtest-$$(id -u)"

setup:
	@deploy/setup.sh

check-setup:
	@deploy/setup.sh --test

check-format:
	@bad=$$(gofmt -l $$(go list -f '{{.Dir}}' ./...)); [[ -z $$bad ]] || { echo "gofmt: $$bad"; exit 1; }

check-vet:
	@go vet ./...
	@go tool staticcheck ./...

# The generated files are committed; a page changed without `make generate` would be built from the old one.
check-templates:
	@sum() { find web -path web/node_modules -prune -o -name '*_templ.go' -print0 | sort -z | xargs -0r sha256sum; }; \
	before=$$(sum); $(MAKE) generate; [[ $$before == "$$(sum)" ]] || { echo "templ: jalankan make generate, lalu commit"; exit 1; }

check-openapi:
	@npm --prefix web run --if-present lint:openapi

test-plain:
	@go test $$(go list ./... | grep -vxF "$$(printf 'bedelau/%s\n' $(RACE:/=))")

test-race:
	@go test -race $(addprefix ./,$(RACE))
