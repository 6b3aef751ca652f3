#!/usr/bin/env bash
# Do EMA, RSI, ATR, MACD, BBANDS and ADX equal TA-Lib's on recorded bars?
#
# usage: bench/peers/talib/check.sh LANNER CATALOG [SERIES]
#
# LANNER is the binary, CATALOG an imported catalog, SERIES one of `lanner data list` (by default
# BTCUSDT-PERP.BINANCE/bars/1m). TA-Lib's C sources come from the npm package `talib`, or from
# TALIB_SOURCES (the folder that holds include/ and src/). Without either, or without compilers,
# the check says that it is skipped and why, and ends with 0. It is part of no other test.
set -euo pipefail

skip() { echo "skipped: $1"; exit 0; }

[ $# -ge 2 ] || { sed -n '4,5p' "$0" | cut -c3-; exit 2; }
lanner=$(realpath "$1")
catalog=$(realpath "$2")
series=${3:-BTCUSDT-PERP.BINANCE/bars/1m}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in cc c++ ar; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
sources=${TALIB_SOURCES:-}
if [ -z "$sources" ]; then
  command -v npm >/dev/null || skip "npm is not installed and TALIB_SOURCES is not set"
  (cd "$work" && npm install --ignore-scripts --no-audit --no-fund --silent talib@2.0.5) \
    >"$work/npm.log" 2>&1 || skip "npm cannot fetch talib: $(tail -n 1 "$work/npm.log")"
  sources=$work/node_modules/talib/src/lib
fi
[ -f "$sources/include/ta_func.h" ] || skip "$sources holds no TA-Lib sources"

# A static library of all functions; the program takes the few that it needs.
mkdir "$work/objects"
includes=(-I"$sources/include" -I"$sources/src/ta_common" -I"$sources/src/ta_func")
functions=(EMA SMA RSI ATR TRANGE MACD BBANDS STDDEV VAR MA ADX DEMA TEMA TRIMA KAMA MAMA T3 WMA)
files=("$sources"/src/ta_common/*.c "$sources/src/ta_func/ta_utility.c")
for function in "${functions[@]}"; do
  files+=("$sources/src/ta_func/ta_$function.c")
done
(cd "$work/objects" && cc -O1 -w -c "${includes[@]}" "${files[@]}") ||
  skip "TA-Lib does not compile here"
ar rcs "$work/libta.a" "$work"/objects/*.o

c++ -std=c++20 -O1 -ffp-contract=off -Wall -Wextra -I"$root/src" -I"$sources/include" \
  "$here/compare.cpp" "$root/src/features/frame.cpp" "$work/libta.a" -lm -o "$work/compare"
"$lanner" data export "$series" --catalog "$catalog" --out "$work/bars.csv" >/dev/null
echo "$series"
"$work/compare" "$work/bars.csv"
