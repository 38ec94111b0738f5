// The fused kernels at sizes of Gemma 3 270M, compiled and ready to be called on one thread.
#pragma once

#include "compiler/lower/KernelToLoops.h"
#include "compiler/target/LoadedKernels.h"
#include "runtime/abi/PanelForm.h"

#include <memory>
#include <string>
#include <vector>

namespace rx::bench {

struct FusedOptions {
  const compiler::CpuTarget *target;
  compiler::Precision precision;
  std::string cacheFolder;
  /// How the second argument lies in memory. What is in its blocks does not matter here.
  PanelForm weights;
};

/// A kernel with its operands.
class FusedKernel {
public:
  /// `text` holds a function @k over tensors; floats are uniform in [-1, 1], integers `integer`.
  FusedKernel(const std::string &text, const SizeExpr::Bindings &sizes, int32_t integer,
              const FusedOptions &options);
  ~FusedKernel();
  /// One call for all rows.
  void run();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Causal attention [1, 1, 4, t, 256] over one key head, the last `window` keys of each query.
std::string attentionText();
/// Log-sum-exp of [t, v] logits of width 640.
std::string logSumExpText();

} // namespace rx::bench
