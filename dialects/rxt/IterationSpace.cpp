//===- IterationSpace.cpp - the dimensions an op iterates over -------------===//
#include "dialects/rxt/IterationSpace.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/TypeSwitch.h"

#include <set>

using namespace mlir;

namespace rx::rxt {

AffineMap mapAt(ArrayAttr maps, unsigned input) {
  return cast<AffineMapAttr>(maps[input]).getValue();
}

SmallVector<unsigned> dimensionsOf(AffineMap map) {
  return llvm::map_to_vector(
      map.getResults(), [](AffineExpr expr) { return cast<AffineDimExpr>(expr).getPosition(); });
}

SmallVector<unsigned> identityDims(unsigned rank) { return llvm::to_vector(llvm::seq(0u, rank)); }

SmallVector<AxisAttr> iterationAxes(TypeRange inputs, ArrayAttr maps, TensorType result) {
  SmallVector<AxisAttr> axes(result.getAxes());
  if (!maps.empty())
    axes.resize(mapAt(maps, 0).getNumDims());
  for (auto [index, type] : llvm::enumerate(inputs)) {
    auto input = cast<TensorType>(type);
    for (auto [axis, dim] : llvm::enumerate(dimensionsOf(mapAt(maps, index)))) {
      if (dim < result.rank())
        continue;
      AxisAttr candidate = input.getAxes()[axis];
      if (!axes[dim] || axes[dim].getPresence() == Presence::All)
        axes[dim] = candidate;
    }
  }
  return axes;
}

SmallVector<AxisAttr> iterationAxes(MapOp op) {
  return iterationAxes(op.getInputs().getTypes(), op.getMaps(), op.getResult().getType());
}

SmallVector<AxisAttr> iterationAxes(ReduceOp op) {
  return iterationAxes(op.getInputs().getTypes(), op.getMaps(), op.getResult().getType());
}

SmallVector<AxisAttr> iterationAxes(ContractOp op) {
  return iterationAxes(op.getOperandTypes(), op.getMaps(), op.getResult().getType());
}

SmallVector<std::optional<unsigned>> readDims(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) -> std::optional<unsigned> {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return dim.getPosition();
    return std::nullopt;
  });
}

AffineMap withFirstAxis(AffineMap map, bool resultHasOne, std::optional<unsigned> first) {
  if (resultHasOne)
    map = map.shiftDims(1);
  return first ? map.insertResult(getAffineDimExpr(*first, map.getContext()), 0) : map;
}

Operation *withFirstAxes(Operation *op, ArrayAttr maps, OpBuilder &builder, ValueRange operands,
                         TensorType result, ArrayRef<std::optional<unsigned>> first) {
  bool resultHasOne = result.rank() > cast<TensorType>(op->getResult(0).getType()).rank();
  SmallVector<AffineMap> changed;
  for (unsigned i = 0; i < operands.size(); ++i)
    changed.push_back(withFirstAxis(mapAt(maps, i), resultHasOne, first[i]));
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  copy->setAttr("maps", builder.getAffineMapArrayAttr(changed));
  copy->getResult(0).setType(result);
  if (resultHasOne)
    copy->walk([&](IndexOp index) { index.setDim(index.getDim() + 1); });
  return copy;
}

FailureOr<SmallVector<unsigned>> presenceDims(Operation *op, TensorType presence, TensorType type,
                                              ArrayRef<unsigned> dims, unsigned axis) {
  AxisAttr attr = type.getAxes()[axis];
  bool mask = attr.getPresence() == Presence::Mask;
  ArrayRef<AxisAttr> outer = presence.getAxes();
  if (mask && outer.empty())
    return op->emitOpError() << "the mask '" << attr.getPresenceName() << "' has no axis";
  SmallVector<unsigned> readDims;
  unsigned from = 0;
  for (AxisAttr wanted : mask ? outer.drop_back() : outer) {
    while (from < type.rank() &&
           (from == axis || type.getAxes()[from].getSize() != wanted.getSize()))
      ++from;
    if (from == type.rank())
      return op->emitOpError() << "the presence '" << attr.getPresenceName() << "' has an axis '"
                               << wanted.getSize() << "' that " << type << " does not have";
    readDims.push_back(dims[from++]);
  }
  if (mask)
    readDims.push_back(dims[axis]);
  return readDims;
}

TensorType axesWithout(TensorType type, unsigned axis) {
  SmallVector<AxisAttr> axes(type.getAxes());
  axes.erase(axes.begin() + axis);
  return TensorType::get(type.getContext(), type.getElementType(), axes);
}

//===----------------------------------------------------------------------===//
// Size symbols
//===----------------------------------------------------------------------===//

static void collectSymbols(Type type, std::set<std::string> &names) {
  auto fromTensor = [&](TensorType tensor) {
    for (const SizeExpr &size : tensor.sizes())
      for (const std::string &name : size.symbols())
        names.insert(name);
  };
  llvm::TypeSwitch<Type>(type).Case<TensorType>(fromTensor).Case<TableType>([&](TableType table) {
    fromTensor(table.getEntry());
  });
}

std::vector<std::string> sizeSymbols(TypeRange types) {
  std::set<std::string> names;
  for (Type type : types)
    collectSymbols(type, names);
  return {names.begin(), names.end()};
}

static void collectOwnSymbols(Operation *op, std::set<std::string> &names) {
  for (Type type : op->getOperandTypes())
    collectSymbols(type, names);
  for (Type type : op->getResultTypes())
    collectSymbols(type, names);
  if (auto size = dyn_cast<SizeOp>(op))
    if (auto expr = SizeExpr::parse(std::string_view(size.getSize())))
      for (const std::string &name : expr->symbols())
        names.insert(name);
  if (auto window = dyn_cast<WindowOp>(op))
    for (StringRef size : window.getSymbols().getAsValueRange<StringAttr>())
      if (auto expr = SizeExpr::parse(std::string_view(size)))
        for (const std::string &name : expr->symbols())
          names.insert(name);
}

std::vector<std::string> sizeSymbols(Operation *op) {
  std::set<std::string> names;
  op->walk([&](Operation *inner) {
    collectOwnSymbols(inner, names);
    for (Region &region : inner->getRegions())
      for (Block &block : region)
        for (Type type : block.getArgumentTypes())
          collectSymbols(type, names);
  });
  return {names.begin(), names.end()};
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult verifySameSize(Operation *op, const Twine &first, AxisAttr firstAxis,
                             const Twine &second, AxisAttr secondAxis) {
  if (firstAxis.getSize() == secondAxis.getSize())
    return success();
  return op->emitOpError() << "sizes differ: " << first << " has size '" << firstAxis.getSize()
                           << "', " << second << " has size '" << secondAxis.getSize() << "'";
}

LogicalResult verifyPlainMap(Operation *op, AffineMap map, StringRef name, unsigned rank,
                             unsigned axes) {
  if (map.getNumDims() != rank || map.getNumSymbols() != 0)
    return op->emitOpError() << "dimensions differ: " << name << " has " << map.getNumDims()
                             << " dimensions and " << map.getNumSymbols()
                             << " symbols, the iteration space has " << rank << " dimensions";
  if (map.getNumResults() != axes)
    return op->emitOpError() << "axes differ: " << name << " gives " << map.getNumResults()
                             << " positions, its tensor has " << axes << " axes";
  for (AffineExpr expr : map.getResults())
    if (!isa<AffineDimExpr>(expr))
      return op->emitOpError() << name << " reads at '" << debugString(expr)
                               << "', but an axis is read by one plain dimension (use rxt.window)";
  return success();
}

LogicalResult verifyPositions(Operation *op, TensorType rows, StringRef what, TensorType index,
                              AffineMap indexMap, TensorType result, AffineMap resultMap,
                              uint64_t axis) {
  if (!index.getElementType().isInteger(32))
    return op->emitOpError() << "positions are i32, not " << index.getElementType();
  if (axis >= static_cast<uint64_t>(result.rank()))
    return op->emitOpError() << "axis " << axis << " does not exist: the result has "
                             << result.rank() << " axes";
  if (failed(verifyPlainMap(op, indexMap, "the index map", rows.rank(), index.rank())) ||
      failed(verifyPlainMap(op, resultMap, "the result map", rows.rank(), result.rank() - 1)))
    return failure();
  for (auto [at, dim] : llvm::enumerate(dimensionsOf(indexMap)))
    if (failed(verifySameSize(op, "axis " + Twine(at) + " of the index", index.getAxes()[at],
                              "axis " + Twine(dim) + " of " + what, rows.getAxes()[dim])))
      return failure();
  for (auto [other, dim] : llvm::enumerate(dimensionsOf(resultMap))) {
    uint64_t at = other < axis ? other : other + 1;
    if (failed(verifySameSize(op, "axis " + Twine(at) + " of the result", result.getAxes()[at],
                              "axis " + Twine(dim) + " of " + what, rows.getAxes()[dim])))
      return failure();
  }
  if (rows.getElementType() != result.getElementType())
    return op->emitOpError() << "element types differ: " << what << " have " << rows.getElementType()
                             << ", the result " << result.getElementType();
  return success();
}

static std::string describe(AxisAttr axis) {
  if (axis.getPresence() == Presence::All)
    return "all";
  return (stringifyPresence(axis.getPresence()) + "(" + axis.getPresenceName() + ")").str();
}

static bool samePresence(AxisAttr a, AxisAttr b) {
  return a.getPresence() == b.getPresence() && a.getPresenceName() == b.getPresenceName();
}

/// Check one axis against what is known of the dimension that reads it; learn from it if nothing
/// is.
static LogicalResult verifyAxis(Operation *op, const Twine &name, AxisAttr axis, unsigned dim,
                                bool ofResult, AxisAttr &known) {
  if (!known) {
    known = axis;
    return success();
  }
  std::string dimension = "dimension d" + std::to_string(dim);
  if (failed(verifySameSize(op, name, axis, dimension, known)))
    return failure();
  if (axis.getPresence() == Presence::All || samePresence(axis, known))
    return success();
  if (!ofResult && known.getPresence() == Presence::All) {
    known = axis;
    return success();
  }
  return op->emitOpError() << "presences differ: " << name << " has presence " << describe(axis)
                           << ", " << dimension << " has presence " << describe(known);
}

LogicalResult verifyIteration(Operation *op, ValueRange inputs, ArrayAttr maps, TensorType result,
                              Reduced reduced) {
  if (maps.size() != inputs.size())
    return op->emitOpError() << "one map per input: " << maps.size() << " maps, " << inputs.size()
                             << " inputs";
  unsigned rank = maps.empty() ? result.rank() : mapAt(maps, 0).getNumDims();
  if (rank < result.rank() || (reduced == Reduced::None && rank != result.rank()))
    return op->emitOpError() << "dimensions differ: the maps have " << rank
                             << " dimensions, the result has " << result.rank() << " axes";
  SmallVector<AxisAttr> known(result.getAxes());
  known.resize(rank);
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto type = cast<TensorType>(input.getType());
    AffineMap map = mapAt(maps, index);
    if (failed(verifyPlainMap(op, map, "map " + std::to_string(index), rank, type.rank())))
      return failure();
    for (auto [axis, dim] : llvm::enumerate(dimensionsOf(map))) {
      std::string name = "axis " + std::to_string(axis) + " of input " + std::to_string(index);
      if (failed(verifyAxis(op, name, type.getAxes()[axis], dim, dim < result.rank(), known[dim])))
        return failure();
    }
  }
  for (unsigned dim = result.rank(); dim < rank; ++dim)
    if (!known[dim])
      return op->emitOpError() << "reduced dimension d" << dim
                               << " is read by no input, so it has no size";
  return success();
}

LogicalResult verifyBody(Operation *op, Block &body, ValueRange inputs, Type yielded) {
  if (body.getNumArguments() != inputs.size())
    return op->emitOpError() << "the body takes one scalar per input: " << body.getNumArguments()
                             << " arguments, " << inputs.size() << " inputs";
  for (auto [index, input] : llvm::enumerate(inputs)) {
    Type element = cast<TensorType>(input.getType()).getElementType();
    if (body.getArgument(index).getType() != element)
      return op->emitOpError() << "argument " << index << " of the body is "
                               << body.getArgument(index).getType() << ", the elements of input "
                               << index << " are " << element;
  }
  auto yield = dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getValues().size() != 1)
    return op->emitOpError() << "the body yields exactly one scalar";
  Type type = yield.getValues().front().getType();
  if (yielded ? type != yielded : !type.isIntOrFloat())
    return op->emitOpError() << "the body yields " << type << ", expected "
                             << (yielded ? debugString(yielded) : std::string("a number"));
  return success();
}

} // namespace rx::rxt
