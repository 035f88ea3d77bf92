# The gateway, and under the target `sandbox` a Shopee of its own for demos. `docker build .` makes the gateway.
FROM rust:1.95-slim-bookworm AS source
# Node embeds GraphiQL, the others compile and link what is not Rust.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends cmake g++ make nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
ENV WEB_REQUIRE_BUNDLE=1

FROM source AS build-gateway
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --locked --profile deploy --bin live-gateway && cp target/deploy/live-gateway /usr/local/bin/

# In the same profile, so that what both are made of is compiled once.
FROM source AS build-sandbox
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --locked --profile deploy --package sandbox && cp target/deploy/sandbox /usr/local/bin/

FROM debian:bookworm-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/live-gateway --create-home live-gateway
USER live-gateway
WORKDIR /var/lib/live-gateway

FROM base AS sandbox
COPY --from=build-sandbox /usr/local/bin/sandbox /usr/local/bin/
EXPOSE 9100
ENTRYPOINT ["sandbox", "--listen", "0.0.0.0:9100"]

FROM base AS gateway
COPY --from=build-gateway /usr/local/bin/live-gateway /usr/local/bin/
ENV LISTEN_ADDR=0.0.0.0:8000
EXPOSE 8000
# SIGTERM drains: not ready at once, then running requests finish and sockets are told to come back.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s CMD ["live-gateway", "health"]
ENTRYPOINT ["live-gateway"]
CMD ["serve"]
