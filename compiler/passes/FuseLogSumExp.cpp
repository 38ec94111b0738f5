#include "compiler/passes/FuseLogSumExp.h"
#include "compiler/passes/LargeTemporary.h"
#include "compiler/passes/SoftmaxBuilder.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace rx::compiler {
namespace {

class LogSumExpMatch {
public:
  explicit LogSumExpMatch(rxt::ReduceOp sum) : sum(sum) {}

  /// Whether `sum` adds up exp(x - shift) of scores along one dimension.
  bool isCandidate() {
    unsigned rank = sum.getResult().getType().rank();
    if (sum.getKind() != rxt::ReduceKind::Sum ||
        rxt::mapAt(sum.getMaps(), 0).getNumDims() != rank + 1)
      return false;
    equation = std::make_shared<RowEquation>(sum);
    exponential = Exponential::match(equation, equation->element(), rank);
    return exponential && exponential->shift;
  }

  /// Finds everything else.
  bool match() {
    if (!exponential->isShiftMax())
      return because("what is subtracted from them is not their maximum");
    max = equation->inputs()[*equation->inputOf(exponential->shift)].getDefiningOp();
    std::optional<RowDims> found = RowDims::of(*exponential);
    if (!found)
      return because("they are no product of one axis of rows and keys");
    dims = *found;
    rxt::ContractOp scores = exponential->scores;
    auto isPlain = [](Value value) {
      auto type = cast<rxt::TensorType>(value.getType());
      return type.getElementType().isF32() &&
             llvm::all_of(type.getAxes(), [](rxt::AxisAttr axis) { return axis.isPlain(); });
    };
    if (!llvm::all_of(scores->getOperands(), isPlain) ||
        !rxt::iterationSizes(scores).back().isConstant())
      return because("an axis has a length or mask, or the size of a row is not known");
    findChosen();
    return isClosed();
  }

  void rewrite() {
    bool gatherIsLast = chosen && sum->isBeforeInBlock(chosen);
    OpBuilder builder(gatherIsLast ? chosen.getOperation() : sum.getOperation());
    SoftmaxBuilder softmax(builder, exponential->scores.getLoc(), *exponential, dims);
    // Before their readers: the block is put in order below.
    replace(builder, max->getResult(0), equation->read(*equation->inputOf(exponential->shift)),
            softmax.max);
    replace(builder, sum.getResult(), rxt::identityDims(dims.rows.size()), softmax.sum);
    if (chosen)
      chosen.getResult().replaceAllUsesWith(choose(builder, ofScores ? softmax.scores : softmax.x));
    Block *block = sum->getBlock();
    sum->erase();
    (void)sortTopologically(block);
  }

  void warn() {
    bool isMixed = llvm::any_of(exponential->ops, [](Operation *op) {
      return llvm::any_of(op->getUsers(), llvm::IsaPred<rxt::ContractOp>);
    });
    if (!isMixed) // else it is up to FuseAttention
      warnIfLarge(exponential->scores, exponential->scores.getResult().getType(),
                  "the scores of a log-sum-exp", reason);
  }

private:
  bool because(StringRef text) {
    reason = text;
    return false;
  }

  /// The gather among the readers of x or the scores; it may be absent.
  void findChosen() {
    for (Operation *op : exponential->ops) // all of them compute x or something from it
      findChosenAmong(op->getUsers());
    findChosenAmong(exponential->scores->getUsers());
  }

  void findChosenAmong(Operation::user_range users) {
    for (Operation *user : users) {
      auto gather = dyn_cast<rxt::GatherOp>(user);
      if (gather && !chosen && isChoiceOfX(gather))
        chosen = gather;
    }
  }

  /// Whether `gather` reads x, or the scores, at one key per row.
  bool isChoiceOfX(rxt::GatherOp gather) {
    if (!gather.getSourceMap().isPermutation() || dependsOnResults(gather.getIndex()) ||
        gather->getBlock() != sum->getBlock())
      return false;
    unsigned rank = gather.getSourceMap().getNumResults() + 1;
    ofScores = gather.getSource() == exponential->scores.getResult();
    if (ofScores) {
      rowOfAxis = equation->read(exponential->scoresInput);
      return rowOfAxis[gather.getAxis()] == exponential->keyDim;
    }
    auto map = gather.getSource().getDefiningOp<rxt::MapOp>();
    if (!map)
      return false;
    RowEquation source(map);
    rowOfAxis.assign(rank, 0);
    return llvm::any_of(llvm::seq<unsigned>(0, source.inputs().size()), [&](unsigned input) {
      if (source.inputs()[input] != exponential->scores.getResult())
        return false;
      auto theirs = source.read(input), ours = equation->read(exponential->scoresInput);
      for (auto [dim, row] : llvm::zip(theirs, ours))
        rowOfAxis[dim] = row;
      return rowOfAxis[gather.getAxis()] == exponential->keyDim &&
             areEqual(*equation, exponential->x, source, source.element(), rowOfAxis);
    });
  }

  /// An index that is computed from what the kernel returns would have to come before it.
  bool dependsOnResults(Value value, unsigned steps = 64) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != sum->getBlock())
      return false;
    return op == exponential->scores || steps == 0 ||
           llvm::any_of(op->getOperands(),
                        [&](Value operand) { return dependsOnResults(operand, steps - 1); });
  }

  bool isClosed() {
    auto isInside = [&](Operation *user) {
      return user == sum || user == chosen || exponential->ops.contains(user);
    };
    auto isRead = [&](Operation *op) { return llvm::all_of(op->getUsers(), isInside); };
    bool closed = isRead(exponential->scores) && llvm::all_of(exponential->ops, [&](Operation *op) {
                    return op == sum || op == max || isRead(op);
                  });
    return closed || because("something else reads them, too");
  }

  /// Replaces `old`, whose axis a is dimension axes[a] of the equation, by `rows` with axes in the
  /// order of `dims.rows`.
  void replace(OpBuilder &builder, Value old, ArrayRef<unsigned> axes, Value rows) {
    SmallVector<unsigned> order = llvm::map_to_vector(
        dims.rows, [&](unsigned dim) { return unsigned(llvm::find(axes, dim) - axes.begin()); });
    AffineMap map = AffineMap::getPermutationMap(order, builder.getContext());
    if (!map.isIdentity()) {
      auto moved = rxt::MapOp::create(builder, old.getLoc(), old.getType(), rows,
                                      builder.getAffineMapArrayAttr({map}));
      Block &body = moved.getBody().emplaceBlock();
      Value element = body.addArgument(builder.getF32Type(), old.getLoc());
      auto inside = OpBuilder::atBlockEnd(&body);
      rxt::YieldOp::create(inside, old.getLoc(), element);
      rows = moved.getResult();
    }
    old.replaceAllUsesWith(rows);
  }

  Value choose(OpBuilder &builder, Value x) {
    // The gather's result dimension of each row, by the axis of x that it was.
    auto resultDims = rxt::dimensionsOf(chosen.getSourceMap());
    resultDims.insert(resultDims.begin() + chosen.getAxis(), ~0u);
    SmallVector<AffineExpr> exprs(dims.rows.size());
    for (auto [axis, dim] : llvm::enumerate(resultDims))
      if (axis != chosen.getAxis())
        exprs[dims.at(rowOfAxis[axis])] = builder.getAffineDimExpr(dim);
    auto sourceMap = AffineMap::get(dims.rows.size(), 0, exprs, builder.getContext());
    return rxt::GatherOp::create(builder, chosen.getLoc(), chosen.getResult().getType(), x,
                                 chosen.getIndex(), dims.rows.size(), sourceMap,
                                 chosen.getIndexMap());
  }

  rxt::ReduceOp sum;
  Operation *max = nullptr;
  rxt::GatherOp chosen;
  StringRef reason;
  bool ofScores = false; ///< else chosen reads x
  std::shared_ptr<RowEquation> equation;
  std::optional<Exponential> exponential;
  RowDims dims;
  SmallVector<unsigned> rowOfAxis; ///< dimension of the equation for each axis of chosen's source
};

struct FuseLogSumExpPass : PassWrapper<FuseLogSumExpPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FuseLogSumExpPass)
  StringRef getArgument() const final { return "rx-fuse-logsumexp"; }
  StringRef getDescription() const final {
    return "Write maximum and sum of exponentials of a contraction as one kernel's rows";
  }
  void runOnOperation() final {
    if (failed(fuseLogSumExp(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult fuseLogSumExp(ModuleOp module) {
  rewriteMatches<LogSumExpMatch, rxt::ReduceOp>(module);
  return success();
}

std::unique_ptr<Pass> createFuseLogSumExpPass() { return std::make_unique<FuseLogSumExpPass>(); }

} // namespace rx::compiler
