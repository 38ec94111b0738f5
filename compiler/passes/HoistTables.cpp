#include "compiler/passes/HoistTables.h"
#include "compiler/passes/LoopNest.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Whether an op of a body calls the math library in every lane.
bool isCall(Operation &op) {
  return isa<math::SinOp, math::CosOp, math::PowFOp>(op) ||
         (isa<math::MathDialect>(op.getDialect()) && op.getResult(0).getType().isF64());
}

bool isExpensive(Operation *op) {
  auto map = dyn_cast<rxt::MapOp>(op);
  return map && llvm::any_of(map.getBody().front(), isCall);
}

/// What one loop computes for few distinct depths.
class Tables {
public:
  explicit Tables(rxt::LoopOp loop) : nest(loop) {}

  void hoist() {
    findHoistable();
    keepExpensive();
    if (ops.empty() || !numberCombinations())
      return;
    OpBuilder builder(nest.outermost());
    for (Operation *op : ops)
      copyOut(op, builder);
    Value row = makeRow(builder);
    for (Operation *op : ops)
      if (llvm::any_of(op->getUsers(), [&](Operation *user) { return !ops.contains(user); }))
        replace(op, row);
    for (Operation *op : llvm::reverse(ops))
      if (op->use_empty())
        op->erase();
  }

private:
  //===-- What can be moved ---===//

  /// A constant of one number per trip.
  bool isTripConstant(const LoopNest::Source &source) {
    auto constant = source.value.getDefiningOp<rxt::ConstantOp>();
    auto table = constant ? dyn_cast<rxt::TableType>(constant.getType()) : rxt::TableType();
    return table && table.getEntry().rank() == 0 && isa<DenseElementsAttr>(constant.getValue()) &&
           table.getTrips().size() == size_t(llvm::count(source.indexed, true));
  }

  bool isKnownOutside(Value value) {
    if (ops.contains(value.getDefiningOp()) || sources.contains(value))
      return true;
    std::optional<LoopNest::Source> source = nest.sourceOf(value);
    if (!source)
      return false;
    if (llvm::is_contained(source->indexed, true)) {
      if (!isTripConstant(*source) || (!tripConstants.empty() && source->indexed != indexed))
        return false;
      indexed = source->indexed;
      tripConstants.insert(value);
    }
    sources.insert({value, *source});
    return true;
  }

  void findHoistable() {
    for (Operation &op : nest.inner().getBody().front())
      if (isa<rxt::MapOp, rxt::ConstantOp>(op) &&
          llvm::all_of(op.getOperands(), [&](Value value) { return isKnownOutside(value); }))
        ops.insert(&op);
  }

  /// Leaves out what no expensive op is computed from.
  void keepExpensive() {
    llvm::SetVector<Operation *> wanted;
    for (Operation *op : llvm::reverse(ops)) {
      bool isRead = llvm::any_of(op->getUsers(), [&](Operation *u) { return wanted.contains(u); });
      if (isExpensive(op) || isRead)
        wanted.insert(op);
    }
    ops.remove_if([&](Operation *op) { return !wanted.contains(op); });
    llvm::SetVector<Value> read;
    for (Operation *op : ops)
      read.insert_range(op->getOperands());
    tripConstants.remove_if([&](Value value) { return !read.contains(value); });
  }

  //===-- Distinct trips ---===//

  DenseElementsAttr numbersOf(Value tripConstant) {
    auto constant = sources.find(tripConstant)->second.value.getDefiningOp<rxt::ConstantOp>();
    return cast<DenseElementsAttr>(constant.getValue());
  }

  /// Numbers the combinations of constants in the order of their first trips. False if too many
  /// differ.
  bool numberCombinations() {
    if (tripConstants.empty())
      return true;
    int64_t trips = numbersOf(tripConstants.front()).getNumElements();
    llvm::MapVector<SmallVector<Attribute>, int32_t> numbers;
    for (int64_t trip = 0; trip < trips; ++trip) {
      auto combination = llvm::map_to_vector(tripConstants, [&](Value value) -> Attribute {
        return *(numbersOf(value).value_begin<Attribute>() + trip);
      });
      auto [it, isNew] = numbers.insert({combination, int32_t(numbers.size())});
      if (isNew)
        firstTrips.push_back(trip);
      rowOfTrip.push_back(it->second);
    }
    return 2 * int64_t(firstTrips.size()) <= trips;
  }

  //===-- Moving ---===//

  bool varies(Value value) {
    Operation *op = value.getDefiningOp();
    return tripConstants.contains(value) ||
           (op && ops.contains(op) &&
            llvm::any_of(op->getOperands(), [&](Value operand) { return varies(operand); }));
  }

  rxt::TensorType withRows(rxt::TensorType type) {
    SmallVector<rxt::AxisAttr> axes{
        rxt::AxisAttr::get(type.getContext(), SizeExpr(int64_t(firstTrips.size())))};
    llvm::append_range(axes, type.getAxes());
    return rxt::TensorType::get(type.getContext(), type.getElementType(), axes);
  }

  Value outsideOf(Value value, OpBuilder &builder) {
    auto [it, isNew] = outside.try_emplace(value);
    if (!isNew)
      return it->second;
    Value made = sources.find(value)->second.value;
    if (tripConstants.contains(value)) {
      DenseElementsAttr numbers = numbersOf(value);
      auto chosen = llvm::map_to_vector(firstTrips, [&](int64_t trip) -> Attribute {
        return *(numbers.value_begin<Attribute>() + trip);
      });
      auto type = RankedTensorType::get(int64_t(chosen.size()), numbers.getElementType());
      made = rxt::ConstantOp::create(builder, value.getLoc(),
                                     withRows(cast<rxt::TensorType>(value.getType())),
                                     DenseElementsAttr::get(type, chosen));
    }
    return outside[value] = made;
  }

  void copyOut(Operation *op, OpBuilder &builder) {
    SmallVector<Value> operands;
    SmallVector<std::optional<unsigned>> first;
    for (Value operand : op->getOperands()) {
      operands.push_back(outsideOf(operand, builder));
      first.push_back(varies(operand) ? std::optional(0u) : std::nullopt);
    }
    Operation *copy;
    if (varies(op->getResult(0))) {
      auto type = withRows(cast<rxt::TensorType>(op->getResult(0).getType()));
      copy = cast<rxt::Iterated>(op).withFirstAxes(builder, operands, type, first);
    } else {
      copy = builder.clone(*op);
      copy->setOperands(operands);
    }
    outside[op->getResult(0)] = copy->getResult(0);
  }

  /// The row of the trip, i32[], in the innermost loop; null if nothing varies.
  Value makeRow(OpBuilder &builder) {
    if (tripConstants.empty())
      return Value();
    DenseElementsAttr like = numbersOf(tripConstants.front());
    auto table = cast<rxt::TableType>(sources.find(tripConstants.front())->second.value.getType());
    auto number = rxt::TensorType::get(builder.getI32Type(), ArrayRef<SizeExpr>());
    auto type = rxt::TableType::get(builder.getContext(), table.getTrips(), number);
    auto rows = DenseElementsAttr::get(
        cast<RankedTensorType>(like.getType().clone(builder.getI32Type())), ArrayRef(rowOfTrip));
    Value constant = rxt::ConstantOp::create(builder, nest.outermost().getLoc(), type, rows);
    return nest.handDown({constant, indexed});
  }

  void replace(Operation *op, Value row) {
    Value result = op->getResult(0);
    Value table = nest.handDown({outside[result], SmallVector<bool>(nest.depth())});
    if (varies(result)) {
      OpBuilder builder(op);
      auto type = cast<rxt::TensorType>(result.getType());
      table = rxt::GatherOp::create(builder, op->getLoc(), type, table, row, /*axis=*/0,
                                    builder.getMultiDimIdentityMap(type.rank()),
                                    AffineMap::get(type.rank(), 0, {}, builder.getContext()));
    }
    result.replaceUsesWithIf(table, [&](OpOperand &use) { return !ops.contains(use.getOwner()); });
  }

  LoopNest nest;
  llvm::SetVector<Operation *> ops; ///< to be moved, producers first
  llvm::MapVector<Value, LoopNest::Source> sources;
  llvm::SetVector<Value> tripConstants;
  SmallVector<bool> indexed; ///< which loops index the constants
  SmallVector<int64_t> firstTrips;
  SmallVector<int32_t> rowOfTrip;
  llvm::DenseMap<Value, Value> outside;
};

struct HoistTablesPass : PassWrapper<HoistTablesPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(HoistTablesPass)
  StringRef getArgument() const final { return "rx-hoist-tables"; }
  StringRef getDescription() const final {
    return "Compute tables that few trips differ in before the loops";
  }
  void runOnOperation() final {
    if (failed(hoistTables(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult hoistTables(ModuleOp module) {
  SmallVector<rxt::LoopOp> innermost;
  module.walk([&](rxt::LoopOp loop) {
    bool isInnermost = loop.getBody().front().getOps<rxt::LoopOp>().empty();
    if (isInnermost)
      innermost.push_back(loop);
  });
  for (rxt::LoopOp loop : innermost)
    Tables(loop).hoist();
  return success();
}

std::unique_ptr<Pass> createHoistTablesPass() { return std::make_unique<HoistTablesPass>(); }

} // namespace rx::compiler
