#include "compiler/lower/RowGroup.h"
#include "compiler/lower/Grain.h"
#include "compiler/lower/KernelViews.h"
#include "dialects/rxt/LoopReduction.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace rx::compiler {
namespace {

rxt::TensorType resultOf(Operation *op) {
  return cast<rxt::TensorType>(op->getResult(0).getType());
}

/// The dimension of the reader that reads each axis; none where it is not one plain dimension.
using Reads = SmallVector<std::optional<unsigned>>;

/// How the first operand of `op` is read where its result is read by `reads`.
Reads readThrough(Operation *op, Reads reads) {
  auto window = dyn_cast<rxt::WindowOp>(op);
  if (!window) {
    reads.insert(reads.begin() + cast<rxt::GatherOp>(op).getAxis(), std::nullopt);
    return reads;
  }
  return llvm::map_to_vector(window.getMap().getResults(), [&](AffineExpr position) {
    auto dim = dyn_cast<AffineDimExpr>(position);
    return dim ? reads[dim.getPosition()] : std::nullopt;
  });
}

/// An axis of a member's result.
using Axis = std::pair<unsigned, unsigned>;

/// A member that another reads.
struct Edge {
  unsigned producer, consumer;
  Reads reads;
};

/// An operand that no member makes.
struct OutsideRead {
  unsigned consumer;
  Reads reads;
};

/// Which axes of the results of `ops` are one and the same along every edge between them.
class CommonAxes {
public:
  explicit CommonAxes(ArrayRef<Operation *> ops) : ops(ops) {
    for (auto [consumer, op] : llvm::enumerate(ops))
      for (unsigned operand = 0; operand < op->getNumOperands(); ++operand)
        addEdge(consumer, op, operand);
    for (const Edge &edge : edges)
      for (auto [axis, dim] : llvm::enumerate(edge.reads))
        if (dim && agree(edge, axis, *dim))
          classes.unionSets({edge.producer, axis}, {edge.consumer, *dim});
  }

  /// Operands from outside that stay the same along an axis, which is `axis[i]` of op i.
  int64_t countConstant(ArrayRef<unsigned> axis) const {
    return llvm::count_if(outside, [&](const OutsideRead &read) {
      return !llvm::is_contained(read.reads, axis[read.consumer]);
    });
  }

  /// The axis of every op that is the same as `axis` of the last one; empty unless all have one,
  /// and read it of each other.
  SmallVector<unsigned> commonWith(unsigned axis) const {
    Axis leader{ops.size() - 1, axis};
    SmallVector<unsigned> found;
    for (auto [index, op] : llvm::enumerate(ops)) {
      SmallVector<unsigned> same;
      for (unsigned own = 0; own < resultOf(op).rank(); ++own)
        if (Axis(index, own) == leader || classes.isEquivalent({index, own}, leader))
          same.push_back(own);
      if (same.size() != 1)
        return {};
      found.push_back(same.front());
    }
    bool isRead = llvm::all_of(edges, [&](const Edge &edge) {
      return edge.reads[found[edge.producer]] == found[edge.consumer];
    });
    return isRead ? found : SmallVector<unsigned>();
  }

private:
  void addEdge(unsigned consumer, Operation *op, unsigned operand) {
    Reads reads = cast<rxt::Iterated>(op).readDims(operand);
    Value value = op->getOperand(operand);
    for (; readsThrough(value.getDefiningOp()); value = value.getDefiningOp()->getOperand(0))
      reads = readThrough(value.getDefiningOp(), std::move(reads));
    auto producer = llvm::find(ops, value.getDefiningOp());
    if (producer != ops.end())
      edges.push_back({unsigned(producer - ops.begin()), consumer, reads});
    else
      outside.push_back({consumer, reads});
  }

  /// Whether the axis of the producer is all that the dimension of the consumer is.
  bool agree(const Edge &edge, unsigned axis, unsigned dim) const {
    rxt::TensorType from = resultOf(ops[edge.producer]), to = resultOf(ops[edge.consumer]);
    return dim < to.rank() && from.getAxes()[axis] == to.getAxes()[dim];
  }

  ArrayRef<Operation *> ops;
  SmallVector<Edge> edges;
  SmallVector<OutsideRead> outside;
  llvm::EquivalenceClasses<Axis> classes;
};

bool areAllPresent(TypeRange types) {
  return llvm::all_of(types, [](Type type) {
    auto tensor = dyn_cast<rxt::TensorType>(type);
    return tensor &&
           llvm::all_of(tensor.getAxes(), [](rxt::AxisAttr axis) { return axis.isPlain(); });
  });
}

} // namespace

bool canBeInRowGroup(Operation *op) {
  bool throughWindows = llvm::any_of(
      op->getOperands(), [](Value operand) { return readsThrough(operand.getDefiningOp()); });
  bool hasKind = isa<rxt::MapOp, rxt::ReduceOp>(op) || (isa<rxt::GatherOp>(op) && !throughWindows);
  return hasKind && areAllPresent(op->getOperandTypes()) && areAllPresent(op->getResultTypes());
}

std::optional<RowGroup> RowGroup::match(ArrayRef<Operation *> ops) {
  if (ops.empty() || !llvm::all_of(ops, canBeInRowGroup))
    return std::nullopt;
  RowGroup group(ops);
  group.findRowAxes();
  return group.isValid() ? std::optional(std::move(group)) : std::nullopt;
}

void RowGroup::findRowAxes() {
  for (Operation *op : members)
    axes.emplace_back(resultOf(op).rank());
  CommonAxes common(members);
  SmallVector<SmallVector<unsigned>> found;
  for (unsigned axis = 0; axis < resultOf(members.back()).rank(); ++axis)
    if (auto same = common.commonWith(axis); !same.empty())
      found.push_back(same);
  // Where nothing is reduced, a row is a line along the last axis.
  bool isElementwise = llvm::all_of(members, [&](Operation *op) {
    return !isa<rxt::ReduceOp>(op) && size_t(resultOf(op).rank()) == found.size();
  });
  if (isElementwise && !found.empty())
    found.pop_back();
  // What stays the same along an axis, as angles do from head to head, is read again while it is in
  // cache if that axis is the fastest.
  llvm::stable_sort(found, [&](const auto &a, const auto &b) {
    return common.countConstant(a) < common.countConstant(b);
  });
  for (auto [row, same] : llvm::enumerate(found)) {
    sizes.push_back(resultOf(members.back()).size(same.back()));
    for (auto [index, axis] : llvm::enumerate(same))
      axes[index][axis] = row;
  }
}

bool RowGroup::isValid() const {
  double bytes = 0;
  for (auto [op, rowAxes] : llvm::zip(members, axes)) {
    rxt::TensorType type = resultOf(op);
    if (sizes.empty() && type.rank() > 0)
      return false;
    bool inside = false;
    for (auto [axis, row] : llvm::enumerate(rowAxes)) {
      inside |= !row;
      bool isLast = axis + 1 == rowAxes.size();
      if (!row && !isLast && !type.size(axis).isConstant())
        return false;
    }
    if (inside && rowAxes.back())
      return false;
    if (auto reduce = dyn_cast<rxt::ReduceOp>(op);
        reduce && !inside && !rxt::lanesAreReduced(rxt::reductionSpace(reduce)))
      return false;
    bytes += guessedSize(rowBytes(op));
  }
  return bytes <= mostBytes;
}

ArrayRef<std::optional<unsigned>> RowGroup::rowAxes(Operation *op) const {
  return axes[llvm::find(members, op) - members.begin()];
}

SizeExpr RowGroup::rows() const {
  SizeExpr product = 1;
  for (const SizeExpr &size : sizes)
    product = product * size;
  return product;
}

SizeExpr RowGroup::rowBytes(Operation *op) const {
  rxt::TensorType type = resultOf(op);
  SizeExpr bytes = std::max<int64_t>(type.getElementType().getIntOrFloatBitWidth() / 8, 1);
  for (auto [axis, row] : llvm::enumerate(rowAxes(op)))
    if (!row)
      bytes = bytes * type.size(axis);
  return bytes;
}

} // namespace rx::compiler
