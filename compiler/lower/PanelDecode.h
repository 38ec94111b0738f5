// How generated code reads panels of weights (runtime/abi/PanelForm.h): one small class per element
// form. Everything else, products of every size and gathers, is written against this interface.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "runtime/abi/PanelForm.h"
#include <memory>

namespace rx::compiler {

class PanelDecoder {
public:
  using Value = mlir::Value;
  /// Called once per step of k, ascending, with the vectors of f32 that make up the columns in that
  /// step. `step` counts from the first of the group.
  using Visit = llvm::function_ref<void(int64_t step, llvm::ArrayRef<Value> columns)>;

  virtual ~PanelDecoder() = default;

  /// Steps of k that are decoded together, the size of a group; K is a multiple of it.
  virtual int64_t steps() const = 0;

  /// Columns of a panel, whole vectors of the emitter's lanes (which may be one).
  struct Columns {
    Value first; ///< i64
    int64_t count;
  };
  /// Emits the values of group `group` (i64) of the panel at `panel`, those that
  /// runtime/io/Dequantize gives, bit by bit.
  virtual void decode(GemmEmitter &emitter, Value panel, Value group, Columns columns,
                      Visit visit) const = 0;
};

/// `form` is not dense.
std::unique_ptr<PanelDecoder> makePanelDecoder(const PanelForm &form);

/// Emits func(panels, depth, source, sourceStep, target, targetStep): decodes `depth` steps of k of
/// so many panels, the first at `source`, others sourceStep bytes further, into panels of f32 at
/// `target`, targetStep elements apart. `depth` is whole blocks.
mlir::func::FuncOp buildPanelDecode(GemmEmitter &emitter, const PanelForm &form);

} // namespace rx::compiler
