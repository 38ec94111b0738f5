// A compiled model with its weights, ready to run.
#pragma once

#include "bench/common/Must.h"
#include "runtime/data/WeightFiles.h"
#include "runtime/device/Cpu.h"
#include "runtime/infer/CachedDecoder.h"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace rx::bench {

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
