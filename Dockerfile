# Mulu runs TypeScript as it is: there is nothing to build, only dependencies to install.
FROM node:26-slim AS dependencies
WORKDIR /mulu
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:26-slim
ENV NODE_ENV=production DATA_DIR=/data HTTP_HOST=0.0.0.0
WORKDIR /mulu
RUN mkdir -m 700 /data && chown node:node /data
COPY --from=dependencies /mulu/node_modules node_modules
COPY package.json ./
COPY src src
COPY commands commands
COPY jobs jobs
COPY catalog catalog
USER node
VOLUME /data
EXPOSE 8787
# The page's port; a worker has another (WORKER_PORT) and checks of its own, as in compose.yaml.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 8787}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# As `npm start` does, without npm in between: signals reach the program.
CMD ["node", "--max-old-space-size=512", "--min-semi-space-size=2", "--max-semi-space-size=2", "--import", "./src/require-node.mjs", "src/start.ts"]
