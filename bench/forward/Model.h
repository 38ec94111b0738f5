// A compiled model with its weights, ready to run.
#pragma once

#include "runtime/data/WeightFiles.h"
#include "runtime/device/Cpu.h"
#include "runtime/infer/CachedDecoder.h"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rx::bench {

/// Ends the process with a message: a contestant that cannot run has no result.
[[noreturn]] void fail(std::string_view message);

template <typename T> T must(runtime::Expected<T> value) {
  if (!value)
    fail(value.message());
  return std::move(*value);
}

class Model {
public:
  /// `folder` holds rxc.lock.
  Model(const std::string &bundleFolder, const std::string &folder, unsigned threads);

  /// Whether `decoder` can be called.
  bool decodes() const;
  /// Caches for so many texts of up to `capacity` positions.
  runtime::CachedDecoder decoder(int64_t texts, int64_t capacity);
  /// The state called `output` of a program after one text, which adds to what the program's
  /// earlier runs left there. A run may write where the last one's result was, once that is given
  /// up.
  runtime::HostTensor run(const std::string &program, const std::string &output,
                          std::span<const int32_t> tokens);

private:
  runtime::Bundle bundle;
  runtime::WeightFiles files;
  runtime::ParameterStore weights;
  runtime::Cpu device;
  runtime::Executor executor;
  std::set<std::string> started; ///< programs whose states hold something
};

} // namespace rx::bench
