#include "compiler/passes/FuseAttention.h"
#include "compiler/passes/LargeTemporary.h"
#include "compiler/passes/SoftmaxBuilder.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// One contraction that may mix values by softmax weights.
class AttentionMatch {
public:
  explicit AttentionMatch(rxt::ContractOp mix) : mix(mix) {}

  /// Whether a contraction's result goes into `mix` by maps alone, as scores would.
  bool isCandidate() {
    for (side = 0; side < 2; ++side) {
      auto map = mix->getOperand(side).getDefiningOp<rxt::MapOp>();
      if (!map)
        continue;
      equation = std::make_shared<RowEquation>(map);
      auto reads = rxt::dimensionsOf(rxt::mapAt(mix.getMaps(), side));
      unsigned rank = mix.getResult().getType().rank();
      auto key = llvm::find_if(reads, [&](unsigned dim) { return dim >= rank; });
      keyDim = key - reads.begin();
      if (key != reads.end() && rxt::mapAt(mix.getMaps(), 0).getNumDims() == rank + 1 &&
          llvm::any_of(llvm::seq<unsigned>(0, equation->inputs().size()), [&](unsigned i) {
            return equation->inputs()[i].getDefiningOp<rxt::ContractOp>() &&
                   llvm::is_contained(equation->read(i), keyDim);
          }))
        return true;
    }
    return false;
  }

  /// Finds everything else.
  bool match() {
    if (!matchWeights())
      return false;
    std::optional<RowDims> found = RowDims::of(*exponential);
    if (!found)
      return because("its scores are no product of one axis of queries and keys");
    dims = *found;
    return matchTypes() && matchValues() && isClosed();
  }

  void rewrite() {
    OpBuilder builder(mix);
    SoftmaxBuilder softmax(builder, mix.getLoc(), *exponential, dims);
    Value result = softmax.attention(mix->getOperand(1 - side), valuesRead, width,
                                     mix.getResult().getType(), order);
    mix.getResult().replaceAllUsesWith(result);
    if (reader) { // which divides no more
      quotient.replaceAllUsesWith(numerator);
      quotient.getDefiningOp()->erase();
      dropUnusedInputs();
      if (reader.getBody().front().getTerminator()->getOperand(0) == numerator &&
          reader.getResult().getType() == result.getType() &&
          rxt::mapAt(reader.getMaps(), 0).isIdentity())
        reader.getResult().replaceAllUsesWith(result);
    }
  }

  void warn() {
    if (looksLikeAttention())
      warnIfLarge(mix, cast<rxt::TensorType>(mix->getOperand(side).getType()),
                  "the scores of an attention", reason);
  }

private:
  /// Whether the weights look like those of an attention: exponentials, or numbers related to a
  /// maximum, with something summed up or compared along the keys. A gated layer has neither.
  bool looksLikeAttention() {
    bool exponentials = llvm::any_of(equation->block(), [&](Operation &op) {
      return isa<math::ExpOp, math::Exp2Op>(op) && equation->dependsOn(op.getResult(0), keyDim);
    });
    auto isReduced = [](Value value) {
      return llvm::any_of(value.getUsers(), llvm::IsaPred<rxt::ReduceOp>);
    };
    bool related = isReduced(mix->getOperand(side)), toMaximum = false;
    for (auto [i, input] : llvm::enumerate(equation->inputs())) {
      bool ofRow = !llvm::is_contained(equation->read(i), keyDim);
      auto reduce = ofRow ? input.getDefiningOp<rxt::ReduceOp>() : nullptr;
      related |= reduce || isReduced(input);
      toMaximum |= reduce && reduce.getKind() == rxt::ReduceKind::Max;
    }
    return toMaximum || (exponentials && related);
  }

  bool because(StringRef text) {
    reason = text;
    return false;
  }

  //===-- exp(x - max) / sum ---===//

  bool matchWeights() {
    Value element = equation->element(), divisor;
    Value weights = element;
    if (auto division = element.getDefiningOp<arith::DivFOp>()) {
      weights = division.getLhs();
      divisor = division.getRhs();
    } else if (auto product = element.getDefiningOp<arith::MulFOp>()) {
      for (unsigned side : {0, 1})
        if (Value inverted = invertedBy(product->getOperand(side))) {
          weights = product->getOperand(1 - side);
          divisor = inverted;
        }
    }
    exponential = Exponential::match(equation, weights, keyDim);
    if (!exponential)
      return because("its weights are no exponentials divided by a number per row");
    exponential->addShift();
    auto rows = rxt::identityDims(32);
    if (divisor)
      return exponential->isSum(*equation, divisor, rows) ||
             because("its weights are divided by something else than their sum");
    return matchReader() || because("its weights are not divided by their sum");
  }

  /// d if `value` is 1 / d.
  static Value invertedBy(Value value) {
    auto division = value.getDefiningOp<arith::DivFOp>();
    auto one = division ? division.getLhs().getDefiningOp<arith::ConstantOp>() : nullptr;
    auto number = one ? dyn_cast<FloatAttr>(one.getValue()) : FloatAttr();
    return number && number.getValue().isExactlyValue(1.0) ? division.getRhs() : Value();
  }

  /// The one op that reads the mixture divides it by the sum.
  bool matchReader() {
    if (!mix->hasOneUse())
      return false;
    auto reader = dyn_cast<rxt::MapOp>(*mix->user_begin());
    if (!reader)
      return false;
    unsigned input = mix->use_begin()->getOperandNumber();
    numerator = reader.getBody().front().getArgument(input);
    if (!numerator.hasOneUse())
      return false;
    Operation *user = *numerator.user_begin();
    Value divisor;
    if (auto division = dyn_cast<arith::DivFOp>(user); division && division.getLhs() == numerator)
      divisor = division.getRhs();
    else if (isa<arith::MulFOp>(user))
      divisor = invertedBy(user->getOperand(user->getOperand(0) == numerator));
    if (!divisor)
      return false;
    // The row that the reader reads at each dimension of the equation.
    auto axes = rxt::dimensionsOf(rxt::mapAt(reader.getMaps(), input));
    auto weights = rxt::dimensionsOf(rxt::mapAt(mix.getMaps(), side));
    SmallVector<unsigned> rows;
    for (unsigned dim : weights)
      rows.push_back(dim < axes.size() ? axes[dim] : ~0u);
    RowEquation readers(reader);
    auto sum = dyn_cast<BlockArgument>(divisor);
    if (!sum || !isSumOf(readers, reader, sum, rows))
      return false;
    quotient = user->getResult(0);
    this->reader = reader;
    return true;
  }

  void dropUnusedInputs() {
    Block &body = reader.getBody().front();
    SmallVector<Attribute> maps(reader.getMaps().getValue());
    for (unsigned index = body.getNumArguments(); index-- > 0;)
      if (body.getArgument(index).use_empty()) {
        body.eraseArgument(index);
        reader->eraseOperand(index);
        maps.erase(maps.begin() + index);
      }
    reader.setMapsAttr(ArrayAttr::get(reader.getContext(), maps));
  }

  /// `readers` may order its inputs in another way than the op itself.
  bool isSumOf(RowEquation &readers, rxt::MapOp reader, BlockArgument sum,
               ArrayRef<unsigned> rows) {
    Value input = reader.getInputs()[sum.getArgNumber()];
    auto read = rxt::dimensionsOf(rxt::mapAt(reader.getMaps(), sum.getArgNumber()));
    for (unsigned index = 0; index < readers.inputs().size(); ++index)
      if (readers.inputs()[index] == input && readers.read(index) == read)
        return exponential->isSum(readers, readers.block().getArgument(index), rows);
    return false;
  }

  //===-- The second contraction ---===//

  bool matchTypes() {
    auto isPlain = [](Value value) {
      auto type = cast<rxt::TensorType>(value.getType());
      return type.getElementType().isF32() &&
             llvm::all_of(type.getAxes(), [](rxt::AxisAttr axis) { return axis.isPlain(); });
    };
    rxt::ContractOp scores = exponential->scores;
    bool allPlain = llvm::all_of(scores->getOperands(), isPlain) &&
                    llvm::all_of(mix->getOperands(), isPlain) && isPlain(mix.getResult());
    if (!allPlain)
      return because("its axes have a length or mask, or its elements are not f32");
    SizeExpr depth = rxt::iterationSizes(exponential->scores).back();
    return depth.isConstant() || because("the size of its queries is not known");
  }

  bool matchValues() {
    auto weights = rxt::dimensionsOf(rxt::mapAt(mix.getMaps(), side));
    auto values = rxt::dimensionsOf(rxt::mapAt(mix.getMaps(), 1 - side));
    unsigned rank = dims.rows.size(), resultRank = mix.getResult().getType().rank();
    if (resultRank != rank + 1)
      return because("its values have not one axis of their own");
    // Dimensions of `mix` as rows.., i, keys.
    SmallVector<unsigned> moved(resultRank + 1, rank);
    for (auto [axis, dim] : llvm::enumerate(weights))
      moved[dim] = axis == keyDim ? rank + 1 : dims.at(axis);
    for (unsigned dim : values)
      valuesRead.push_back(moved[dim]);
    order.assign(moved.begin(), moved.begin() + resultRank);
    bool ofKeys =
        llvm::all_of(valuesRead, [&](unsigned dim) { return dim >= rank || dim < dims.batchRank; });
    width = rxt::iterationSizes(mix)[llvm::find(order, rank) - order.begin()];
    return (ofKeys && width.isConstant()) ||
           because("its values differ where its keys do not, or their size is not known");
  }

  /// Nothing else reads what would not exist any more.
  bool isClosed() {
    for (Operation *op : exponential->ops)
      if (!isReadInside(op))
        return because("its weights are used elsewhere, too");
    return isReadInside(exponential->scores) || because("its scores are used elsewhere, too");
  }

  bool isReadInside(Operation *op) {
    return llvm::all_of(op->getUsers(), [&](Operation *user) {
      return user == mix || user == reader || exponential->ops.contains(user);
    });
  }

  rxt::ContractOp mix;
  unsigned side = 0, keyDim = 0; ///< of the weights
  std::shared_ptr<RowEquation> equation;
  std::optional<Exponential> exponential;
  RowDims dims;
  SmallVector<unsigned> valuesRead, order;
  SizeExpr width;
  StringRef reason;
  Value numerator, quotient; ///< in the op that divides the mixture
  rxt::MapOp reader;         ///< that op, if not the weights are divided
};

struct FuseAttentionPass : PassWrapper<FuseAttentionPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FuseAttentionPass)
  StringRef getArgument() const final { return "rx-fuse-attention"; }
  StringRef getDescription() const final {
    return "Write softmax between two contractions as attention";
  }
  void runOnOperation() final {
    if (failed(fuseAttention(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult fuseAttention(ModuleOp module) {
  rewriteMatches<AttentionMatch, rxt::ContractOp>(module);
  return success();
}

std::unique_ptr<Pass> createFuseAttentionPass() { return std::make_unique<FuseAttentionPass>(); }

} // namespace rx::compiler
