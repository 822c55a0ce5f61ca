# An image of one controller, for those who build with a container engine:
#
#   docker build --build-arg CONTROLLER=kustomize-controller --tag rheostat/kustomize-controller:0.1.0 .
#
# `cargo xtask image` makes the same without one, and reproducibly.

FROM docker.io/library/rust:1-slim-trixie AS build
RUN apt-get update && apt-get install --no-install-recommends --yes ca-certificates cmake g++ make
WORKDIR /rheostat
COPY . .
ARG CONTROLLER
# The C library goes into the program, so that it needs nothing around it.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/rheostat/target \
    triple="$(rustc -vV | sed -n 's/^host: //p')" \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --bins \
        --package "rheostat-${CONTROLLER}" --target "${triple}" \
    && install -D "target/${triple}/release/${CONTROLLER}" /root-file-system/usr/local/bin/controller \
    && install -D /etc/ssl/certs/ca-certificates.crt /root-file-system/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 1777 /root-file-system/tmp

FROM scratch
COPY --from=build /root-file-system/ /
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/controller"]
