#include "compiler/passes/LargeTemporary.h"

using namespace mlir;

namespace rx::compiler {

void warnIfLarge(Operation *op, rxt::TensorType tensor, StringRef what, StringRef reason) {
  constexpr int64_t large = 64 << 20;
  SizeExpr count = tensor.elementCount();
  SizeExpr::Bindings typical;
  for (const std::string &symbol : count.symbols())
    typical[symbol] = 256;
  std::optional<int64_t> elements = count.evaluate(typical);
  if (!elements || *elements < large / 4)
    return;
  InFlightDiagnostic warning = op->emitWarning(what);
  warning << " take " << (*elements * 4 >> 20) << " MB";
  if (!typical.empty())
    warning << " (with 256 for every size that is not known)";
  warning << " and are held whole, because " << reason;
}

} // namespace rx::compiler
