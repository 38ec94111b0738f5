// rx_launch and rx_operand as arrays of 8-byte words, in generated code.
#pragma once

#include "dialects/rxt/LoopEmitter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/abi/Kernel.h"
#include <cstddef>

namespace rx::compiler {

class LaunchWords {
public:
  using Value = mlir::Value;

  LaunchWords(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc), pointer(mlir::LLVM::LLVMPointerType::get(builder.getContext())),
        i64(builder.getI64Type()) {}

  /// Where the fields of rx_launch are.
  enum Field : int64_t { operands, sizes, begin, end, scratch, count };
  /// Words of one rx_operand: the address, then the strides.
  static constexpr int64_t perOperand = sizeof(rx_operand) / 8;
  static_assert(sizeof(rx_launch) == Field::count * 8 && offsetof(rx_operand, strides) == 8);

  Value loadPointer(Value base, int64_t index) { return load(base, index, pointer); }
  Value loadInteger(Value base, int64_t index) { return load(base, index, i64); }
  void store(Value value, Value base, int64_t index) {
    mlir::LLVM::StoreOp::create(builder, loc, value, address(base, index), 8);
  }
  /// Room for `words` on the stack of the function under construction.
  Value onStack(int64_t words) {
    Value length = mlir::arith::ConstantIntOp::create(builder, loc, words, 64);
    return mlir::LLVM::AllocaOp::create(builder, loc, pointer, i64, length, 8);
  }
  /// The values of the size symbols, which `launch` holds in this order.
  auto readSizes(Value launch, llvm::ArrayRef<std::string> symbols) {
    decltype(rxt::KernelFrame::sizes) values;
    Value table = loadPointer(launch, sizes);
    for (auto [index, name] : llvm::enumerate(symbols))
      values[name] = loadInteger(table, index);
    return values;
  }

private:
  Value address(Value base, int64_t index) {
    return mlir::LLVM::GEPOp::create(
        builder, loc, pointer, i64, base,
        llvm::ArrayRef<mlir::LLVM::GEPArg>{static_cast<int32_t>(index)});
  }
  Value load(Value base, int64_t index, mlir::Type type) {
    return mlir::LLVM::LoadOp::create(builder, loc, type, address(base, index), 8);
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Type pointer, i64;
};

} // namespace rx::compiler
