#include "compiler/lower/FlushSubnormals.h"

using namespace mlir;

namespace rx::compiler {

func::FuncOp buildFlushingSubnormals(GemmEmitter &e, func::FuncOp callee) {
  keepOutOfLine(callee);
  std::string name = (callee.getName() + "_flushing").str();
  return e.function(
      name, callee.getArgumentTypes(), /*isPublic=*/false, {}, [&](ValueRange arguments) {
        Type word = e.builder.getI32Type();
        auto onStack = [&]() -> Value {
          return LLVM::AllocaOp::create(e.builder, e.loc, e.ptr, word, e.constant(1),
                                        /*alignment=*/8);
        };
        auto access = [&](StringRef intrinsic, Value pointer) {
          LLVM::CallIntrinsicOp::create(e.builder, e.loc, e.builder.getStringAttr(intrinsic),
                                        ValueRange(pointer));
        };
        constexpr int64_t flushToZero = 1 << 15, denormalsAreZeros = 1 << 6;
        Value before = onStack(), during = onStack();
        access("llvm.x86.sse.stmxcsr", before);
        Value both =
            arith::ConstantIntOp::create(e.builder, e.loc, flushToZero | denormalsAreZeros, 32);
        e.store(arith::OrIOp::create(e.builder, e.loc, e.load(word, before), both), during);
        access("llvm.x86.sse.ldmxcsr", during);
        e.call(callee, llvm::to_vector(arguments));
        access("llvm.x86.sse.ldmxcsr", before);
      });
}

} // namespace rx::compiler
