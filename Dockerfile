# A small image that runs Weir: docker build -t weir . && docker run -v ./haproxy.cfg:/etc/haproxy/haproxy.cfg:ro weir
FROM swift:6.3-bookworm AS build
RUN apt-get update -q && apt-get install -q -y --no-install-recommends \
      libssl-dev libpcre2-dev libnghttp2-dev zlib1g-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
# Package.swift names the test targets too.
COPY Tests Tests
RUN swift build -c release --product weir --static-swift-stdlib && strip --strip-unneeded .build/release/weir

FROM debian:bookworm-slim
RUN apt-get update -q && apt-get install -q -y --no-install-recommends \
      ca-certificates libcrypt1 libnghttp2-14 libpcre2-8-0 libssl3 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 99 haproxy \
 && useradd --system --uid 99 --gid haproxy --home-dir /var/lib/haproxy --create-home --shell /usr/sbin/nologin haproxy
COPY --from=build /src/.build/release/weir /usr/local/sbin/weir
RUN ln -s weir /usr/local/sbin/haproxy
# Ports below 1024 are free to all in a container; a configuration with `user` and `group` does not need root either.
USER haproxy
WORKDIR /var/lib/haproxy
STOPSIGNAL SIGUSR1
ENTRYPOINT ["/usr/local/sbin/weir"]
CMD ["-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
