//===- RxPrograms.cpp - what holds of forwards, programs and their parts -----===//
#include "dialects/rx/Rx.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace rx::rxd {

/// The last op of a forward or program.
static ReturnOp returnOf(Block &body) {
  return body.empty() ? ReturnOp() : dyn_cast<ReturnOp>(body.back());
}

LogicalResult ForwardOp::verify() {
  if (!isa<ModelOp, PartOp>((*this)->getParentOp()))
    return emitOpError() << "belongs to a model or part";
  if (!returnOf(getBody().front()))
    return emitOpError() << "ends with rx.return";
  return success();
}

LogicalResult ReturnOp::verify() {
  if (!isa<ForwardOp, ProgramOp>((*this)->getParentOp()))
    return emitOpError() << "ends a forward or program";
  return success();
}

//===-- Programs ---===//

/// A state argument's next value is the result of its name, and of its type.
static LogicalResult verifyState(ProgramOp program, unsigned argument, ReturnOp last) {
  Attribute name = program.getArgumentNames()[argument];
  auto found = llvm::find(program.getOutputNames(), name);
  if (found == program.getOutputNames().end())
    return program.emitOpError() << "gives no next value of the state " << name;
  Type next = last.getOperand(found - program.getOutputNames().begin()).getType();
  Type type = program.getBody().getArgument(argument).getType();
  if (next != type)
    return program.emitOpError() << "the state " << name << " is " << type << ", its next value "
                                 << next;
  return success();
}

static LogicalResult verifyDistinct(ProgramOp program, ArrayAttr names) {
  llvm::StringSet<> seen;
  for (StringRef name : names.getAsValueRange<StringAttr>())
    if (!seen.insert(name).second)
      return program.emitOpError() << "two values are called '" << name << "'";
  return success();
}

LogicalResult ProgramOp::verify() {
  Block &body = getBody().front();
  ReturnOp last = returnOf(body);
  if (!last)
    return emitOpError() << "ends with rx.return";
  size_t arguments = body.getNumArguments();
  if (getArgumentNames().size() != arguments || getRoles().size() != arguments)
    return emitOpError() << "has " << arguments << " arguments, " << getArgumentNames().size()
                         << " names and " << getRoles().size() << " roles for them";
  if (getOutputNames().size() != last.getNumOperands())
    return emitOpError() << "returns " << last.getNumOperands() << " values, and has "
                         << getOutputNames().size() << " names for them";
  if (failed(verifyDistinct(*this, getArgumentNames())) ||
      failed(verifyDistinct(*this, getOutputNames())))
    return failure();
  for (auto [index, role] : llvm::enumerate(getRoles().getAsValueRange<StringAttr>())) {
    if (role != "input" && role != "state")
      return emitOpError() << "an argument is 'input' or 'state', not '" << role << "'";
    if (role == "state" && failed(verifyState(*this, index, last)))
      return failure();
  }
  return success();
}

//===-- Uses of parts and parameters ---===//

/// The model or part below stacks and loops.
static Operation *elementOf(Operation *node) {
  while (node && isa<StackOp, LoopOp>(node)) {
    Block &body = node->getRegion(0).front();
    node = body.empty() ? nullptr : &body.front();
  }
  return node;
}

/// What a callee's first name is looked up in: the part of the forward, or the module of the
/// program.
static Operation *scopeOf(Operation *op) {
  if (auto forward = op->getParentOfType<ForwardOp>())
    return forward->getParentOp();
  return op->getParentOfType<ModuleOp>();
}

LogicalResult ApplyOp::verifySymbolUses(SymbolTableCollection &symbols) {
  SymbolRefAttr callee = getCallee();
  Operation *node = scopeOf(*this);
  bool isOwn = callee.getNestedReferences().empty();
  if (!isOwn)
    node = symbols.lookupSymbolIn(node, callee.getRootReference());
  if (!node || callee.getNestedReferences().size() > 1)
    return emitOpError() << "no part here is called " << callee;
  bool isNest = !isOwn && isa<StackOp, LoopOp>(node);
  Operation *element = elementOf(node);
  auto forward =
      element
          ? dyn_cast_or_null<ForwardOp>(symbols.lookupSymbolIn(element, callee.getLeafReference()))
          : ForwardOp();
  if (!forward)
    return emitOpError() << "no forward is called " << callee;
  Block &body = forward.getBody().front();
  ReturnOp last = returnOf(body);
  if (getInputs().getTypes() != body.getArgumentTypes() || !last ||
      getResultTypes() != last.getOperandTypes())
    return emitOpError() << "does not fit " << callee;
  bool carries = getNumResults() == 1 && !getInputs().empty() &&
                 getInputs().front().getType() == getResult(0).getType();
  if (isNest && !carries)
    return emitOpError()
           << "a stack or loop gives what it takes first, to be carried from trip to trip";
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto forward = (*this)->getParentOfType<ForwardOp>();
  if (!forward)
    return emitOpError() << "stands in a forward: parameters are read by their own part";
  Operation *declared = symbols.lookupSymbolIn(forward->getParentOp(), getNameAttr().getAttr());
  if (!isa_and_nonnull<ParamOp, DepthOp>(declared))
    return emitOpError() << "the part has no parameter or constant of depth " << getNameAttr();
  Type type = declared->getAttrOfType<TypeAttr>("type").getValue();
  if (auto table = dyn_cast<rxt::TableType>(type))
    type = table.getEntry();
  if (type != getResult().getType())
    return emitOpError() << getNameAttr() << " is " << type << " at every depth";
  return success();
}

} // namespace rx::rxd
