# The two commands are `make demo` and `make test`; each installs what it needs from Debian.
# Everything is built under build/.

BUILD := build
CONFIG ?=
# Seconds that each fuzzer runs in `make test`.
FUZZ_SECONDS ?= 15
# Root needs no sudo, and a minimal Debian has none.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Programs that were unpacked for the tests, after the machine's own.
export PATH := $(PATH):$(CURDIR)/$(BUILD)/tools/usr/bin

# Newest programs, of Debian sid: promtool beside that of Debian 12, Compose for docker-compose.yml.
SID := $(BUILD)/tools/sid
PROMTOOL3 := $(SID)/usr/bin/promtool
COMPOSE := $(SID)/usr/libexec/docker/cli-plugins/docker-compose

BUILD_PACKAGES := g++ cmake ninja-build pkg-config git ca-certificates libcurl4-openssl-dev \
  libyaml-cpp-dev libfmt-dev libspdlog-dev prometheus-cpp-dev libsimdjson-dev nlohmann-json3-dev \
  libre2-dev libmicrohttpd-dev libssl-dev zlib1g-dev libcli11-dev
TEST_PACKAGES := libgtest-dev libgmock-dev clang libclang-rt-dev lld clang-format python3 python3-yaml \
  python3-jsonschema openssl curl iproute2 mount
NODE_PACKAGES := nodejs npm
BROWSER_PACKAGES := chromium fonts-dejavu-core

.PHONY: all build demo run test test-unit test-integration test-sanitizers test-fuzz test-format \
  test-rules test-browser bench format clean deps test-deps help

all: build

help:
	@echo 'make demo   build and run on fake providers, with Prometheus and Alertmanager'
	@echo 'make test   build and run every test'
	@echo 'make run    build and run on your configuration: make run CONFIG=llm_exporter.yml'
	@echo 'make build  build/llm_exporter'
	@echo 'make bench  measure against blackbox_exporter and bare clients'
	@echo 'make format clang-format on every source'

# Installs only what is missing, so that a second run needs neither network nor root.
define install_missing
	@missing=$$(for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing:" $$missing; \
	  $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -q --no-install-recommends $$missing; \
	fi
endef

# Unpacks a Debian package's programs under build/tools: no service is started, no root needed.
define unpack_package
	@command -v $(2) >/dev/null || [ -x $(BUILD)/tools/usr/bin/$(2) ] || { \
	  mkdir -p $(BUILD)/tools/usr/bin && cd $(BUILD)/tools && \
	  { apt-get download -q $(1) || { $(SUDO) apt-get update -q && apt-get download -q $(1); }; } && \
	  dpkg -x $(1)_*.deb . && rm $(1)_*.deb; }
endef

# Debian's Prometheus and Alertmanager read pages and templates of their own from /usr/share.
# Unpacked, they are made to read them from where they are started: build/tools.
define unpack_monitoring
	$(call unpack_package,prometheus,prometheus)
	$(call unpack_package,prometheus-alertmanager,prometheus-alertmanager)
	$(call unpack_package,libjs-jquery,../share/javascript/jquery)
	$(call unpack_package,libjs-bootstrap4,../share/javascript/bootstrap4)
	@cd $(BUILD)/tools/usr/bin 2>/dev/null || exit 0; for p in prometheus prometheus-alertmanager; do \
	  ! grep -qs /usr/share/prometheus/ $$p || LC_ALL=C sed -i \
	    's|/usr/share/prometheus/|usr//share/prometheus/|g' $$p; done
endef

# HAProxy, and those of its libraries that the machine lacks.
HAPROXY := cd $(BUILD)/tools && LD_LIBRARY_PATH=$$(echo usr/lib/*-linux-gnu) usr/sbin/haproxy
define unpack_haproxy
	$(call unpack_package,haproxy,../sbin/haproxy)
	@($(HAPROXY) -v) >/dev/null 2>&1 || { cd $(BUILD)/tools && apt-get download -q \
	  $$(for p in $$(apt-cache depends --recurse --important haproxy | grep '^lib' | sort -u); do \
	    dpkg -s $$p >/dev/null 2>&1 || echo $$p; done) && \
	  for p in lib*.deb; do dpkg -x $$p . && rm $$p; done; }
	@($(HAPROXY) -v) >/dev/null
endef

deps:
	$(call install_missing,$(BUILD_PACKAGES))

test-deps: deps
	$(call install_missing,$(TEST_PACKAGES))
	@command -v npm >/dev/null || $(MAKE) --no-print-directory node-deps
	$(call install_missing,$(BROWSER_PACKAGES))
	$(unpack_monitoring)
	$(call unpack_package,promtool,promtool)
	$(unpack_haproxy)
	@[ -x $(PROMTOOL3) ] && [ -x $(COMPOSE) ] || \
	  tests/unpack_from_sid.sh $(SID) promtool docker-compose

.PHONY: demo-deps node-deps bench-deps
demo-deps:
	$(call install_missing,python3)
	$(unpack_monitoring)
node-deps:
	$(call install_missing,$(NODE_PACKAGES))
bench-deps: deps
	$(call unpack_package,prometheus-blackbox-exporter,prometheus-blackbox-exporter)

# $(1) build folder, $(2) options, $(3) targets
define compile
	@mkdir -p $(BUILD) && cmake -S . -B $(1) -G Ninja $(2) >$(1).log 2>&1 || { cat $(1).log; exit 1; }
	@ninja -C $(1) --quiet $(3)
endef

build: deps
	@echo 'building build/llm_exporter (the first time takes a few minutes)'
	$(call compile,$(BUILD)/release,-DLLM_TESTS=OFF,llm_exporter)
	@ln -sf release/llm_exporter $(BUILD)/llm_exporter

# Ports: make demo EXPORTER_PORT=… SIMULATOR_PORT=… PROMETHEUS_PORT=… ALERTMANAGER_PORT=…
demo: build demo-deps
	@exec config/demo.py $(BUILD)/llm_exporter $(BUILD)/demo

run: build
	@exec $(BUILD)/llm_exporter $(if $(CONFIG),--config.file=$(CONFIG))

# The unit tests run under the sanitizers, which see more; `make test-unit` is the quick way.
# Integration tests mostly wait: what computes runs beside them and lets them go first. Each prints
# its output when it has ended.
test: test-format test-rules build
	@echo '== integration tests, then the browser; beside them the sanitizers, then the fuzzers'
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-integration test-beside test-browser
	@echo 'all tests passed'

# One after the other: a fuzzer that shares its core would see less in its seconds.
.PHONY: test-beside
test-beside:
	@nice $(MAKE) --no-print-directory test-sanitizers
	@nice $(MAKE) --no-print-directory test-fuzz

test-format: test-deps
	@echo '== format'
	@if clang-format --version | grep -q 'version 14\.'; then \
	  clang-format --dry-run --Werror $$(git ls-files '*.cc' '*.h'); \
	else echo 'skipped: the format is that of clang-format 14 (Debian 12)'; fi

test-rules: test-deps
	@echo '== rules'
	@tests/rules/run.sh promtool $(PROMTOOL3)

test-unit: test-deps
	@echo '== unit tests'
	$(call compile,$(BUILD)/test,$(QUICK),all)
	@ctest --test-dir $(BUILD)/test --output-on-failure

test-integration: test-deps build
	@echo '== integration tests'
	@tests/integration/run.sh $(BUILD)/llm_exporter

test-browser: test-deps build
	@echo '== the status page in Chromium'
	@tests/browser/run.sh $(BUILD)/llm_exporter

# Line numbers are all that a failing test needs of debug information.
QUICK := -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DLLM_PCH=ON \
  -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld
CLANG := -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++
# Folders whose code more than one thread meets; the rest is pure.
THREADED := base engine schedule state metrics web simulator

# One build with clang for the unit tests and the fuzzers: both under these sanitizers.
define compile_asan
	$(call compile,$(BUILD)/asan,$(QUICK) $(CLANG) -DLLM_FUZZ=ON,all)
endef

test-sanitizers: test-deps
	@echo '== unit tests under AddressSanitizer and UndefinedBehaviorSanitizer (clang)'
	$(call compile_asan)
	@ctest --test-dir $(BUILD)/asan --output-on-failure
	@echo '== unit tests under ThreadSanitizer: $(THREADED)'
	$(call compile,$(BUILD)/tsan,$(QUICK) -DLLM_SANITIZE=thread,$(THREADED:%=unit_%))
	@ctest --test-dir $(BUILD)/tsan --output-on-failure -R '^unit_($(subst $(space),|,$(THREADED)))$$'

space := $(subst ,, )

test-fuzz: test-deps
	@echo '== fuzzers, $(FUZZ_SECONDS) s each'
	$(call compile_asan)
	@tests/fuzz/run.sh $(BUILD)/asan $(FUZZ_SECONDS)

bench: build bench-deps
	$(call compile,$(BUILD)/bench,-DLLM_BENCH=ON -DLLM_TESTS=OFF,all)
	@tests/bench/run.sh $(BUILD)

format:
	@clang-format -i $$(git ls-files '*.cc' '*.h')

clean:
	rm -rf $(BUILD)
