//===- Interpreter.cpp - run the rxt ops of a module by definition ---------===//
#include "compiler/reference/Interpreter.h"

#include "compiler/reference/Arguments.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace rx::compiler {

using rxt::Evaluation;
using rxt::ReferenceTensor;
using rxt::ReferenceValue;

Interpreter::Interpreter(ModuleOp module, rxt::Precision precision)
    : module(module), precision(precision) {}

void Interpreter::bindBuffer(StringRef name, ReferenceTensor value) {
  bound[name] = std::make_shared<const ReferenceTensor>(std::move(value));
  computed.clear();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

Interpreter::Tensor Interpreter::valueOf(rxt::BufferOp buffer, Operation *user) {
  auto [entry, isNew] = computed.try_emplace(buffer.getSymName());
  if (!isNew && entry->second)
    return entry->second;
  if (!isNew) { // entered before and still without a value: its `via` needs itself
    user->emitOpError() << "buffer @" << buffer.getSymName() << " is computed from itself";
    return nullptr;
  }
  Tensor value = compute(buffer, user);
  if (value)
    computed[buffer.getSymName()] = value;
  else
    computed.erase(buffer.getSymName());
  return value;
}

Interpreter::Tensor Interpreter::compute(rxt::BufferOp buffer, Operation *user) {
  auto given = bound.find(buffer.getSymName());
  bool stored = buffer.getFile().has_value();
  if (given != bound.end() && !(stored && buffer.getVia()))
    return given->second;
  if (stored && given == bound.end()) {
    user->emitOpError() << "buffer @" << buffer.getSymName() << " has no value: bind the tensor '"
                        << *buffer.getTensor() << "' of '" << *buffer.getFile() << "'";
    return nullptr;
  }
  auto function = module.lookupSymbol<func::FuncOp>(*buffer.getVia());
  std::vector<ReferenceTensor> arguments;
  if (stored)
    arguments.push_back(*given->second);
  for (auto name : buffer.getInputs().getAsRange<FlatSymbolRefAttr>()) {
    auto input = module.lookupSymbol<rxt::BufferOp>(name.getAttr());
    Tensor value = input ? valueOf(input, user) : nullptr;
    if (!value) {
      if (!input)
        user->emitOpError() << "buffer @" << buffer.getSymName() << " takes " << name
                            << ", which is no buffer";
      return nullptr;
    }
    arguments.push_back(*value);
  }
  if (!function || function.getNumResults() != 1) {
    user->emitOpError() << "buffer @" << buffer.getSymName() << " passes through @"
                        << *buffer.getVia() << ", which is no function of one result";
    return nullptr;
  }
  llvm::Expected<std::vector<ReferenceTensor>> results = run(*buffer.getVia(), arguments);
  if (!results) {
    user->emitOpError() << "buffer @" << buffer.getSymName() << ": "
                        << llvm::toString(results.takeError());
    return nullptr;
  }
  return std::make_shared<const ReferenceTensor>(std::move(results->front()));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// Arguments as the precision holds them.
static std::vector<ReferenceValue> rounded(const Evaluation &evaluation,
                                           ArrayRef<ReferenceTensor> arguments) {
  std::vector<ReferenceValue> values;
  for (ReferenceTensor tensor : arguments) {
    if (rxt::isFloat(tensor.kind))
      for (rxt::Scalar &element : tensor.values)
        element.real = evaluation.round(tensor.kind, element.real);
    values.emplace_back(std::move(tensor));
  }
  return values;
}

static void bindPresences(func::FuncOp function, ArrayRef<ReferenceTensor> arguments,
                          Evaluation &evaluation) {
  for (auto [index, tensor] : llvm::enumerate(arguments))
    if (auto name = function.getArgAttrOfType<StringAttr>(index, "rx.name"))
      evaluation.bindPresence(name,
                              {cast<rxt::TensorType>(function.getArgumentTypes()[index]), tensor});
}

llvm::Expected<std::vector<ReferenceTensor>> Interpreter::run(StringRef name,
                                                              ArrayRef<ReferenceTensor> arguments) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function)
    return llvm::createStringError("the module has no function @" + name.str());
  if (function.getNumArguments() != arguments.size())
    return llvm::createStringError(llvm::formatv("@{0} takes {1} arguments, {2} are given", name,
                                                 function.getNumArguments(), arguments.size())
                                       .str());
  llvm::Expected<SizeExpr::Bindings> sizes = bindSizes(function, arguments);
  if (!sizes)
    return sizes.takeError();
  Evaluation evaluation(
      precision, std::move(*sizes),
      [this](rxt::BufferOp buffer, Operation *user) { return valueOf(buffer, user); });
  bindPresences(function, arguments, evaluation);

  std::string message;
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(message) << (message.empty() ? "" : "\n") << diagnostic;
    return success();
  });
  std::vector<ReferenceValue> results;
  if (failed(evaluation.call(function, rounded(evaluation, arguments), results)))
    return llvm::createStringError(message);
  std::vector<ReferenceTensor> tensors;
  for (const ReferenceValue &result : results)
    tensors.push_back(result.tensor());
  return tensors;
}

} // namespace rx::compiler
