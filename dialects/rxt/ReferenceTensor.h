//===- ReferenceTensor.h - the values of the reference interpreter -*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <optional>
#include <vector>

namespace rx::rxt {

/// How floating-point results are kept: F32 rounds every arithmetic result to its element type; F64
/// computes what is typed f32 (or narrower) in double, for finite differences and error bounds.
enum class Precision { F32, F64 };

enum class ElementKind { BF16, F16, F32, F64, I1, I8, I16, I32, I64 };

/// Nothing for types that no tensor of a program has.
std::optional<ElementKind> elementKindOf(mlir::Type type);
llvm::StringRef spelling(ElementKind kind);
inline bool isFloat(ElementKind kind) { return kind <= ElementKind::F64; }
unsigned bitsOf(ElementKind kind);

/// One element: `real` for floating-point kinds, `integer` for the others. An integer is kept sign
/// extended from its width, except that true of i1 is 1.
union Scalar {
  double real;
  int64_t integer;
};
inline Scalar scalarOf(double value) { return {.real = value}; }
inline Scalar scalarOf(int64_t value) { return {.integer = value}; }

/// `value` as an element of `kind` can hold it.
double roundTo(ElementKind kind, Precision precision, double value);
int64_t wrapTo(ElementKind kind, int64_t value);

/// A dense row-major tensor with concrete sizes.
struct ReferenceTensor {
  std::vector<int64_t> shape;
  ElementKind kind = ElementKind::F32;
  std::vector<Scalar> values;

  /// All elements 0.
  static ReferenceTensor zeros(std::vector<int64_t> shape, ElementKind kind);
  static ReferenceTensor ofReals(std::vector<int64_t> shape, const std::vector<double> &values,
                                 ElementKind kind = ElementKind::F32);
  static ReferenceTensor ofIntegers(std::vector<int64_t> shape, const std::vector<int64_t> &values,
                                    ElementKind kind = ElementKind::I32);

  int64_t rank() const { return shape.size(); }
  int64_t count() const { return values.size(); }
  double real(int64_t at) const { return values[at].real; }
  int64_t integer(int64_t at) const { return values[at].integer; }
  std::vector<double> reals() const;
  std::vector<int64_t> integers() const;
  /// Elements between neighbours along each axis.
  std::vector<int64_t> strides() const;
  /// The tensor at position `index` of the first axis.
  ReferenceTensor row(int64_t index) const;
};

/// A tensor (no trips, one entry) or a table of tensors in row-major order of its trip counts.
struct ReferenceValue {
  std::vector<int64_t> trips;
  std::vector<std::shared_ptr<const ReferenceTensor>> entries;

  ReferenceValue() = default;
  ReferenceValue(ReferenceTensor tensor)
      : entries{std::make_shared<const ReferenceTensor>(std::move(tensor))} {}

  const ReferenceTensor &tensor() const { return *entries.front(); }
  /// One row of a table, or of a tensor along its first axis.
  ReferenceValue row(int64_t index) const;
};

} // namespace rx::rxt
