#!/usr/bin/env bash
# Writes a target's corpus anew: FUZZER TARGET BYTES. The longest inputs are left out first, since each is replayed in every test run.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzzer=$1 corpus=fuzz/corpus/$2 found=fuzz/found/$2 left=$3

kept=$(mktemp --directory)
trap 'rm --recursive "$kept"' EXIT
mkdir --parents "$corpus" "$found"
"$fuzzer" -set_cover_merge=1 "$kept" "$corpus" "$found" 2> /dev/null

rm --force "$corpus"/*
while read -r bytes input; do
  [ $((left -= bytes)) -ge 0 ] || break
  cp "$kept/$input" "$corpus/"
done < <(cd "$kept" && stat --format='%s %n' -- * | sort --numeric-sort)
ls "$corpus" | wc --lines
