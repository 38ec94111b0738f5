// Tools that end at the first thing that does not work.
#pragma once

#include "runtime/core/Status.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace rx::test {

/// Ends the tool with a message under its name.
[[noreturn]] inline void fail(std::string_view message) {
  fmt::print("{}: {}\n", program_invocation_short_name, message);
  std::exit(1);
}

template <typename T> T must(runtime::Expected<T> value) {
  if (!value)
    fail(value.message());
  return std::move(*value);
}

inline void must(const runtime::Status &status) {
  if (!status)
    fail(status.message());
}

} // namespace rx::test
