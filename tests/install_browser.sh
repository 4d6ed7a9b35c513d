#!/usr/bin/env bash
# The browser tests drive the system's Chromium and look at Chinese text. Install both where that
# is possible without asking; otherwise say so, and pytest skips what needs them.
set -u

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
    command -v google-chrome >/dev/null || missing+=(chromium)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null &&
        exit 0
fi
echo "Not installed: ${missing[*]}. The tests in a browser are skipped without Chromium;"
echo "on Debian or Ubuntu: sudo apt-get install --no-install-recommends ${missing[*]}"
