//===- InterpreterTest.cpp -------------------------------------------------===//
#include "compiler/reference/Interpreter.h"

#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace rx;
using compiler::Interpreter;
using rxt::Precision;
using rxt::ReferenceTensor;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct Program {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<Interpreter> interpreter;

  explicit Program(const char *text, Precision precision = Precision::F32) {
    context.loadDialect<rxt::RxtDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (module)
      interpreter.emplace(*module, precision);
  }

  /// The reals of the only result, or the failure as a test failure.
  std::vector<double> run(llvm::ArrayRef<ReferenceTensor> arguments = {}) {
    auto results = interpreter->run("main", arguments);
    if (!results) {
      ADD_FAILURE() << llvm::toString(results.takeError());
      return {};
    }
    return results->front().reals();
  }
  std::string failure(llvm::ArrayRef<ReferenceTensor> arguments = {}) {
    auto results = interpreter->run("main", arguments);
    return results ? "ran" : llvm::toString(results.takeError());
  }
};

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

const char *twoInputs = R"(
func.func @main(%x: !rxt.tensor<f32[b, t]> {rx.name = "x"}, %y: !rxt.tensor<f32[t, 3]>,
                %z: !rxt.tensor<f32["t + 1", k max 2]> {rx.name = "z"}) -> !rxt.tensor<f32[b, t]> {
  return %x : !rxt.tensor<f32[b, t]>
})";

ReferenceTensor ones(std::vector<int64_t> shape) {
  auto tensor = ReferenceTensor::zeros(std::move(shape), rxt::ElementKind::F32);
  for (rxt::Scalar &element : tensor.values)
    element.real = 1;
  return tensor;
}

TEST(Interpreter, TakesSizesFromArguments) {
  Program program(twoInputs);
  EXPECT_THAT(program.run({ones({1, 2}), ones({2, 3}), ones({3, 1})}), ElementsAre(1, 1));
}

TEST(Interpreter, NamesTheArgumentThatDisagrees) {
  Program program(twoInputs);
  EXPECT_THAT(
      program.failure({ones({1, 2}), ones({4, 3}), ones({3, 1})}),
      HasSubstr("the size 't' is 2 by axis 1 of argument 'x', but 4 by axis 0 of argument 1"));
  EXPECT_THAT(program.failure({ones({1, 2}), ones({2, 5}), ones({3, 1})}),
              HasSubstr("axis 1 of argument 1 has size 5, expected '3' = 3"));
  EXPECT_THAT(program.failure({ones({1, 2}), ones({2, 3}), ones({2, 1})}),
              HasSubstr("axis 0 of argument 'z' has size 2, expected 't + 1' = 3"));
  EXPECT_THAT(program.failure({ones({1, 2}), ones({2, 3}), ones({3, 9})}),
              HasSubstr("axis 1 of argument 'z' has size 9, more than its bound 2"));
  EXPECT_THAT(program.failure({ones({2}), ones({2, 3}), ones({3, 1})}),
              HasSubstr("argument 'x' has 1 axes, @main takes 2"));
  EXPECT_THAT(program.failure({ones({1, 2})}), HasSubstr("@main takes 3 arguments, 1 are given"));
  auto integers = ReferenceTensor::zeros({1, 2}, rxt::ElementKind::I32);
  EXPECT_THAT(program.failure({integers, ones({2, 3}), ones({3, 1})}),
              HasSubstr("argument 'x' has elements of i32, @main takes f32"));
}

TEST(Interpreter, RefusesSizesThatNoArgumentFixes) {
  Program program(R"(
func.func @main(%x: !rxt.tensor<f32["2*t"]>) -> !rxt.tensor<f32["2*t"]> {
  return %x : !rxt.tensor<f32["2*t"]>
})");
  EXPECT_THAT(program.failure({ones({2})}), HasSubstr("the size '2*t' is fixed by no argument"));
}

TEST(Interpreter, NamesAMissingFunction) {
  Program program("module {}");
  EXPECT_THAT(program.failure(), HasSubstr("the module has no function @main"));
}

//===----------------------------------------------------------------------===//
// Precision
//===----------------------------------------------------------------------===//

const char *losesOne = R"(
func.func @main(%x: !rxt.tensor<f32[1]>) -> !rxt.tensor<f32[1]> {
  %y = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: f32):
    %one = arith.constant 1.0 : f32
    %s = arith.addf %a, %one : f32
    %d = arith.subf %s, %a : f32
    rxt.yield %d : f32
  } : (!rxt.tensor<f32[1]>) -> !rxt.tensor<f32[1]>
  return %y : !rxt.tensor<f32[1]>
})";

TEST(Interpreter, RoundsToF32OrKeepsF64) {
  auto x = ReferenceTensor::ofReals({1}, {16777216.0}); // 2^24: adding 1 is lost in f32
  EXPECT_THAT(Program(losesOne, Precision::F32).run({x}), ElementsAre(0));
  EXPECT_THAT(Program(losesOne, Precision::F64).run({x}), ElementsAre(1));
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

const char *buffers = R"(
rxt.buffer @stored : !rxt.tensor<f32[2]> from "w.gguf" "w"
rxt.buffer @doubled : !rxt.tensor<f32[2]> from "w.gguf" "v" via @double
rxt.buffer @derived : !rxt.tensor<f32[2]> via @double {inputs = [@doubled]}
func.func private @double(%x: !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]> {
  %y = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: f32):
    %s = arith.addf %a, %a : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}
func.func @main(%x: !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[3, 2]> {
  %w = rxt.param "layers.w" [@stored, @doubled, @derived] : !rxt.table<[3] x f32[2]>
  %y = rxt.loop 3 shared() indexed(%w) carried() {
  ^bb0(%i: !rxt.tensor<i32[]>, %row: !rxt.tensor<f32[2]>):
    rxt.yield %row : !rxt.tensor<f32[2]>
  } : (!rxt.table<[3] x f32[2]>) -> !rxt.tensor<f32[3, 2]>
  return %y : !rxt.tensor<f32[3, 2]>
})";

TEST(Interpreter, PassesBuffersThroughTheirFunctions) {
  Program program(buffers);
  program.interpreter->bindBuffer("stored", ReferenceTensor::ofReals({2}, {1, 2}));
  program.interpreter->bindBuffer("doubled", ReferenceTensor::ofReals({2}, {3, 4}));
  EXPECT_THAT(program.run({ones({2})}), ElementsAre(1, 2, 6, 8, 12, 16));
  program.interpreter->bindBuffer("derived", ReferenceTensor::ofReals({2}, {7, 7}));
  EXPECT_THAT(program.run({ones({2})}), ElementsAre(1, 2, 6, 8, 7, 7));
}

TEST(Interpreter, NamesTheBufferWithoutAValue) {
  Program program(buffers);
  EXPECT_THAT(program.failure({ones({2})}),
              HasSubstr("buffer @stored has no value: bind the tensor 'w' of 'w.gguf'"));
}

TEST(Interpreter, RefusesABufferComputedFromItself) {
  Program program(R"(
rxt.buffer @a : !rxt.tensor<f32[1]> via @same {inputs = [@b]}
rxt.buffer @b : !rxt.tensor<f32[1]> via @same {inputs = [@a]}
func.func private @same(%x: !rxt.tensor<f32[1]>) -> !rxt.tensor<f32[1]> {
  return %x : !rxt.tensor<f32[1]>
}
func.func @main() -> !rxt.tensor<f32[1]> {
  %w = rxt.param "w" [@a] : !rxt.tensor<f32[1]>
  return %w : !rxt.tensor<f32[1]>
})");
  EXPECT_THAT(program.failure(), HasSubstr("buffer @a is computed from itself"));
}

} // namespace
