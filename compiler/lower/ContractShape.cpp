#include "compiler/lower/ContractShape.h"
#include "dialects/rxt/IterationSpace.h"
#include "runtime/abi/Kernel.h"

using namespace mlir;

namespace rx::compiler {
namespace {

class Matcher {
public:
  explicit Matcher(rxt::ContractOp op)
      : op(op), sizes(rxt::iterationSizes(op)), result(rxt::identityDims(rank())) {
    for (unsigned side = 0; side < 2; ++side)
      operands[side] = rxt::dimensionsOf(rxt::mapAt(op.getMaps(), side));
  }

  std::optional<MatrixProduct> match() {
    Type element = op.getResult().getType().getElementType();
    SmallVector<DimensionGroup> reduced = reducedGroups(), kept = resultGroups();
    if ((!element.isF32() && !element.isF64()) || reduced.size() != 1 || kept.empty() ||
        !allPresent(reduced[0]))
      return std::nullopt;
    product.depth = reduced[0];
    product.column = kept.pop_back_val();
    bool inLeft = reads(0, product.column[0]), inRight = reads(1, product.column[0]);
    if (inLeft && inRight)
      return std::nullopt;
    product.swapped = inLeft;
    if (!placeB() || !placeA(kept))
      return std::nullopt;
    product.batch = kept;
    if (product.batch.size() > RX_MAX_RANK - 2)
      return std::nullopt;
    return product;
  }

private:
  unsigned rank() { return op.getResult().getType().rank(); }
  ArrayRef<unsigned> a() { return operands[product.swapped]; }
  ArrayRef<unsigned> b() { return operands[!product.swapped]; }
  bool reads(unsigned side, unsigned dim) { return llvm::is_contained(operands[side], dim); }

  /// Whether `next` follows `dim` in every tensor that reads either.
  bool areNeighbours(unsigned dim, unsigned next) {
    return llvm::all_of(ArrayRef<ArrayRef<unsigned>>{operands[0], operands[1], result},
                        [&](ArrayRef<unsigned> axes) {
                          auto at = llvm::find(axes, dim), after = llvm::find(axes, next);
                          bool neither = at == axes.end() && after == axes.end();
                          return neither || (at != axes.end() && at + 1 == after);
                        });
  }

  SmallVector<DimensionGroup> grouped(ArrayRef<unsigned> dims) {
    SmallVector<DimensionGroup> groups;
    for (unsigned dim : dims)
      if (!groups.empty() && areNeighbours(groups.back().back(), dim))
        groups.back().push_back(dim);
      else
        groups.push_back({dim});
    return groups;
  }

  SmallVector<DimensionGroup> resultGroups() { return grouped(result); }

  SmallVector<DimensionGroup> reducedGroups() {
    SmallVector<unsigned> dims;
    for (unsigned dim : operands[0])
      if (dim >= rank())
        dims.push_back(dim);
    return grouped(dims);
  }

  /// A sum that leaves out absent elements is no matrix product.
  bool allPresent(ArrayRef<unsigned> dims) {
    SmallVector<rxt::AxisAttr> axes = rxt::iterationAxes(op);
    return llvm::all_of(
        dims, [&](unsigned dim) { return axes[dim].getPresence() == rxt::Presence::All; });
  }

  bool placeB() {
    product.transB = b().back() == product.depth.back();
    return product.transB || b().back() == product.column.back();
  }

  /// Takes the rows out of `kept`.
  bool placeA(SmallVector<DimensionGroup> &kept) {
    product.transA = a().back() != product.depth.back();
    auto isRow = [&](const DimensionGroup &group) {
      bool inA = reads(product.swapped, group[0]), inB = reads(!product.swapped, group[0]);
      return inA && !inB && (!product.transA || a().back() == group.back());
    };
    auto best = kept.end();
    for (auto group = kept.begin(); group != kept.end(); ++group)
      if (isRow(*group) && (best == kept.end() || !isSmaller(*group, *best)))
        best = group;
    if (best == kept.end())
      return !product.transA; // one row
    product.row = *best;
    kept.erase(best);
    return true;
  }

  bool isSmaller(const DimensionGroup &group, const DimensionGroup &other) {
    auto size = [&](const DimensionGroup &dims) {
      SizeExpr all(1);
      for (unsigned dim : dims)
        all = all * sizes[dim];
      return all;
    };
    SizeExpr mine = size(group), its = size(other);
    if (mine.isConstant() != its.isConstant())
      return mine.isConstant();
    return mine.isConstant() && mine.constant() < its.constant();
  }

  rxt::ContractOp op;
  SmallVector<SizeExpr> sizes;
  SmallVector<unsigned> result, operands[2];
  MatrixProduct product;
};

} // namespace

std::optional<MatrixProduct> matchMatrixProduct(rxt::ContractOp op) { return Matcher(op).match(); }

} // namespace rx::compiler
