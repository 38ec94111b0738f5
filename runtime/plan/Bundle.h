// A compiled experiment: a folder of manifest.json, plan.json, constants.bin and kernels.so.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace rx::runtime {

/// Where the value of a buffer of weights comes from: tensor `tensor` of file `file`, or nothing;
/// passed with the values of `inputs` through the program `via`, if there is one. What `via` gives
/// can only be stored in panels of f32.
struct BufferSource {
  std::string name;
  BufferType type; ///< without symbols
  std::string file, tensor;
  std::string via;
  std::vector<std::string> inputs;
  int level = 0; ///< 0 without `via`, else above the levels of all inputs

  bool hasFile() const { return !file.empty(); }
  bool isComputed() const { return !via.empty(); }
  BufferType denseType() const {
    BufferType dense = type;
    dense.form = PanelForm();
    return dense;
  }
};

/// An opened bundle. All files are read and verified: what is in here may be run.
class Bundle {
public:
  /// Reads manifest, plan and constants, verifies the plan, and checks the one against the other,
  /// and the processor against what kernels.so needs; the device loads that. The error names the
  /// file and the field.
  static Expected<Bundle> open(const std::string &folder);

  /// What the compiler was told to write for the driver; the runtime does not look inside.
  const nlohmann::json &experiment() const { return experimentJson; }
  const Plan &plan() const { return thePlan; }
  /// Sorted by name.
  const std::vector<BufferSource> &buffers() const { return sources; }
  const BufferSource *findBuffer(std::string_view name) const;
  const HostTensor &constants() const { return constantBytes; }

  const std::string &folder() const { return path; }
  std::string kernelsPath() const { return path + "/kernels.so"; }
  const std::string &targetName() const { return target; }
  /// Processor features that kernels.so needs, "+avx2,+fma".
  const std::string &cpuFeatures() const { return features; }
  /// Of what matrix products are computed: "f32" or "bf16".
  const std::string &precision() const { return thePrecision; }

private:
  Status readManifest();
  Status checkTarget() const;
  Status checkConstants() const;
  Status checkParameters() const;
  Status checkSources() const;
  Status checkVia(const BufferSource &source) const;

  std::string path, target, features, thePrecision;
  nlohmann::json experimentJson;
  Plan thePlan;
  std::vector<BufferSource> sources;
  HostTensor constantBytes; ///< u8
};

} // namespace rx::runtime
