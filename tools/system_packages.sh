#!/bin/sh
# Installs Debian's packages that the tests use, when they are missing and we may; else says which are missing.
# A failure is told and not fatal: the tests that need the programs fail, all others run.
set -u
missing=""
command -v dot >/dev/null || missing="graphviz"
command -v chromium >/dev/null || missing="$missing chromium"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    apt-get update -qq </dev/null &&
        apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null && exit 0
fi
echo "missing programs, whose tests are skipped or fail: $missing" >&2
