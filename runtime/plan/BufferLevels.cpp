#include "runtime/plan/BufferLevels.h"

#include <algorithm>

namespace rx::runtime {

namespace {

size_t indexOf(const std::vector<BufferSource> &sources, const std::string &name) {
  return std::ranges::lower_bound(sources, name, {}, &BufferSource::name) - sources.begin();
}

/// `start` waits for itself or for buffers that do: along such inputs every walk ends in a circle.
Status circleFrom(size_t start, const std::vector<BufferSource> &sources,
                  const std::vector<size_t> &missing) {
  auto next = [&](size_t at) {
    for (const std::string &input : sources[at].inputs)
      if (size_t index = indexOf(sources, input); missing[index] != 0)
        return index;
    return at;
  };
  for (size_t i = 0; i < sources.size(); ++i)
    start = next(start);
  std::string path = sources[start].name;
  size_t at = start;
  do {
    at = next(at);
    path += " <- " + sources[at].name;
  } while (at != start);
  return makeError("the value of buffer {} depends on itself: {}", sources[start].name, path);
}

} // namespace

/// Kahn's algorithm: a buffer's turn comes when the last of its inputs has had its own.
Status setLevels(std::vector<BufferSource> &sources) {
  std::vector<size_t> missing(sources.size()), ready;
  std::vector<std::vector<size_t>> readers(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    missing[i] = sources[i].inputs.size();
    sources[i].level = sources[i].via.empty() ? 0 : 1;
    for (const std::string &input : sources[i].inputs)
      readers[indexOf(sources, input)].push_back(i);
    if (missing[i] == 0)
      ready.push_back(i);
  }
  while (!ready.empty()) {
    size_t at = ready.back();
    ready.pop_back();
    for (size_t reader : readers[at]) {
      sources[reader].level = std::max(sources[reader].level, sources[at].level + 1);
      if (--missing[reader] == 0)
        ready.push_back(reader);
    }
  }
  auto stuck = std::ranges::find_if(missing, [](size_t count) { return count != 0; });
  return stuck == missing.end() ? Status::ok()
                                : circleFrom(stuck - missing.begin(), sources, missing);
}

} // namespace rx::runtime
