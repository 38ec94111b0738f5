// Runs the instructions of a bound program.
#pragma once

#include "runtime/core/Memo.h"
#include "runtime/core/Status.h"
#include "runtime/device/Device.h"
#include "runtime/plan/BoundProgram.h"

#include <functional>
#include <vector>

namespace rx::runtime {

/// Called after an instruction that computes or moves data: what it was, how long it took, and the
/// bytes of its operands.
using Observer = std::function<void(const Instruction &, double seconds, int64_t bytes)>;

/// Where everything lies that the code does not bind itself. All pointers are the device's.
struct ProgramMemory {
  std::vector<std::byte *> buffers;             ///< by buffer; null for aliases
  std::vector<std::vector<std::byte *>> tables; ///< by table, row-major over trips
  std::vector<KernelHandle> kernels;            ///< by kernel of the plan; null where unused
};

/// One run. Nothing is checked here that the verifier and bindProgram have checked.
class Interpreter {
public:
  /// `memo` may be null.
  Interpreter(const BoundProgram &bound, Device &device, ProgramMemory memory,
              const Observer &observer, Memo *memo);

  /// Returns when the last instruction has run; the error names its location.
  Status run();

private:
  struct Frame {
    const Loop *loop;
    size_t begin; ///< position of the loop instruction
    int64_t trip;
  };

  Status step();
  Status execute(const Launch &op);
  Status execute(const Loop &op);
  Status execute(const End &op);
  Status execute(const Branch &op);
  Status execute(const Else &op);
  Status execute(const Copy &op);
  Status execute(const Entry &op);
  Status execute(const View &op);
  Status execute(const Host &op);

  /// The variant of a launch instruction that takes its inputs in the forms that are bound; null
  /// when there is none.
  const BoundLaunch *variant(size_t instruction) const;
  Status chooseVariant(size_t instruction);
  Status startTrip();
  void passCarried(const Loop &loop);
  Expected<HostTensor> toHost(BufferId buffer);

  const BoundProgram &bound;
  const Program &program;
  Device &device;
  ProgramMemory memory;
  std::vector<std::byte *> home; ///< memory.buffers at the start
  std::vector<PanelForm> forms;  ///< by buffer: what is bound to it now
  std::vector<int64_t> bytes; ///< by buffer, in that form: of a trip's part, where trips share it
  const Observer &observer;
  Memo *memo;
  Queue queue;
  std::vector<Frame> frames;
  std::vector<const BoundLaunch *> chosen; ///< launches to be made together
  std::vector<KernelCall> calls;
  std::vector<rx_operand> operands;
  size_t at = 0, next = 0; ///< the instruction that runs, and the one to run after it
};

} // namespace rx::runtime
