//===- RxStructure.cpp - what holds of models, parts and loops ---------------===//
#include "dialects/rx/Rx.h"

using namespace mlir;

namespace rx::rxd {

static bool isNode(Operation *op) { return isa<ModelOp, PartOp, StackOp, LoopOp>(op); }

/// The trip and its count, of a stack or loop.
static std::pair<StringRef, int64_t> levelOf(Operation *nest) {
  return {nest->getAttrOfType<StringAttr>("index").getValue(),
          nest->getAttrOfType<IntegerAttr>("trips").getInt()};
}

/// The stacks and loops around `op`, outermost first.
static SmallVector<Operation *> nestsAround(Operation *op) {
  SmallVector<Operation *> nests;
  for (Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp())
    if (isa<StackOp, LoopOp>(parent))
      nests.insert(nests.begin(), parent);
  return nests;
}

//===-- Nodes ---===//

/// A model or part holds what its class declares: parameters, what differs by depth, parts,
/// forwards.
static LogicalResult verifyMembers(Operation *node) {
  for (Operation &op : node->getRegion(0).front())
    if (!isa<ParamOp, DepthOp, PartOp, StackOp, LoopOp, ForwardOp>(op))
      return op.emitOpError() << "stands in no model";
  return success();
}

/// That it stands at the top of the module follows: it is a symbol, and no table but the module's
/// takes it.
LogicalResult ModelOp::verify() { return verifyMembers(*this); }

static rxt::TensorType entryOf(Type type) {
  if (auto table = dyn_cast<rxt::TableType>(type))
    return table.getEntry();
  return dyn_cast<rxt::TensorType>(type);
}

/// Of all parameters below the root at once: the module's symbols are then looked up in one table.
LogicalResult ModelOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *module = (*this)->getParentOp();
  WalkResult result = walk([&](ParamOp param) {
    for (auto name : param.getBuffers().getAsRange<FlatSymbolRefAttr>()) {
      auto buffer = dyn_cast_or_null<rxt::BufferOp>(symbols.lookupSymbolIn(module, name.getAttr()));
      rxt::TensorType entry = entryOf(param.getType());
      if (!buffer)
        return WalkResult(param.emitOpError() << "no buffer is called " << name);
      if (entry && buffer.getType() != entry)
        return WalkResult(param.emitOpError() << "buffer " << name << " is " << buffer.getType()
                                              << ", the parameter's entries are " << entry);
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult PartOp::verify() {
  if (!isNode((*this)->getParentOp()))
    return emitOpError() << "belongs to a model";
  return verifyMembers(*this);
}

static LogicalResult verifyNest(Operation *nest) {
  auto [index, trips] = levelOf(nest);
  if (!isNode(nest->getParentOp()))
    return nest->emitOpError() << "belongs to a model";
  if (trips < 1)
    return nest->emitOpError() << "runs " << trips << " times; it runs at least once";
  for (Operation *outer : nestsAround(nest))
    if (levelOf(outer).first == index)
      return nest->emitOpError() << "counts '" << index << "', and so does a loop around it";
  Block &body = nest->getRegion(0).front();
  if (!llvm::hasSingleElement(body) || !isa<PartOp, StackOp, LoopOp>(body.front()))
    return nest->emitOpError() << "holds one layer: a part, a stack or a loop";
  return success();
}

LogicalResult StackOp::verify() { return verifyNest(*this); }
LogicalResult LoopOp::verify() { return verifyNest(*this); }

//===-- Parameters and constants of depth ---===//

/// `per` names loops around the op, outermost first, and the type is a table of exactly their
/// trips.
static LogicalResult verifyPer(Operation *op, Type type, ArrayAttr per) {
  SmallVector<int64_t> trips;
  SmallVector<Operation *> around = nestsAround(op);
  auto next = around.begin();
  for (StringRef index : per.getAsValueRange<StringAttr>()) {
    next = std::find_if(next, around.end(),
                        [&](Operation *nest) { return levelOf(nest).first == index; });
    if (next == around.end())
      return op->emitOpError() << "is per '" << index
                               << "', which is no loop around it, outermost first";
    trips.push_back(levelOf(*next++).second);
  }
  if (!entryOf(type))
    return op->emitOpError() << "is a tensor or a table of tensors, not " << type;
  auto table = dyn_cast<rxt::TableType>(type);
  ArrayRef<int64_t> entries = table ? table.getTrips() : ArrayRef<int64_t>();
  if (entries != ArrayRef<int64_t>(trips))
    return op->emitOpError() << "has entries for [" << entries
                             << "] trips, the loops it is per run [" << ArrayRef<int64_t>(trips)
                             << "]";
  return success();
}

LogicalResult ParamOp::verify() {
  if (failed(verifyPer(*this, getType(), getPer())))
    return failure();
  int64_t entries = 1;
  if (auto table = dyn_cast<rxt::TableType>(getType()))
    for (int64_t trips : table.getTrips())
      entries *= trips;
  if (static_cast<int64_t>(getBuffers().size()) != entries)
    return emitOpError() << "has " << entries << " entries, but " << getBuffers().size()
                         << " buffers";
  return success();
}

LogicalResult DepthOp::verify() {
  if (failed(verifyPer(*this, getType(), getPer())))
    return failure();
  rxt::TensorType entry = entryOf(getType());
  if (entry.rank() != 0)
    return emitOpError() << "is a scalar at every depth, not " << entry;
  auto table = dyn_cast<rxt::TableType>(getType());
  ShapedType value = getValue().getShapedType();
  if (value.getShape() != (table ? table.getTrips() : ArrayRef<int64_t>()) ||
      value.getElementType() != entry.getElementType())
    return emitOpError() << "holds " << value << " for " << getType();
  return success();
}

} // namespace rx::rxd
