#include "compiler/passes/WindowBeforeRows.h"
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/Rxt.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// One position of one axis of what a window reads.
struct ChosenRow {
  rxt::WindowOp window;
  unsigned axis;
  AffineExpr position; ///< of sizes alone

  /// Whether it is a number or a size, which emit can say.
  bool isSimple() const { return isa<AffineConstantExpr, AffineSymbolExpr>(position); }

  /// The position as an i32 in the body of a map.
  Value emit(OpBuilder &builder, Location loc) const {
    if (auto number = dyn_cast<AffineConstantExpr>(position))
      return arith::ConstantIntOp::create(builder, loc, number.getValue(), 32);
    rxt::WindowOp reader = window;
    Attribute size = reader.getSymbols()[cast<AffineSymbolExpr>(position).getPosition()];
    return rxt::SizeOp::create(builder, loc, builder.getI32Type(), cast<StringAttr>(size));
  }
};

/// The first axis that the window reads at one position.
std::optional<ChosenRow> chosenRow(rxt::WindowOp window) {
  for (auto [axis, expr] : llvm::enumerate(window.getMap().getResults()))
    if (expr.isSymbolicOrConstant())
      return ChosenRow{window, static_cast<unsigned>(axis), expr};
  return std::nullopt;
}

bool allPresent(Value value) {
  return llvm::all_of(cast<rxt::TensorType>(value.getType()).getAxes(),
                      [](rxt::AxisAttr axis) { return axis.isPlain(); });
}

/// `map` over the dimensions other than `dim`, which no result reads.
AffineMap withoutDim(AffineMap map, unsigned dim) {
  Builder builder(map.getContext());
  SmallVector<AffineExpr> dims;
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    dims.push_back(builder.getAffineDimExpr(d > dim ? d - 1 : d));
  return map.replaceDimsAndSymbols(dims, {}, map.getNumDims() - 1, 0);
}

/// The chosen row of `input`, whose axis `axis` runs along the rows.
Value rowOf(const ChosenRow &row, Value input, unsigned axis, OpBuilder &builder) {
  auto type = cast<rxt::TensorType>(input.getType());
  SmallVector<AffineExpr> exprs;
  for (unsigned a = 0; a < type.rank(); ++a)
    exprs.push_back(a == axis ? row.position : builder.getAffineDimExpr(a > axis ? a - 1 : a));
  rxt::WindowOp window = row.window;
  auto map =
      AffineMap::get(type.rank() - 1, window.getMap().getNumSymbols(), exprs, builder.getContext());
  return rxt::WindowOp::create(builder, window.getLoc(), rxt::axesWithout(type, axis), input, map,
                               window.getSymbolsAttr(), TypedAttr());
}

/// Positions in a body: the row's own is what was chosen, others have moved.
void movePositions(const ChosenRow &row, Block &body, RewriterBase &rewriter) {
  auto positions = llvm::to_vector(body.getOps<rxt::IndexOp>());
  for (rxt::IndexOp index : positions)
    if (index.getDim() == row.axis) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(index);
      rewriter.replaceOp(index, row.emit(rewriter, index.getLoc()));
    } else if (index.getDim() > row.axis) {
      rewriter.modifyOpInPlace(index, [&] { index.setDim(index.getDim() - 1); });
    }
}

/// Before an `Op`, which iterates over its result's axes first.
template <typename Op> struct BeforeRows : OpRewritePattern<rxt::WindowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(rxt::WindowOp window, PatternRewriter &rewriter) const override {
    auto producer = window.getInput().getDefiningOp<Op>();
    std::optional<ChosenRow> row = chosenRow(window);
    if (!producer || !row || window.getFill() || !producer->hasOneUse() || !canMove(producer, *row))
      return failure();
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (auto [index, input] : llvm::enumerate(producer->getOperands())) {
      AffineMap read = rxt::mapAt(producer.getMaps(), index);
      SmallVector<unsigned> dims = rxt::dimensionsOf(read);
      auto axis = llvm::find(dims, row->axis) - dims.begin();
      bool ofRow = axis < static_cast<int64_t>(dims.size());
      inputs.push_back(ofRow ? rowOf(*row, input, axis, rewriter) : input);
      maps.push_back(withoutDim(ofRow ? read.dropResult(axis) : read, row->axis));
    }
    OperationState state(producer.getLoc(), producer->getName());
    state.addOperands(inputs);
    state.addTypes(rxt::axesWithout(producer.getResult().getType(), row->axis));
    state.addAttributes(producer->getAttrs());
    IRMapping mapping;
    for (Region &body : producer->getRegions())
      body.cloneInto(state.addRegion(), mapping);
    Operation *chosen = rewriter.create(state);
    chosen->setAttr(producer.getMapsAttrName(), rewriter.getAffineMapArrayAttr(maps));
    for (Region &body : chosen->getRegions())
      movePositions(*row, body.front(), rewriter);
    readRest(*row, chosen->getResult(0), rewriter);
    rewriter.eraseOp(producer);
    return success();
  }

private:
  static bool canMove(Op producer, const ChosenRow &row) {
    for (auto [index, input] : llvm::enumerate(producer->getOperands())) {
      auto dims = rxt::dimensionsOf(rxt::mapAt(producer.getMaps(), index));
      if (llvm::count(dims, row.axis) > 1 || !allPresent(input))
        return false;
    }
    for (Region &body : producer->getRegions())
      for (auto index : body.front().template getOps<rxt::IndexOp>())
        if (index.getDim() == row.axis && !row.isSimple())
          return false;
    return allPresent(producer.getResult());
  }

  /// Puts what the window reads of the other axes in its place.
  static void readRest(const ChosenRow &row, Value chosen, PatternRewriter &rewriter) {
    rxt::WindowOp window = row.window;
    AffineMap rest = window.getMap().dropResult(row.axis);
    AffineMap identity = rewriter.getMultiDimIdentityMap(rest.getNumDims());
    if (rest.getResults() == identity.getResults() &&
        chosen.getType() == window.getResult().getType())
      rewriter.replaceOp(window, chosen);
    else
      rewriter.replaceOpWithNewOp<rxt::WindowOp>(window, window.getResult().getType(), chosen, rest,
                                                 window.getSymbolsAttr(), TypedAttr());
  }
};

} // namespace

LogicalResult moveWindowsBeforeRows(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  patterns.add<BeforeRows<rxt::MapOp>, BeforeRows<rxt::ReduceOp>, BeforeRows<rxt::ContractOp>>(
      module.getContext());
  return applyPatternsGreedily(module, std::move(patterns));
}

} // namespace rx::compiler
