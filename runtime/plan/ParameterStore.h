// The values of a bundle's buffers of weights, each once, however many names it has.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/plan/Bundle.h"

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

/// Loads a buffer when it is first asked for and keeps it until it is released. Values are never
/// written in place: a tensor that was handed out stays as it is.
class ParameterStore {
public:
  /// Fills `out` with the tensor's values as f32, in row-major order; fails when the file has
  /// another number of them.
  using Load = std::function<Status(const std::string &file, const std::string &tensor,
                                    std::span<float> out)>;
  /// Runs a program of fixed sizes on its inputs in order; gives its only output.
  using RunVia = std::function<Expected<HostTensor>(const std::string &program,
                                                    std::vector<HostTensor> inputs)>;

  /// `bundle` outlives the store.
  ParameterStore(const Bundle &bundle, Load load) : bundle(bundle), load(std::move(load)) {}

  /// The value of a buffer of the manifest. A buffer with `via` is computed by `run`; buffers that
  /// only such programs read are released once all that read them have their values.
  Expected<HostTensor> get(const std::string &name, const RunVia &run);

  /// Replaces a value, as a checkpoint or the end of training does.
  Status set(const std::string &name, HostTensor value);
  /// Forgets a value; it is loaded again when it is needed again (and what `set` gave it is lost).
  void release(const std::string &name);

  bool holds(const std::string &name) const { return values.contains(name); }
  /// Bytes of memory that all values take.
  int64_t residentBytes() const;
  /// Grows whenever a value may have changed.
  uint64_t version() const { return changes; }

private:
  Expected<HostTensor> compute(const BufferSource &source, const RunVia &run);
  Expected<HostTensor> loadFile(const BufferSource &source) const;
  bool isReadByPrograms(const std::string &name);
  void releaseInputsOf(const BufferSource &source);

  const Bundle &bundle;
  Load load;
  std::map<std::string, HostTensor> values;
  std::vector<std::string> inProgress; ///< buffers being computed, outermost first
  std::set<std::string> readByPrograms;
  uint64_t changes = 0;
};

} // namespace rx::runtime
