#include "runtime/infer/StopStrings.h"

#include <algorithm>
#include <utility>

namespace rx::runtime {

namespace {

/// Bytes at the end of `text` that are the beginning of `stop`, but not all of it.
size_t begunAtEnd(std::string_view text, std::string_view stop) {
  for (size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length)
    if (text.ends_with(stop.substr(0, length)))
      return length;
  return 0;
}

} // namespace

StopStrings::StopStrings(std::vector<std::string> given) : stops(std::move(given)) {
  std::erase(stops, "");
}

std::string StopStrings::push(std::string_view text) {
  if (found)
    return {};
  std::string certain = std::exchange(held, {});
  for (char byte : text) {
    certain += byte;
    size_t longest = 0;
    for (const std::string &stop : stops)
      if (certain.ends_with(stop))
        longest = std::max(longest, stop.size());
    if (longest > 0) {
      found = true;
      certain.resize(certain.size() - longest);
      return certain;
    }
  }
  size_t begun = 0;
  for (const std::string &stop : stops)
    begun = std::max(begun, begunAtEnd(certain, stop));
  held = certain.substr(certain.size() - begun);
  certain.resize(certain.size() - begun);
  return certain;
}

std::string StopStrings::finish() { return std::exchange(held, {}); }

} // namespace rx::runtime
