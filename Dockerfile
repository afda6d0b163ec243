# Farad in an image: docker build -t farad .
# Without the embedded ClickHouse, for use with a server: docker build --build-arg CHDB=no -t farad .
ARG NODE_IMAGE=docker.io/library/node:24-trixie-slim
ARG BASE_IMAGE=docker.io/library/debian:trixie-slim

FROM ${NODE_IMAGE} AS build
ARG CHDB=yes
WORKDIR /farad
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node -e "import('./scripts/setup.mjs').then(({ setUp }) => setUp())" \
 && npm prune --omit=dev \
 && node deploy/image/slim.mjs "${CHDB}" \
 && node deploy/image/warm.mjs /farad/compile-cache "${CHDB}" \
 && rm -rf src scripts deploy tsconfig*.json package-lock.json .npmrc

FROM ${BASE_IMAGE}
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /farad /farad
COPY deploy/image/healthy.mjs /farad/healthy.mjs
# A number, so that Kubernetes sees that it is not root; the data directory is the only place that Farad writes to, and /tmp.
RUN mkdir /data && chown 10001:10001 /data && chmod 700 /data
USER 10001:10001
WORKDIR /data
VOLUME /data
# From outside of the container; ocpp.registration has to be chosen, or the start says so.
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/farad/compile-cache \
    FARAD_DATA_DIR=/data \
    FARAD_OCPP_HOST=0.0.0.0 \
    FARAD_API_HOST=0.0.0.0 \
    FARAD_LOG_FORMAT=json
EXPOSE 9220 9221
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "/farad/healthy.mjs"]
ENTRYPOINT ["node", "/farad/bin/farad.mjs"]
CMD ["serve"]
