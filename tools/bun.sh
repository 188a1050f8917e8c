#!/bin/sh
# Runs the Bun that npm installed, whatever is on PATH. The `bun` package itself is only a placeholder until its
# install script ran, so the platform packages are dependencies of their own (docs/decisions/0001-bun.md).
# A checkout's bunfig.toml and .env are ignored on purpose.
set -eu
self=$(readlink -f "$0" 2>/dev/null || echo "$0")
root=$(cd "$(dirname "$self")/.." && pwd)
for candidate in "$root"/node_modules/@oven/bun-*/bin/bun; do
  if [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
    exec "$candidate" --no-env-file --config=/dev/null "$@"
  fi
done
echo "error: no Bun for this platform under node_modules/@oven; run: npm ci" >&2
exit 78
