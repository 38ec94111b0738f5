#include "compiler/passes/FuseElementwise.h"
#include "compiler/passes/FusedBody.h"
#include "compiler/passes/GatherBeforeMap.h"
#include "compiler/passes/WindowBeforeRows.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace rx::compiler {
namespace {

//===-- What is worth it ---===//

/// Whether an op of a body costs about as much as a load.
bool isCheap(Operation &op) {
  return isa<rxt::IndexOp, rxt::SizeOp, rxt::YieldOp>(op) || op.hasTrait<OpTrait::ConstantLike>() ||
         isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::CmpFOp,
             arith::CmpIOp, arith::SelectOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::MaxNumFOp, arith::MinNumFOp,
             arith::SIToFPOp, arith::UIToFPOp, arith::ExtUIOp, arith::ExtSIOp, arith::TruncIOp,
             math::AbsFOp>(op);
}

/// Cheap to compute again in every reader: little arithmetic, and no more to load than the result.
/// That it is read along more dimensions than it has costs arithmetic too, so only a few ops are.
bool isCheap(rxt::MapOp map) {
  constexpr unsigned fewOps = 8;
  Block &body = map.getBody().front();
  unsigned large = 0; // inputs of the result's size; the others stay in cache
  for (Value input : map.getInputs())
    large += cast<rxt::TensorType>(input.getType()).rank() == map.getResult().getType().rank();
  return large <= 1 && std::distance(body.begin(), body.end()) <= fewOps &&
         llvm::all_of(body, [](Operation &op) { return isCheap(op); });
}

/// Whether an element of the producer is computed again for many elements of the consumer, which
/// has `rank` result axes. Repetition along the last of them or along reduced dimensions is none:
/// what does not vary there is computed once per row.
bool isRepeated(AffineMap read, unsigned rank) {
  unsigned inner = rank == 0 ? 0 : rank - 1; // the first dimension that is walked within a row
  auto dims = rxt::dimensionsOf(read);
  bool everyRow = llvm::all_of(llvm::seq(0u, inner),
                               [&](unsigned dim) { return llvm::is_contained(dims, dim); });
  bool wholeRow = llvm::all_of(llvm::seq(inner, read.getNumDims()),
                               [&](unsigned dim) { return llvm::is_contained(dims, dim); });
  bool constantInRow = llvm::none_of(dims, [&](unsigned dim) { return dim >= inner; });
  return !everyRow || !(wholeRow || constantInRow);
}

/// Bodies larger than this are not worth their compile time.
constexpr size_t mostOps = 200;

bool shouldFuse(rxt::MapOp producer, Operation *consumer, AffineMap read, unsigned rank) {
  auto opsOf = [](Operation *op) { return op->getRegion(0).front().getOperations().size(); };
  if (opsOf(producer) + opsOf(consumer) > mostOps)
    return false;
  bool onlyReader =
      llvm::all_of(producer->getUsers(), [&](Operation *user) { return user == consumer; });
  return isCheap(producer) || (onlyReader && !isRepeated(read, rank));
}

//===-- Patterns ---===//

/// Fuses into `Op`, a map or a reduce.
template <typename Op> struct FuseProducers : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    for (unsigned index = 0;; ++index) {
      FusedBody fused(op.getBody().front(), op.getInputs(), op.getMaps());
      if (index >= fused.inputs().size())
        return failure();
      Operation *producer = fused.inputs()[index].getDefiningOp();
      if (!producer || !absorb(fused, index, producer, op) || !isValid(op, fused))
        continue;
      replace(op, fused, rewriter);
      return success();
    }
  }

private:
  bool absorb(FusedBody &fused, unsigned index, Operation *producer, Op op) const {
    AffineMap read = fused.read(index);
    if (auto map = dyn_cast<rxt::MapOp>(producer))
      return shouldFuse(map, op, read, op.getResult().getType().rank()) &&
             (fused.absorbMap(index, map), true);
    if (auto window = dyn_cast<rxt::WindowOp>(producer))
      return fused.absorbWindow(index, window);
    if (auto constant = dyn_cast<rxt::ConstantOp>(producer))
      return fused.absorbConstant(index, constant);
    return false;
  }

  /// The iteration space must stay what it was: an input that gave a reduced dimension its size or
  /// its presence may be gone.
  bool isValid(Op op, const FusedBody &fused) const {
    SmallVector<rxt::AxisAttr> before = rxt::iterationAxes(op);
    SmallVector<rxt::AxisAttr> after =
        rxt::iterationAxes(ValueRange(fused.inputs()).getTypes(), fused.maps(op.getContext()),
                           op.getResult().getType());
    return before == after;
  }

  void replace(Op op, FusedBody &fused, PatternRewriter &rewriter) const {
    OperationState state(op.getLoc(), op->getName());
    state.addOperands(fused.inputs());
    state.addTypes(op->getResultTypes());
    state.addAttributes(op->getAttrs());
    state.addRegion()->takeBody(fused.region());
    Operation *result = rewriter.create(state);
    result->setAttr(op.getMapsAttrName(), fused.maps(op.getContext()));
    rewriter.replaceOp(op, result);
  }
};

/// The input of a map that only moves elements; null if it computes something.
Value movedInput(rxt::MapOp map) {
  Block &body = map.getBody().front();
  bool moves = map.getInputs().size() == 1 && llvm::hasSingleElement(body) &&
               body.getTerminator()->getOperand(0) == body.getArgument(0);
  return moves ? map.getInputs()[0] : Value();
}

/// A map that reads every axis where it is does nothing. What a program or a loop returns stays: a
/// result is a buffer of its own.
struct DropCopies : OpRewritePattern<rxt::MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(rxt::MapOp map, PatternRewriter &rewriter) const override {
    Value input = movedInput(map);
    if (!input || input.getType() != map.getResult().getType() ||
        !rxt::mapAt(map.getMaps(), 0).isIdentity())
      return failure();
    if (llvm::any_of(map->getUsers(),
                     [](Operation *user) { return user->hasTrait<OpTrait::IsTerminator>(); }))
      return failure();
    rewriter.replaceOp(map, input);
    return success();
  }
};

/// A map that permutes or repeats what a window gives is a window.
struct MoveThroughWindow : OpRewritePattern<rxt::MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(rxt::MapOp map, PatternRewriter &rewriter) const override {
    Value input = movedInput(map);
    auto window = input ? input.getDefiningOp<rxt::WindowOp>() : rxt::WindowOp();
    if (!window || !window->hasOneUse())
      return failure();
    AffineMap composed = window.getMap().compose(rxt::mapAt(map.getMaps(), 0));
    rewriter.replaceOpWithNewOp<rxt::WindowOp>(map, map.getResult().getType(), window.getInput(),
                                               composed, window.getSymbolsAttr(),
                                               window.getFillAttr());
    return success();
  }
};

/// A contraction reads axes in any order, so it needs no permuted operand.
struct MoveIntoContraction : OpRewritePattern<rxt::ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(rxt::ContractOp op, PatternRewriter &rewriter) const override {
    for (unsigned side = 0; side < 2; ++side) {
      auto map = op->getOperand(side).getDefiningOp<rxt::MapOp>();
      Value input = map ? movedInput(map) : Value();
      if (!input || !rxt::mapAt(map.getMaps(), 0).isPermutation() || !samePresence(map, input))
        continue;
      SmallVector<Attribute> maps(op.getMaps().getValue());
      AffineMap read = rxt::mapAt(op.getMaps(), side);
      maps[side] = AffineMapAttr::get(rxt::mapAt(map.getMaps(), 0).compose(read));
      rewriter.modifyOpInPlace(op, [&] {
        op->setOperand(side, input);
        op.setMapsAttr(rewriter.getArrayAttr(maps));
      });
      return success();
    }
    return failure();
  }

private:
  /// A sum leaves out absent elements, so what says which those are must not get lost.
  static bool samePresence(rxt::MapOp map, Value input) {
    auto from = cast<rxt::TensorType>(input.getType()).getAxes();
    auto to = map.getResult().getType().getAxes();
    auto dims = rxt::dimensionsOf(rxt::mapAt(map.getMaps(), 0));
    return llvm::all_of(llvm::enumerate(dims),
                        [&](auto read) { return from[read.index()] == to[read.value()]; });
  }
};

/// A contraction reads axes in any order: those of a window become those of its input, so that its
/// result can be made where the input is (heads put back into one axis).
struct OrderContractedWindow : OpRewritePattern<rxt::ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(rxt::ContractOp op, PatternRewriter &rewriter) const override {
    for (unsigned side = 0; side < 2; ++side) {
      auto window = op->getOperand(side).getDefiningOp<rxt::WindowOp>();
      if (!window || !window->hasOneUse())
        continue;
      SmallVector<unsigned> order = inputOrder(window.getMap());
      if (llvm::is_sorted(order))
        continue;
      Value ordered = reordered(window, order, rewriter);
      SmallVector<Attribute> maps(op.getMaps().getValue());
      auto read = rxt::mapAt(op.getMaps(), side);
      auto results = llvm::map_to_vector(order, [&](unsigned dim) { return read.getResult(dim); });
      maps[side] = AffineMapAttr::get(AffineMap::get(read.getNumDims(), 0, results, getContext()));
      rewriter.modifyOpInPlace(op, [&] {
        op->setOperand(side, ordered);
        op.setMapsAttr(rewriter.getArrayAttr(maps));
      });
      return success();
    }
    return failure();
  }

private:
  /// The dimensions of a window's result by the last axis of its input that each reads.
  static SmallVector<unsigned> inputOrder(AffineMap map) {
    auto lastAxis = [&](unsigned dim) {
      int last = -1;
      for (auto [axis, position] : llvm::enumerate(map.getResults()))
        if (position.isFunctionOfDim(dim))
          last = axis;
      return last;
    };
    SmallVector<unsigned> order = rxt::identityDims(map.getNumDims());
    llvm::sort(order, [&](unsigned a, unsigned b) {
      return std::pair(lastAxis(a), a) < std::pair(lastAxis(b), b);
    });
    return order;
  }

  static Value reordered(rxt::WindowOp window, ArrayRef<unsigned> order,
                         PatternRewriter &rewriter) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(window);
    rxt::TensorType type = window.getResult().getType();
    SmallVector<rxt::AxisAttr> axes;
    SmallVector<AffineExpr> places(order.size());
    for (auto [place, dim] : llvm::enumerate(order)) {
      axes.push_back(type.getAxes()[dim]);
      places[dim] = rewriter.getAffineDimExpr(place);
    }
    AffineMap map = window.getMap().replaceDimsAndSymbols(
        places,
        llvm::map_to_vector(llvm::seq(0u, window.getMap().getNumSymbols()),
                            [&](unsigned s) { return rewriter.getAffineSymbolExpr(s); }),
        order.size(), window.getMap().getNumSymbols());
    auto result = rxt::TensorType::get(type.getContext(), type.getElementType(), axes);
    return rxt::WindowOp::create(rewriter, window.getLoc(), result, window.getInput(), map,
                                 window.getSymbolsAttr(), window.getFillAttr());
  }
};

struct FuseElementwisePass : PassWrapper<FuseElementwisePass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FuseElementwisePass)
  StringRef getArgument() const final { return "rx-fuse-elementwise"; }
  StringRef getDescription() const final {
    return "Compute elementwise producers where they are read";
  }
  void runOnOperation() final {
    if (failed(fuseElementwise(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult fuseElementwise(ModuleOp module) {
  // First: a map that has taken in a window of one row hides it.
  if (failed(moveWindowsBeforeRows(module)))
    return failure();
  RewritePatternSet patterns(module.getContext());
  patterns.add<FuseProducers<rxt::MapOp>, FuseProducers<rxt::ReduceOp>, DropCopies,
               MoveThroughWindow, MoveIntoContraction, OrderContractedWindow>(module.getContext());
  populateGatherBeforeMap(patterns);
  return applyPatternsGreedily(module, std::move(patterns));
}

std::unique_ptr<Pass> createFuseElementwisePass() {
  return std::make_unique<FuseElementwisePass>();
}

} // namespace rx::compiler
