#!/bin/bash
# Fuzzes the parsers with libFuzzer, which follows coverage: fuzz.sh [SECONDS]. What it finds is left in .build/fuzz as
# crash-*, and belongs into Tests/Corpus once it is understood. SwiftPM cannot link such a program, hence by hand.
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
sources=$root/Sources
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
mkdir -p "$root/.build/fuzz/corpus"
cd "$root/.build/fuzz"

printf 'module CScan { umbrella "%s/CScan/include"\nexport * }\n' "$sources" > CScan.modulemap
flags=(-sanitize=fuzzer,address -parse-as-library -Onone -g -swift-version 6 -package-name billwright -I . -Xcc
  -fmodule-map-file=CScan.modulemap)
for module in CDeflate CDigest CZlib; do flags+=(-Xcc "-fmodule-map-file=$sources/$module/module.modulemap"); done

module() { # name, flags…: compiles the files that standard input names
  local name=$1; shift
  local files; mapfile -t files
  swiftc "$@" -module-name "$name" -emit-module -emit-library -static -o "lib$name.a" "${files[@]}"
}
find "$root/.build/checkouts/BigInt/Sources" -name '*.swift' | module BigInt -parse-as-library -O
find "$sources/BillingTerms" -name '*.swift' | module BillingTerms "${flags[@]}"
find "$sources/FileFormats" -name '*.swift' | module FileFormats "${flags[@]}"
for file in "$sources"/CScan/*.c; do
  "$clang" -g -O1 -fsanitize=fuzzer-no-link,address -I "$sources/CScan/include" -c "$file" -o "$(basename "$file").o"
done
swiftc "${flags[@]}" "$root/Tests/CoverageFuzzing/ParserTarget.swift" ./*.o -L . -lFileFormats -lBillingTerms -lBigInt \
  -lz -lcrypto -ldeflate -o fuzz

# The corpus of the tests, before each parser that could take such a file.
for file in "$root"/Tests/Corpus/meters/*; do
  for parser in 0 1 2 3; do
    { printf "\\x0$parser"; cat "$file"; } > "corpus/seed-$parser-$(basename "$file")"
  done
done
printf '\x04-1234.5678e-10' > corpus/seed-number
printf '\x052026-10-05T12:00:00.5+02:00' > corpus/seed-time
SWIFT_BACKTRACE=enable=no ./fuzz -max_total_time="${1:-60}" -max_len=4000 -timeout=10 -rss_limit_mb=2000 corpus
