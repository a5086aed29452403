# llm_exporter in an image of its own: Debian's shared libraries, one program, no shell needed.
#   docker build -t llm_exporter .      or docker-compose.yml, which has the rest of the chain
#
# Debian 12: the release whose libraries are named below; a new build takes its security updates.
FROM debian:12-slim AS build
RUN apt-get update -q && apt-get install -y -q --no-install-recommends make
WORKDIR /src
COPY Makefile ./
RUN make deps
COPY CMakeLists.txt ./
COPY exporter exporter
RUN make build
RUN strip -o /llm_exporter build/llm_exporter
RUN /llm_exporter --version

FROM debian:12-slim
# What the program is linked with: tests/integration/test_stack.py compares.
RUN apt-get update -q && apt-get install -y -q --no-install-recommends ca-certificates \
      libcurl4 libfmt9 libgcc-s1 libmicrohttpd12 libprometheus-cpp-core1.0 libre2-9 libsimdjson14 \
      libspdlog1.10 libssl3 libstdc++6 libyaml-cpp0.7 zlib1g && \
    rm -rf /var/lib/apt/lists/* && \
    install -d -o 10001 -g 10001 /var/lib/llm_exporter
COPY --from=build /llm_exporter /usr/local/bin/llm_exporter
COPY config/demo.yml config/demo.key config/model_prices.json config/llm_exporter.example.yml \
     /etc/llm_exporter/
# Without a configuration the keys in the environment say what is probed; the demo:
#   docker run -p 127.0.0.1:9877:9877 llm_exporter --config.file=demo.yml
WORKDIR /etc/llm_exporter
USER 10001:10001
EXPOSE 9877
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["llm_exporter", "healthcheck"]
ENTRYPOINT ["llm_exporter"]
