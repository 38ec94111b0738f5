#include "compiler/passes/GatherBeforeMap.h"
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/Rxt.h"

using namespace mlir;

namespace rx::compiler {
namespace {

struct GatherBeforeMap : OpRewritePattern<rxt::GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(rxt::GatherOp gather, PatternRewriter &rewriter) const override {
    auto map = gather.getSource().getDefiningOp<rxt::MapOp>();
    if (!map || !isAllPresent(gather.getSource()))
      return failure();
    unsigned axis = gather.getAxis(), rank = gather.getResult().getType().rank();
    if (rank >= map.getResult().getType().rank())
      return failure(); // elements may be read several times
    // The dimension of the gather's result for each of the map's; none for the gathered axis.
    SmallVector<unsigned> dims = rxt::dimensionsOf(gather.getSourceMap());
    dims.insert(dims.begin() + axis, ~0u);
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (auto [index, input] : llvm::enumerate(map.getInputs())) {
      auto read = rxt::dimensionsOf(rxt::mapAt(map.getMaps(), index));
      if (llvm::count(read, axis) > 1)
        return failure();
      bool gathered = llvm::is_contained(read, axis);
      inputs.push_back(gathered ? gatherOf(gather, input, read, dims, rewriter) : input);
      maps.push_back(gathered ? rewriter.getMultiDimIdentityMap(rank)
                              : plain(read, dims, rank, rewriter));
    }
    // The position along the gathered axis is what the gather's index says.
    unsigned position = inputs.size();
    inputs.push_back(gather.getIndex());
    maps.push_back(gather.getIndexMap());
    auto chosen = rxt::MapOp::create(rewriter, map.getLoc(), gather.getResult().getType(), inputs,
                                     rewriter.getAffineMapArrayAttr(maps));
    rewriter.cloneRegionBefore(map.getBody(), chosen.getBody(), chosen.getBody().begin());
    Block &body = chosen.getBody().front();
    body.addArgument(rewriter.getI32Type(), gather.getLoc());
    for (auto index : llvm::make_early_inc_range(body.getOps<rxt::IndexOp>())) {
      if (index.getDim() == axis)
        rewriter.replaceOp(index, body.getArgument(position));
      else
        rewriter.modifyOpInPlace(index, [&] { index.setDim(dims[index.getDim()]); });
    }
    rewriter.replaceOp(gather, chosen);
    return success();
  }

private:
  static bool isAllPresent(Value value) {
    return llvm::all_of(cast<rxt::TensorType>(value.getType()).getAxes(),
                        [](rxt::AxisAttr axis) { return axis.isPlain(); });
  }

  static AffineMap plain(ArrayRef<unsigned> read, ArrayRef<unsigned> dims, unsigned rank,
                         Builder &builder) {
    auto exprs = llvm::map_to_vector(
        read, [&](unsigned dim) { return builder.getAffineDimExpr(dims[dim]); });
    return AffineMap::get(rank, 0, exprs, builder.getContext());
  }

  /// What the gather reads of an input that differs along the gathered axis, for every element of
  /// the gather's result.
  static Value gatherOf(rxt::GatherOp gather, Value input, ArrayRef<unsigned> read,
                        ArrayRef<unsigned> dims, PatternRewriter &rewriter) {
    unsigned at = llvm::find(read, gather.getAxis()) - read.begin();
    SmallVector<unsigned> others(read);
    others.erase(others.begin() + at);
    rxt::TensorType result = gather.getResult().getType();
    auto type = rxt::TensorType::get(result.getContext(),
                                     cast<rxt::TensorType>(input.getType()).getElementType(),
                                     result.getAxes());
    return rxt::GatherOp::create(rewriter, gather.getLoc(), type, input, gather.getIndex(), at,
                                 plain(others, dims, result.rank(), rewriter),
                                 gather.getIndexMap());
  }
};

} // namespace

void populateGatherBeforeMap(RewritePatternSet &patterns) {
  patterns.add<GatherBeforeMap>(patterns.getContext());
}

} // namespace rx::compiler
