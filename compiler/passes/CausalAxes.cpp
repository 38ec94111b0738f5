#include "compiler/passes/CausalAxes.h"

#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

namespace {

rxt::TensorType tensorOf(Value value) { return dyn_cast<rxt::TensorType>(value.getType()); }

/// An error at the author's line about `op`.
LogicalResult refuse(Operation &op, const Twine &why) {
  return op.emitError() << "text cannot be generated step by step: " << why;
}

} // namespace

//===----------------------------------------------------------------------===//
// What is known of a value
//===----------------------------------------------------------------------===//

SmallVector<unsigned> CausalAxes::axesAlongText(Value value) const {
  SmallVector<unsigned> axes;
  if (rxt::TensorType type = tensorOf(value))
    for (auto [index, axis] : llvm::enumerate(type.getAxes()))
      if (isAlongText(axis))
        axes.push_back(index);
  return axes;
}

std::optional<Positions> CausalAxes::positions(Value value, unsigned axis) const {
  SmallVector<unsigned> axes = axesAlongText(value);
  if (!llvm::is_contained(axes, axis))
    return std::nullopt;
  auto found = ofPairs.find({value, axis});
  return axes.size() == 1 || found == ofPairs.end() ? Positions::Own : found->second;
}

unsigned CausalAxes::axisOf(Value value) const { return axesAlongText(value).front(); }

std::optional<unsigned> CausalAxes::textsAxis(Value value) const {
  if (rxt::TensorType type = tensorOf(value))
    for (auto [index, axis] : llvm::enumerate(type.getAxes()))
      if (axis.getSize() == texts)
        return index;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Backwards: what users want of a value's axes
//===----------------------------------------------------------------------===//

LogicalResult CausalAxes::demand(OpOperand &use, unsigned axis, Positions wanted) {
  Value value = use.get();
  SmallVector<unsigned> axes = axesAlongText(value);
  if (axes.size() == 1) {
    if (wanted == Positions::Prefix) {
      prefixReads.insert(&use);
      wantedCaches.insert(value);
    }
    return success();
  }
  if (axes.size() > 2)
    return refuse(*use.getOwner(), "a value has more than two axes along the text");
  auto [known, isNew] = ofPairs.try_emplace({value, axis}, wanted);
  if (!isNew && known->second != wanted)
    return refuse(*use.getOwner(),
                  "an axis is read both as the positions computed and as those before them");
  return success();
}

LogicalResult CausalAxes::demandOwn(OpOperand &use) {
  SmallVector<unsigned> axes = axesAlongText(use.get());
  if (axes.size() > 1)
    return refuse(*use.getOwner(), "a result has two axes along the text");
  return axes.empty() ? success() : demand(use, axes.front(), Positions::Own);
}

LogicalResult CausalAxes::demandLike(OpOperand &use, Value other) {
  for (unsigned axis : axesAlongText(use.get()))
    if (failed(demand(use, axis, *positions(other, axis))))
      return failure();
  return success();
}

SmallVector<std::optional<Positions>> CausalAxes::dimsOf(Operation &op) const {
  Value result = op.getResult(0);
  SmallVector<std::optional<Positions>> dims(tensorOf(result).rank());
  for (unsigned axis = 0; axis < dims.size(); ++axis)
    dims[axis] = positions(result, axis);
  auto iterated = cast<rxt::Iterated>(op);
  for (OpOperand &operand : op.getOpOperands())
    for (auto [axis, dim] : llvm::enumerate(iterated.readDims(operand.getOperandNumber()))) {
      if (!dim || *dim < static_cast<unsigned>(tensorOf(result).rank()))
        continue;
      dims.resize(std::max<size_t>(dims.size(), *dim + 1));
      if (isAlongText(tensorOf(operand.get()).getAxes()[axis]))
        dims[*dim] = Positions::Prefix; // what is reduced was read
    }
  return dims;
}

LogicalResult CausalAxes::visitIterated(Operation &op) {
  if (op.use_empty())
    return success();
  auto iterated = cast<rxt::Iterated>(op);
  SmallVector<unsigned> ofResult = axesAlongText(op.getResult(0));
  auto isOwn = [&](unsigned axis) { return positions(op.getResult(0), axis) == Positions::Own; };
  if (ofResult.size() == 2 && llvm::count_if(ofResult, isOwn) != 1)
    return refuse(op, "of two axes along the text, none is reduced later");
  SmallVector<std::optional<Positions>> dims = dimsOf(op);
  for (OpOperand &operand : op.getOpOperands())
    for (auto [axis, dim] : llvm::enumerate(iterated.readDims(operand.getOperandNumber()))) {
      if (!isAlongText(tensorOf(operand.get()).getAxes()[axis]))
        continue;
      if (!dim || !dims[*dim])
        return refuse(op, "it reads other positions than its own and all those before");
      if (failed(demand(operand, axis, *dims[*dim])))
        return failure();
    }
  return success();
}

LogicalResult CausalAxes::visitLoop(Operation &op) {
  auto loop = cast<rxt::LoopOp>(op);
  Block &body = loop.getBody().front();
  Operation *yield = body.getTerminator();
  for (auto [operand, result] : llvm::zip(yield->getOpOperands(), loop.getResults()))
    if (failed(demandOwn(operand)))
      return failure();
  if (failed(visitBlock(body)))
    return failure();
  for (auto [operand, argument] : llvm::zip(op.getOpOperands(), body.getArguments().drop_front())) {
    bool sameType = operand.get().getType() == argument.getType(); // else it is indexed
    if (failed(sameType ? demandLike(operand, argument) : demandOwn(operand)))
      return failure();
  }
  return success();
}

LogicalResult CausalAxes::visit(Operation &op) {
  if (isa<rxt::Iterated>(op))
    return visitIterated(op);
  if (isa<rxt::LoopOp>(op))
    return visitLoop(op);
  if (isa<func::ReturnOp>(op)) {
    for (OpOperand &operand : op.getOpOperands())
      if (failed(demandOwn(operand)))
        return failure();
    return success();
  }
  auto along = [&](Value value) { return !axesAlongText(value).empty(); };
  if (!isa<rxt::YieldOp>(op) &&
      (llvm::any_of(op.getOperands(), along) || llvm::any_of(op.getResults(), along)))
    return refuse(op, "no cache is known for this equation (" + op.getName().getStringRef() + ")");
  return success();
}

LogicalResult CausalAxes::visitBlock(Block &block) {
  for (Operation &op : llvm::reverse(block))
    if (failed(visit(op)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Forwards: later positions, and what differs by text
//===----------------------------------------------------------------------===//

/// That nothing comes from keys after the query, where dimension `dim` is reduced.
LogicalResult CausalAxes::checkFold(Operation &op, unsigned dim, std::optional<unsigned> query) {
  if (!query)
    return refuse(op, "it reads every position of the text, also later ones");
  std::optional<PerTrip> unseen = later.neutralFrom(op, *query, dim);
  if (!unseen || llvm::any_of(*unseen, [](int64_t from) { return from > 1; }))
    return refuse(op, "it does not leave out later positions (write `if u <= t then .. else -inf` "
                      "before a softmax)");
  folds[&op] = earlier.neutralFrom(op, *query, dim);
  return success();
}

/// Whether the value at a position depends on which position it is.
bool CausalAxes::dependsOnPosition(Operation &op) const {
  SmallVector<std::optional<Positions>> dims = dimsOf(op);
  bool found = false;
  op.walk([&](rxt::IndexOp index) { found |= dims[index.getDim()] == Positions::Own; });
  return found;
}

LogicalResult CausalAxes::checkIterated(Operation &op) {
  Value result = op.getResult(0);
  unsigned rank = tensorOf(result).rank();
  SmallVector<std::optional<Positions>> dims = dimsOf(op);
  std::optional<unsigned> query, key;
  for (auto [dim, role] : llvm::enumerate(dims))
    if (role)
      (*role == Positions::Own ? query : key) = dim;
  if (key && *key >= rank && failed(checkFold(op, *key, query)))
    return failure();
  auto size = op.walk([&](rxt::SizeOp o) {
    return o.getSize().contains(text) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (size.wasInterrupted())
    return refuse(op, "it reads the length of the text");
  if (auto map = dyn_cast<rxt::MapOp>(op); map && query && key) {
    later.follow(map, *query, *key);
    earlier.follow(map, *query, *key);
  }
  if (textsAxis(result))
    return success();
  bool differs = dependsOnPosition(op);
  for (OpOperand &operand : op.getOpOperands()) {
    if (textsAxis(operand.get()))
      return refuse(op, "it mixes the texts of a batch");
    differs |= differsByText(operand.get()) || readsPrefix(operand);
  }
  if (differs)
    byText.insert(result);
  return success();
}

void CausalAxes::passThroughLoop(rxt::LoopOp loop) {
  Block &body = loop.getBody().front();
  for (auto [operand, argument] : llvm::zip(loop->getOperands(), body.getArguments().drop_front()))
    if (operand.getType() == argument.getType() && differsByText(operand))
      byText.insert(argument);
  later.enter(loop);
  earlier.enter(loop);
}

LogicalResult CausalAxes::checkBlock(Block &block) {
  for (Operation &op : block) {
    if (isa<rxt::Iterated>(op) && !op.use_empty() && failed(checkIterated(op)))
      return failure();
    auto loop = dyn_cast<rxt::LoopOp>(op);
    if (!loop)
      continue;
    passThroughLoop(loop);
    Block &body = loop.getBody().front();
    if (failed(checkBlock(body)))
      return failure();
    for (auto [yielded, result] : llvm::zip(body.getTerminator()->getOperands(), loop.getResults()))
      if (differsByText(yielded))
        return refuse(op,
                      "a value that a loop carries depends on the position, but not on the text");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The whole function
//===----------------------------------------------------------------------===//

LogicalResult CausalAxes::findTexts(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    SmallVector<unsigned> axes = axesAlongText(argument);
    if (axes.empty())
      continue;
    std::optional<std::string> first = tensorOf(argument).size(0).asSymbol();
    if (axes.size() != 1 || axes.front() == 0 || !first)
      return refuse(*function, "its input is not ids[text, position]");
    texts = *first;
  }
  if (texts.empty())
    return refuse(*function, "it has no input along the text");
  return success();
}

LogicalResult CausalAxes::analyse(func::FuncOp function) {
  Block &body = function.getBody().front();
  if (failed(findTexts(function)) || failed(visitBlock(body)) || failed(checkBlock(body)))
    return failure();
  caches.assign(wantedCaches.rbegin(), wantedCaches.rend());
  for (Value value : caches)
    if (!textsAxis(value) && !differsByText(value))
      return refuse(*function, "what is the same for every text would be kept in a cache");
  return success();
}

FailureOr<CausalAxes> CausalAxes::of(func::FuncOp function, StringRef symbol) {
  CausalAxes axes;
  axes.text = symbol.str();
  if (failed(axes.analyse(function)))
    return failure();
  return axes;
}

} // namespace rx::compiler
