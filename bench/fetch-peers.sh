#!/bin/sh
# Gets the peers that are measured when they are there and that this package does not depend on:
#   . bench/fetch-peers.sh [FOLDER]
# maildev from the npm registry into a folder outside the repository (a temporary one unless FOLDER says another), which is
# put on PATH when this file is sourced; aiosmtpd as the Debian package for /usr/bin/python3, which takes root.
# Nothing of it is written into package.json. What could not be had is named, and the benchmark names it as absent again.

peers_folder=${1:-${TMPDIR:-/tmp}/smtp-gauntlet-bench-peers}
mkdir -p "$peers_folder"

if [ ! -x "$peers_folder/node_modules/.bin/maildev" ]; then
  npm install --prefix "$peers_folder" --no-save --no-package-lock --no-audit --no-fund --silent maildev ||
    echo "maildev could not be installed" >&2
fi
PATH="$peers_folder/node_modules/.bin:$PATH"
export PATH

if ! /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null; then
  apt-get install --yes --no-install-recommends python3-aiosmtpd >/dev/null 2>&1 ||
    echo "aiosmtpd could not be installed (apt-get install python3-aiosmtpd, as root)" >&2
fi

for peer in maildev smtp-sink smtp-source; do
  command -v "$peer" >/dev/null || echo "$peer: absent" >&2
done
/usr/bin/python3 -c 'import aiosmtpd; print("aiosmtpd " + aiosmtpd.__version__)' 2>/dev/null || echo "aiosmtpd: absent" >&2
