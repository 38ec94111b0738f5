#!/usr/bin/env bash
# sanitized.sh TREE REGEX: runs the tests of the sanitizer build TREE whose names match.
set -eu
if [ ! -e "$1/CTestTestfile.cmake" ]; then
  echo "skipped: $1 is not built (./check builds it)"
  exit 77
fi
exec ctest --test-dir "$1" --output-on-failure --no-tests=error -R "$2"
