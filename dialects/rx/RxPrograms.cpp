//===- RxPrograms.cpp - what holds of equations, forwards and programs -------===//
#include "dialects/rx/Rx.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace rx::rxd {

/// The last op of equations or a program.
static ReturnOp returnOf(Block &body) {
  return body.empty() ? ReturnOp() : dyn_cast<ReturnOp>(body.back());
}

LogicalResult EquationsOp::verify() {
  if (!isa<ModuleOp>((*this)->getParentOp()))
    return emitOpError() << "stand at the top of the module";
  if (!returnOf(getBody().front()))
    return emitOpError() << "end with rx.return";
  return success();
}

LogicalResult ForwardOp::verify() {
  if (!isa<ModelOp, PartOp>((*this)->getParentOp()))
    return emitOpError() << "belongs to a model or part";
  return success();
}

LogicalResult ReturnOp::verify() {
  if (!isa<EquationsOp, ProgramOp>((*this)->getParentOp()))
    return emitOpError() << "ends equations or a program";
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

EquationsOp ForwardOp::findEquations(SymbolTableCollection &symbols) {
  auto module = (*this)->getParentOfType<ModuleOp>();
  return dyn_cast_or_null<EquationsOp>(
      symbols.lookupSymbolIn(module, getEquationsAttr().getAttr()));
}

/// Whether `call` fits what it applies, seen from `scope`: a part that runs the equations, or the
/// module. Reports on `user`.
static LogicalResult verifyApply(ApplyOp call, Operation *scope, Operation *user,
                                 SymbolTableCollection &symbols) {
  SymbolRefAttr callee = call.getCallee();
  bool isOwn = callee.getNestedReferences().empty();
  Operation *node = isOwn ? scope : symbols.lookupSymbolIn(scope, callee.getRootReference());
  if (!node || callee.getNestedReferences().size() > 1)
    return user->emitOpError() << "no part here is called " << callee;
  bool isNest = !isOwn && isa<StackOp, LoopOp>(node);
  Operation *element = elementOf(node);
  auto forward =
      element
          ? dyn_cast_or_null<ForwardOp>(symbols.lookupSymbolIn(element, callee.getLeafReference()))
          : ForwardOp();
  if (!forward)
    return user->emitOpError() << "no forward is called " << callee;
  EquationsOp equations = forward.findEquations(symbols);
  if (!equations) // told of the forward
    return success();
  Block &body = equations.getBody().front();
  ReturnOp last = returnOf(body);
  if (call.getInputs().getTypes() != body.getArgumentTypes() || !last ||
      call.getResultTypes() != last.getOperandTypes())
    return user->emitOpError() << "does not fit " << callee;
  bool carries = call.getNumResults() == 1 && !call.getInputs().empty() &&
                 call.getInputs().front().getType() == call.getResult(0).getType();
  if (isNest && !carries)
    return user->emitOpError()
           << "a stack or loop gives what it takes first, to be carried from trip to trip";
  return success();
}

/// What equations apply is seen from the parts that run them.
LogicalResult ApplyOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if ((*this)->getParentOfType<EquationsOp>())
    return success();
  return verifyApply(*this, (*this)->getParentOfType<ModuleOp>(), *this, symbols);
}

static LogicalResult verifyRead(ReadOp read, ForwardOp forward, SymbolTableCollection &symbols) {
  Operation *declared =
      symbols.lookupSymbolIn(forward->getParentOp(), read.getNameAttr().getAttr());
  if (!isa_and_nonnull<ParamOp, DepthOp>(declared))
    return forward.emitOpError() << "the part has no parameter or constant of depth "
                                 << read.getNameAttr();
  Type type = declared->getAttrOfType<TypeAttr>("type").getValue();
  if (auto table = dyn_cast<rxt::TableType>(type))
    type = table.getEntry();
  if (type != read.getResult().getType())
    return forward.emitOpError() << read.getNameAttr() << " is " << type << " at every depth, "
                                 << "not " << read.getResult().getType();
  return success();
}

LogicalResult ForwardOp::verifySymbolUses(SymbolTableCollection &symbols) {
  EquationsOp equations = findEquations(symbols);
  if (!equations)
    return emitOpError() << "no equations are called " << getEquationsAttr();
  WalkResult result = equations.walk([&](Operation *op) {
    auto read = dyn_cast<ReadOp>(op);
    auto call = dyn_cast<ApplyOp>(op);
    bool isWrong = (read && failed(verifyRead(read, *this, symbols))) ||
                   (call && failed(verifyApply(call, (*this)->getParentOp(), *this, symbols)));
    return isWrong ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace rx::rxd
