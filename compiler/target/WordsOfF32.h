// Constants like a vector of f32 or one number, and the bits of such, for what is expanded.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"

namespace rx::compiler {

/// i32, as many as `type` has f32.
inline mlir::Type wordsLike(mlir::Type type) {
  mlir::Type i32 = mlir::IntegerType::get(type.getContext(), 32);
  auto vector = mlir::dyn_cast<mlir::VectorType>(type);
  return vector ? mlir::Type(vector.clone(i32)) : i32;
}

/// `value` in every lane of `type`.
inline mlir::Value constantLike(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                                mlir::TypedAttr value) {
  if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
    value = mlir::DenseElementsAttr::get(vector, mlir::Attribute(value));
  return mlir::arith::ConstantOp::create(builder, loc, value);
}

} // namespace rx::compiler
