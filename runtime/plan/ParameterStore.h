// The values of a bundle's buffers of weights, each once, however many names it has.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Memory.h"
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
  /// What loadRows is asked for: rows of `depth` elements in the form `element`, from row `first`
  /// on.
  struct Rows {
    DType element;
    int64_t depth, first;
  };
  /// Fills `bytes` with whole rows of a tensor: as the file has them, or expanded where f32 is
  /// wanted. Fails when the file has another form, or rows of another length.
  using LoadRows = std::function<Status(const std::string &file, const std::string &tensor,
                                        const Rows &rows, std::span<std::byte> bytes)>;

  /// `bundle` outlives the store. Without `loadRows`, buffers in panels of forms other than f32
  /// cannot be loaded.
  ParameterStore(const Bundle &bundle, Load load, LoadRows loadRows = nullptr)
      : bundle(bundle), load(std::move(load)), loadRows(std::move(loadRows)) {}

  /// The value of a buffer of the manifest: what it was set to, else what its file holds; of one in
  /// panels, their bytes (u8). One with `via` has a value once it was computed (computeBuffers).
  Expected<HostTensor> get(const std::string &name);

  /// What `via` of a buffer reads, dense: the tensor of its file, if any, and then its inputs.
  Expected<std::vector<HostTensor>> inputsOf(const BufferSource &source);
  /// Keeps what `via` of a buffer gave. Buffers that only such programs read are released once all
  /// that read them have their values.
  Status setComputed(const BufferSource &source, HostTensor value);

  /// Replaces a value, as a checkpoint or the end of training does. `value` is dense; a buffer in
  /// panels of anything but f32 takes no other value than its file's.
  Status set(const std::string &name, HostTensor value);
  /// Forgets a value; it is loaded again when it is needed again (and what `set` gave it is lost).
  void release(const std::string &name);
  /// Forgets every value but those of `names` and, of what is still to be computed for them, the
  /// inputs that are there.
  void keepFor(const std::set<std::string> &names);

  bool holds(const std::string &name) const { return values.contains(name); }
  /// Bytes of memory that all values take.
  int64_t residentBytes() const;
  /// Grows whenever a value may have changed.
  uint64_t version() const { return changes; }

private:
  Expected<HostTensor> loadFile(const BufferSource &source) const;
  Expected<HostTensor> loadPanels(const BufferSource &source);
  Expected<HostTensor> allocatePanels(const BufferType &type);
  Expected<HostTensor> inPanels(const BufferType &type, const HostTensor &value);
  Expected<HostTensor> getDense(const std::string &name);
  bool isReadByPrograms(const std::string &name);
  void releaseInputsOf(const BufferSource &source);

  const Bundle &bundle;
  Load load;
  LoadRows loadRows;
  SharedPages panelMemory;
  std::map<std::string, HostTensor> values;
  std::set<std::string> readByPrograms;
  uint64_t changes = 0;
};

} // namespace rx::runtime
