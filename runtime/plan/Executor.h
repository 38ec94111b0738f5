// Runs the programs of a bundle on a device.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/device/Device.h"
#include "runtime/plan/BoundProgram.h"
#include "runtime/plan/Budget.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/ComputedBuffers.h"
#include "runtime/plan/Interpreter.h"
#include "runtime/plan/ParameterStore.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace rx::runtime {

using TensorMap = std::map<std::string, HostTensor>;

std::map<std::string, Shape> shapesOf(const TensorMap &tensors);

/// Zeros for the states of `program` that are not in `inputs`, in the sizes that `inputs` binds:
/// where most programs begin. Where an input is missing nothing is given: a run says which.
Expected<TensorMap> zeroStates(const Program &program, const TensorMap &inputs);

/// Not thread-safe; the kernels it launches are parallel. Bundle, device and store outlive it.
class Executor {
public:
  Executor(const Bundle &bundle, Device &device, ParameterStore &parameters);
  ~Executor();
  Executor(const Executor &) = delete;

  /// Runs a program. `inputs` has every input by name, and may set states; states it does not set
  /// keep the value of the run before. Size symbols get their values from the shapes. Results are
  /// the program's outputs; they and the inputs are never written again. The first run with new
  /// sizes plans memory and loads or computes the weights that the program reads.
  Expected<TensorMap> run(std::string_view program, const TensorMap &inputs);

  /// The memory of a run with inputs and states of these shapes (those without symbols may be left
  /// out), without loading or running anything.
  Expected<MemoryReport> plannedMemory(std::string_view program,
                                       const std::map<std::string, Shape> &shapes) const;

  /// Releases the weights that no program which reads `names` needs. What is needed again after all
  /// is loaded or computed again.
  void keepWeightsFor(const std::set<std::string> &names);

  /// Runs that need more bytes are refused with the numbers and a smaller batch that fits. The
  /// default, 0, is what the system has available when a program is prepared.
  void setBudget(int64_t bytes) { budget = bytes; }

  /// A state's value, for reading; fails before a run has set it.
  Expected<HostTensor> state(const std::string &name) const;
  Status setState(const std::string &name, const HostTensor &value);

  RunPlace place() const { return {bundle, parameters, device.threads()}; }

  void setObserver(Observer value) { compute.observer = std::move(value); }
  /// Where decompositions are kept, in a memo that any thread may call; none by default.
  void setMemo(Memo *value) { compute.memo = value; }
  /// Told while weights are computed, which may take minutes.
  void setComputeProgress(ComputeProgress value) { compute.progress = std::move(value); }

private:
  struct Prepared;
  /// Tensors of one run that the program's buffers point to.
  using Held = std::map<BufferId, HostTensor>;
  /// Over device memory. `spare` is where the next value may go.
  struct StateValue {
    HostTensor now, spare;
    int64_t least = 0, most = -1; ///< of an i32 state's elements, when it was set
  };

  Expected<const Program *> findProgram(std::string_view name) const;
  Status acceptInputs(const Program &program, const TensorMap &inputs);
  Status acceptInput(const BufferInfo &buffer, const TensorMap &inputs);
  Status checkSlots(const Program &program, const SizeExpr::Bindings &bindings) const;
  Expected<Prepared *> prepare(const Program &program, const TensorMap &inputs);
  Expected<std::unique_ptr<Prepared>> makePrepared(const Program &program, Bindings bindings);
  Status loadKernels(const Program &program);
  Status loadKernel(int32_t index);
  Status bindParameters(Prepared &prepared);
  Expected<std::byte *> bindParameter(const std::string &name, Prepared &prepared);

  Expected<Held> holdTensors(const Prepared &prepared, const TensorMap &inputs);
  Expected<HostTensor> outputTensor(const Program &program, BufferId buffer, const Shape &shape);
  Status growArena(int64_t bytes);
  Expected<TensorMap> collect(const Program &program, Held &held);

  const Bundle &bundle;
  Device &device;
  ParameterStore &parameters;
  ComputeOptions compute;
  int64_t budget = 0;
  std::vector<KernelHandle> kernels; ///< by kernel of the plan; null until it is needed
  HostTensor constants;              ///< over device memory
  HostTensor arena;                  ///< one for all programs: they run one after another
  std::map<std::string, StateValue> states;
  /// What the last run gave, over device memory: once nobody else holds it, the next run of the
  /// program writes there. A step's logits would otherwise be fresh memory, cleared every time.
  struct {
    const Program *program = nullptr;
    Held tensors;
  } last;
  /// By program, the latest sizes last.
  std::map<std::string, std::vector<std::unique_ptr<Prepared>>, std::less<>> prepared;
};

} // namespace rx::runtime
