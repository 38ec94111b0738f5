//===- Cases.cpp - functions with inputs and expected results --------------===//
#include "tests/numerics/Cases.h"

#include "dialects/rxt/Rxt.h"

#include "mlir/Parser/Parser.h"

#include <cmath>
#include <sstream>

using namespace mlir;

namespace rx::numerics {

std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  registry.insert<rxt::RxtDialect, arith::ArithDialect, func::FuncDialect, math::MathDialect>();
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

OwningOpRef<ModuleOp> parseFile(MLIRContext &context, const std::string &path) {
  return parseSourceFile<ModuleOp>(path, &context);
}

static rxt::ReferenceTensor tensorOf(DenseElementsAttr attr) {
  rxt::ElementKind kind = *rxt::elementKindOf(attr.getElementType());
  auto tensor = rxt::ReferenceTensor::zeros(attr.getType().getShape().vec(), kind);
  int64_t at = 0;
  if (rxt::isFloat(kind)) {
    bool losesInfo;
    for (APFloat value : attr.getValues<APFloat>()) {
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
      tensor.values[at++].real = value.convertToDouble();
    }
  } else {
    for (const APInt &value : attr.getValues<APInt>())
      tensor.values[at++].integer = rxt::wrapTo(kind, value.getSExtValue());
  }
  return tensor;
}

std::vector<Case> casesOf(ModuleOp module) {
  std::vector<Case> cases;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic())
      continue;
    Case &one = cases.emplace_back();
    one.function = function.getName().str();
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto value = function.getArgAttrOfType<DenseElementsAttr>(i, "rx.value"))
        one.arguments.push_back(tensorOf(value));
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (auto value = function.getResultAttrOfType<DenseElementsAttr>(i, "rx.expect"))
        one.expected.push_back(tensorOf(value));
    if (auto error = function->getAttrOfType<StringAttr>("rx.error"))
      one.error = error.str();
    if (auto tolerance = function->getAttrOfType<FloatAttr>("rx.tolerance"))
      one.tolerance = tolerance.getValueAsDouble();
  }
  return cases;
}

std::string difference(const rxt::ReferenceTensor &actual, const rxt::ReferenceTensor &expected,
                       double tolerance) {
  std::ostringstream text;
  if (actual.shape != expected.shape || actual.kind != expected.kind) {
    text << "shape or element kind differs";
    return text.str();
  }
  for (int64_t i = 0; i < actual.count(); ++i) {
    if (!rxt::isFloat(actual.kind)) {
      if (actual.integer(i) != expected.integer(i))
        text << "element " << i << ": " << actual.integer(i) << ", expected "
             << expected.integer(i);
    } else if (double a = actual.real(i), e = expected.real(i); !(std::isnan(a) && std::isnan(e))) {
      if (a != e && !(std::fabs(a - e) <= tolerance))
        text << "element " << i << ": " << a << ", expected " << e;
    }
    if (!text.str().empty())
      return text.str();
  }
  return {};
}

} // namespace rx::numerics
