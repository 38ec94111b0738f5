#include "compiler/passes/RowDepths.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace rx::compiler {

/// Numbers that an equation of a depth may make for each row: vectors and what is cut from them, but
/// not the matrices of products.
static constexpr int64_t mostCopied = 1 << 16;

LogicalResult refuseDepths(Operation &op, const Twine &why) {
  op.emitWarning() << "rows of a batch cannot be at different depths: " << why;
  return failure();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

std::optional<unsigned> RowDepths::textsAxis(rxt::TensorType type) const {
  for (auto [index, axis] : llvm::enumerate(type.getAxes()))
    if (axis.getSize() == texts)
      return index;
  return std::nullopt;
}

rxt::TensorType RowDepths::withTexts(rxt::TensorType type, unsigned at) const {
  SmallVector<rxt::AxisAttr> axes(type.getAxes());
  axes.insert(axes.begin() + at,
              rxt::AxisAttr::get(type.getContext(), SizeExpr::symbol(texts.str())));
  return rxt::TensorType::get(type.getContext(), type.getElementType(), axes);
}

static rxt::TensorType withoutFirst(rxt::TensorType type) {
  return rxt::TensorType::get(type.getContext(), type.getElementType(),
                              type.getAxes().drop_front());
}

//===----------------------------------------------------------------------===//
// What the loop indexes
//===----------------------------------------------------------------------===//

/// How many loops inside of the one whose argument this is index it.
static unsigned innerLoopsOf(Value argument) {
  unsigned most = 0;
  for (OpOperand &use : argument.getUses())
    if (auto loop = dyn_cast<rxt::LoopOp>(use.getOwner())) {
      unsigned inside = 1 + use.getOperandNumber(); // the trip comes first
      bool indexed = inside >= loop.firstIndexedArgument() && inside < loop.firstCarriedArgument();
      most = std::max(most, innerLoopsOf(loop.getBody().getArgument(inside)) + indexed);
    }
  return most;
}

FailureOr<RowDepths::Copy> RowDepths::copyOfIndexed(Value operand, BlockArgument argument) {
  if (auto constant = operand.getDefiningOp<rxt::ConstantOp>();
      constant && isa<rxt::TableType>(operand.getType()))
    operand = asTensor(constant);
  if (isa<rxt::TensorType>(operand.getType()))
    return gathered(operand, innerLoopsOf(argument));
  if (auto param = operand.getDefiningOp<rxt::ParamOp>())
    return innermost(param);
  return refuseDepths(*loop, "a table of its trips is neither constants nor parameters");
}

/// A tensor [trips, ..] as [.., texts, ..] for the trips of the rows.
RowDepths::Copy RowDepths::gathered(Value tensor, unsigned innerLoops) {
  rxt::TensorType type = withoutFirst(cast<rxt::TensorType>(tensor.getType()));
  std::optional<unsigned> own = textsAxis(type);
  unsigned rows = own.value_or(innerLoops);
  if (!own)
    type = withTexts(type, rows);
  AffineMap all = builder.getMultiDimIdentityMap(type.rank());
  Value result = rxt::GatherOp::create(builder, tensor.getLoc(), type, tensor, depth, /*axis=*/0,
                                       own ? all : all.dropResult(rows), all.getSubMap({rows}));
  return {result, own ? std::nullopt : std::optional(rows)};
}

Value RowDepths::asTensor(rxt::ConstantOp table) {
  auto type = cast<rxt::TableType>(table.getType());
  SmallVector<SizeExpr> sizes(type.getTrips());
  llvm::append_range(sizes, type.getEntry().sizes());
  return rxt::ConstantOp::create(builder, table.getLoc(),
                                 rxt::TensorType::get(type.getEntry().getElementType(), sizes),
                                 table.getValue());
}

/// The same table indexed by inner loops first, and by this one at last.
RowDepths::Copy RowDepths::innermost(rxt::ParamOp table) {
  auto type = cast<rxt::TableType>(table.getType());
  ArrayRef<int64_t> inner = type.getTrips().drop_front();
  SmallVector<int64_t> trips(inner);
  trips.push_back(type.getTrips().front());
  size_t entries = table.getBuffers().size(), ofTrip = entries / type.getTrips().front();
  SmallVector<Attribute> buffers;
  for (size_t first = 0; first < ofTrip; ++first)
    for (size_t entry = first; entry < entries; entry += ofTrip)
      buffers.push_back(table.getBuffers()[entry]);
  Value moved = rxt::ParamOp::create(
      builder, table.getLoc(), rxt::TableType::get(builder.getContext(), trips, type.getEntry()),
      table.getPathAttr(), builder.getArrayAttr(buffers));
  return {moved, std::nullopt, /*isTable=*/true};
}

/// An equation over the axes of `type` without a loop around it.
static Value makeMap(OpBuilder &builder, Location loc, rxt::TensorType type, ValueRange inputs,
                     ArrayRef<AffineMap> maps,
                     function_ref<Value(OpBuilder &, ValueRange)> element) {
  auto map = rxt::MapOp::create(builder, loc, type, inputs, builder.getAffineMapArrayAttr(maps));
  Block &body = map.getBody().emplaceBlock();
  for (Value input : inputs)
    body.addArgument(cast<rxt::TensorType>(input.getType()).getElementType(), loc);
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  rxt::YieldOp::create(inside, loc, element(inside, body.getArguments()));
  return map.getResult();
}

Value RowDepths::zeros(Location loc, rxt::TensorType type) {
  return makeMap(builder, loc, type, {}, {}, [&](OpBuilder &inside, ValueRange) -> Value {
    return arith::ConstantOp::create(inside, loc, inside.getZeroAttr(type.getElementType()));
  });
}

/// `entry` in the rows that are in this trip. An entry without an axis of texts is that of any.
Value RowDepths::select(Location loc, Value trip, Value entry, Value soFar) {
  auto type = cast<rxt::TensorType>(soFar.getType());
  unsigned rows = *textsAxis(type);
  AffineMap all = builder.getMultiDimIdentityMap(type.rank());
  bool hasRows = textsAxis(cast<rxt::TensorType>(entry.getType())).has_value();
  SmallVector<AffineMap> maps{all.getSubMap({rows}), all.getSubMap({}),
                              hasRows ? all : all.dropResult(rows), all};
  return makeMap(builder, loc, type, {depth, trip, entry, soFar}, maps,
                 [&](OpBuilder &inside, ValueRange of) -> Value {
                   Value own =
                       arith::CmpIOp::create(inside, loc, arith::CmpIPredicate::eq, of[0], of[1]);
                   return arith::SelectOp::create(inside, loc, own, of[2], of[3]);
                 });
}

Value RowDepths::keepOwn(Location loc, rxt::TensorType type, ArrayRef<Value> operands,
                         ArrayRef<Value> tables, const InTrip &write) {
  SmallVector<Value> shared(operands);
  shared.push_back(depth);
  auto trips = rxt::LoopOp::create(builder, loc, TypeRange(type), loop.getTrips(), shared, tables,
                                   zeros(loc, type));
  Block &body = trips.getBody().emplaceBlock();
  auto number = rxt::TensorType::get(builder.getI32Type(), ArrayRef<SizeExpr>());
  Value trip = body.addArgument(number, loc);
  SmallVector<Value> inside, entries;
  for (Value value : shared)
    inside.push_back(body.addArgument(value.getType(), loc));
  for (Value table : tables)
    entries.push_back(body.addArgument(cast<rxt::TableType>(table.getType()).row(), loc));
  Value soFar = body.addArgument(type, loc);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&body);
  llvm::SaveAndRestore ofTrip(depth, inside.back());
  Value entry = write(ArrayRef(inside).drop_back(), entries);
  rxt::YieldOp::create(builder, loc, select(loc, trip, entry, soFar));
  return trips.getResult(0);
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> RowDepths::build() {
  Block &body = loop.getBody().front();
  made[loop.tripArgument()] = {depth, 0};
  for (auto [operand, argument] :
       llvm::zip(loop->getOperands(), body.getArguments().drop_front())) {
    bool indexed = argument.getArgNumber() >= loop.firstIndexedArgument() &&
                   argument.getArgNumber() < loop.firstCarriedArgument();
    FailureOr<Copy> copy = indexed ? copyOfIndexed(operand, argument) : Copy{operand};
    if (failed(copy))
      return failure();
    made[argument] = *copy;
  }
  if (failed(copyBlock(body)))
    return failure();
  return yieldedBy(body);
}

LogicalResult RowDepths::copyBlock(Block &block) {
  for (BlockArgument argument : block.getArguments()) {
    Copy &copy = made[argument];
    auto type = dyn_cast<rxt::TensorType>(argument.getType());
    if (copy.isTable && type && type.rank() <= 1 && !argument.use_empty())
      copy = {keepOwn(argument.getLoc(), withTexts(type, 0), {}, {copy.value},
                      [](ArrayRef<Value>, ArrayRef<Value> entries) { return entries.front(); }),
              0};
  }
  for (Operation &op : block.without_terminator())
    if (failed(copyOp(op)))
      return failure();
  return success();
}

LogicalResult RowDepths::copyOp(Operation &op) {
  if (op.use_empty())
    return success();
  if (auto inner = dyn_cast<rxt::LoopOp>(op))
    return copyLoop(inner);
  bool differs =
      llvm::any_of(op.getOperands(), [&](Value value) { return made.lookup(value).differs(); });
  if (differs && isa<rxt::Iterated>(op))
    return copyIterated(op);
  if (differs)
    return refuseDepths(op, "no form with a depth per row is known for this equation (" +
                                op.getName().getStringRef() + ")");
  IRMapping mapping;
  for (Value operand : op.getOperands())
    mapping.map(operand, made.lookup(operand).value);
  Operation *copy = builder.clone(op, mapping);
  for (auto [from, to] : llvm::zip(op.getResults(), copy->getResults()))
    made[from] = {to};
  return success();
}

LogicalResult RowDepths::copyIterated(Operation &op) {
  auto type = cast<rxt::TensorType>(op.getResult(0).getType());
  std::optional<unsigned> own = textsAxis(type);
  if (!own && type.elementCount().isConstant() && type.elementCount().constant() > mostCopied)
    return refuseDepths(op, "it computes a matrix that differs by depth, which would be copied for "
                            "each row (relax the product instead: `relax Linear per l`)");
  SmallVector<Value> operands, tables;
  SmallVector<std::optional<unsigned>> first;
  SmallVector<bool> isTable;
  bool hasRows = false;
  for (Value operand : op.getOperands()) {
    Copy copy = made.lookup(operand);
    if (copy.rows.value_or(0) != 0)
      return refuseDepths(op, "it reads what a loop inside indexes");
    (copy.isTable ? tables : operands).push_back(copy.value);
    isTable.push_back(copy.isTable);
    first.push_back(copy.rows ? std::optional(own.value_or(0)) : std::nullopt);
    hasRows |= copy.rows.has_value();
  }
  auto write = [&](ArrayRef<Value> operands, ArrayRef<Value> entries) {
    SmallVector<Value> all;
    for (bool table : isTable) {
      ArrayRef<Value> &from = table ? entries : operands;
      all.push_back(from.front());
      from = from.drop_front();
    }
    return cast<rxt::Iterated>(op)
        .withFirstAxes(builder, all, hasRows && !own ? withTexts(type, 0) : type, first)
        ->getResult(0);
  };
  Value result = tables.empty() ? write(operands, {})
                                : keepOwn(op.getLoc(), own ? type : withTexts(type, 0), operands,
                                          tables, write);
  made[op.getResult(0)] = {result, own ? std::nullopt : std::optional(0u)};
  return success();
}

/// The argument of the copy of a loop for one of the loop.
FailureOr<RowDepths::Copy> RowDepths::enter(rxt::LoopOp inner, OpOperand &operand, Block &to) {
  Copy copy = made.lookup(operand.get());
  unsigned inside = 1 + operand.getOperandNumber(); // the trip comes first
  Type type = copy.value.getType();
  if (inside >= inner.firstCarriedArgument()) {
    if (copy.differs())
      return refuseDepths(*inner, "a value that a loop carries depends on the depth, but not on "
                                  "the text");
  } else if (inside >= inner.firstIndexedArgument()) {
    if (copy.rows == 0u)
      return refuseDepths(*inner, "a loop indexes what is computed from parameters of a depth");
    auto table = dyn_cast<rxt::TableType>(type);
    type = table ? table.row() : Type(withoutFirst(cast<rxt::TensorType>(type)));
    if (copy.rows)
      --*copy.rows;
  }
  copy.value = to.addArgument(type, inner.getLoc());
  return copy;
}

FailureOr<SmallVector<Value>> RowDepths::yieldedBy(Block &block) {
  SmallVector<Value> values;
  for (Value value : block.getTerminator()->getOperands()) {
    Copy copy = made.lookup(value);
    if (copy.differs())
      return refuseDepths(*block.getParentOp(), "a value that a loop carries depends on the depth, "
                                                "but not on the text");
    values.push_back(copy.value);
  }
  return values;
}

LogicalResult RowDepths::copyLoop(rxt::LoopOp inner) {
  auto all = [&](OperandRange values) {
    return llvm::map_to_vector(values, [&](Value value) { return made.lookup(value).value; });
  };
  SmallVector<Value> shared = all(inner.getShared());
  shared.push_back(depth);
  auto copy =
      rxt::LoopOp::create(builder, inner.getLoc(), inner.getResultTypes(), inner.getTripsAttr(),
                          shared, all(inner.getIndexed()), all(inner.getCarried()));
  Block &from = inner.getBody().front(), &to = copy.getBody().emplaceBlock();
  made[inner.tripArgument()] = {to.addArgument(inner.tripArgument().getType(), inner.getLoc())};
  for (OpOperand &operand : inner->getOpOperands()) {
    FailureOr<Copy> entered = enter(inner, operand, to);
    if (failed(entered))
      return failure();
    made[from.getArgument(1 + operand.getOperandNumber())] = *entered;
  }
  Value inside =
      to.insertArgument(copy.firstIndexedArgument() - 1, depth.getType(), inner.getLoc());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&to);
  llvm::SaveAndRestore ofBody(depth, inside);
  if (failed(copyBlock(from)))
    return failure();
  FailureOr<SmallVector<Value>> yielded = yieldedBy(from);
  if (failed(yielded))
    return failure();
  rxt::YieldOp::create(builder, from.getTerminator()->getLoc(), *yielded);
  for (auto [old, result] : llvm::zip(inner.getResults(), copy.getResults()))
    made[old] = {result};
  return success();
}

} // namespace rx::compiler
