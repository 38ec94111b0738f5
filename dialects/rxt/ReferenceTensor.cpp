//===- ReferenceTensor.cpp - the values of the reference interpreter -------===//
#include "dialects/rxt/ReferenceTensor.h"

#include "llvm/ADT/APFloat.h"

#include <cassert>

using namespace mlir;

namespace rx::rxt {

std::optional<ElementKind> elementKindOf(Type type) {
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF16())
    return ElementKind::F16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  for (ElementKind kind :
       {ElementKind::I1, ElementKind::I8, ElementKind::I16, ElementKind::I32, ElementKind::I64})
    if (type.isInteger(bitsOf(kind)))
      return kind;
  return std::nullopt;
}

namespace {
struct KindInfo {
  const char *name;
  unsigned bits;
};
constexpr KindInfo kinds[] = {{"bf16", 16}, {"f16", 16}, {"f32", 32}, {"f64", 64}, {"i1", 1},
                              {"i8", 8},    {"i16", 16}, {"i32", 32}, {"i64", 64}};
} // namespace

llvm::StringRef spelling(ElementKind kind) { return kinds[static_cast<int>(kind)].name; }
unsigned bitsOf(ElementKind kind) { return kinds[static_cast<int>(kind)].bits; }

double roundTo(ElementKind kind, Precision precision, double value) {
  if (precision == Precision::F64 || kind == ElementKind::F64)
    return value;
  if (kind == ElementKind::F32)
    return static_cast<float>(value);
  bool losesInfo;
  llvm::APFloat narrow(value);
  narrow.convert(kind == ElementKind::F16 ? llvm::APFloat::IEEEhalf() : llvm::APFloat::BFloat(),
                 llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return narrow.convertToDouble();
}

int64_t wrapTo(ElementKind kind, int64_t value) {
  unsigned shift = 64 - bitsOf(kind);
  if (kind == ElementKind::I1)
    return value & 1;
  return static_cast<int64_t>(static_cast<uint64_t>(value) << shift) >> shift;
}

static int64_t product(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

ReferenceTensor ReferenceTensor::zeros(std::vector<int64_t> shape, ElementKind kind) {
  int64_t count = product(shape);
  Scalar zero = isFloat(kind) ? scalarOf(0.0) : scalarOf(int64_t(0));
  return {std::move(shape), kind, std::vector<Scalar>(count, zero)};
}

ReferenceTensor ReferenceTensor::ofReals(std::vector<int64_t> shape,
                                         const std::vector<double> &values, ElementKind kind) {
  ReferenceTensor tensor = zeros(std::move(shape), kind);
  assert(tensor.values.size() == values.size() && "one value per element");
  for (size_t i = 0; i < values.size(); ++i)
    tensor.values[i].real = values[i];
  return tensor;
}

ReferenceTensor ReferenceTensor::ofIntegers(std::vector<int64_t> shape,
                                            const std::vector<int64_t> &values, ElementKind kind) {
  ReferenceTensor tensor = zeros(std::move(shape), kind);
  assert(tensor.values.size() == values.size() && "one value per element");
  for (size_t i = 0; i < values.size(); ++i)
    tensor.values[i].integer = values[i];
  return tensor;
}

std::vector<double> ReferenceTensor::reals() const {
  std::vector<double> result(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    result[i] = values[i].real;
  return result;
}

std::vector<int64_t> ReferenceTensor::integers() const {
  std::vector<int64_t> result(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    result[i] = values[i].integer;
  return result;
}

std::vector<int64_t> ReferenceTensor::strides() const {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

ReferenceTensor ReferenceTensor::row(int64_t index) const {
  ReferenceTensor result{{shape.begin() + 1, shape.end()}, kind, {}};
  int64_t size = product(result.shape);
  result.values.assign(values.begin() + index * size, values.begin() + (index + 1) * size);
  return result;
}

ReferenceValue ReferenceValue::row(int64_t index) const {
  if (trips.empty())
    return tensor().row(index);
  ReferenceValue result;
  result.trips.assign(trips.begin() + 1, trips.end());
  int64_t size = product(result.trips);
  result.entries.assign(entries.begin() + index * size, entries.begin() + (index + 1) * size);
  return result;
}

} // namespace rx::rxt
