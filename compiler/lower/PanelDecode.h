// How generated code reads panels of weights (runtime/abi/PanelForm.h): one small class per element
// form. Everything else, products of every size and gathers, is written against this interface.
#pragma once

#include "compiler/lower/GemmWords.h"
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

/// Forms of blocks as integers: steps of k come in groups of 32, a block or a part of one, and an
/// element is its signed code * scale, less a minimum in some forms.
class PanelCodes {
public:
  using Value = mlir::Value;
  static constexpr int64_t groupSteps = 32;

  /// In lanes of f32: the scale of steps 0 to 15 and that of 16 to 31, which are one value where
  /// the form has one scale; null where it has no minimum.
  struct Scales {
    Value low, high, minusMinimum;
  };
  /// Codes as signed bytes, times 2^signedPower(), or as unsigned ones that are bias() too large.
  enum class Sign { Signed, Biased };
  /// Emits what it is asked for where it is asked.
  class Group {
  public:
    virtual ~Group() = default;
    virtual Scales scales() = 0;
    /// Steps 4w to 4w + 3, w < 8: words of four bytes.
    virtual Value word(int64_t w) = 0;
  };

  explicit PanelCodes(const PanelForm &form) : form(form) {}
  virtual ~PanelCodes() = default;

  virtual int64_t bias() const = 0;
  virtual int64_t signedPower() const { return 0; }
  virtual bool hasMinimum() const { return false; }
  virtual bool hasTwoScales() const { return false; }
  /// Groups of a record.
  int64_t parts() const { return form.blockElements() / groupSteps; }
  /// Group `part` (i64) of the record at `record`, for a vector of columns from `column` (i64) on.
  virtual std::unique_ptr<Group> group(GemmEmitter &emitter, Value record, Value part, Value column,
                                       Sign sign) const = 0;

protected:
  PanelForm form;
};

/// Null where `form` has no blocks.
std::unique_ptr<PanelCodes> makePanelCodes(const PanelForm &form);

/// `form` is not dense.
std::unique_ptr<PanelDecoder> makePanelDecoder(const PanelForm &form);

/// Emits func(panels, depth, source, sourceStep, target, targetStep): decodes `depth` steps of k of
/// so many panels, the first at `source`, others sourceStep bytes further, into panels of words of
/// f32 at `target`, targetStep words apart. `depth` is whole blocks.
mlir::func::FuncOp buildPanelDecode(GemmEmitter &emitter, const PanelForm &form,
                                    const GemmWords &words);

} // namespace rx::compiler
