// Kernels of kind `rows`: the same bits as their ops one by one, on every target and however the
// rows are cut.
#include "compiler/lower/KernelViews.h"
#include "compiler/lower/RowGroup.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/loops/LoopHarness.h"

using namespace mlir;

namespace rx::compiler {
namespace {

class RowsTest : public LoopTest {
protected:
  /// Checks as `check`, that the ops are one group, and that its bits are those of kernels of one
  /// op each.
  void checkRows(const std::string &text, const std::vector<Sizes> &all, Tolerance tolerance,
                 Fill fill = {}) {
    check(text, all, tolerance, fill);
    auto module = parseSourceString<ModuleOp>(text, &context);
    auto kernel = module->lookupSymbol<func::FuncOp>("k");
    EXPECT_TRUE(RowGroup::match(workOf(kernel)));
    for (const Sizes &sizes : all) {
      std::vector<rxt::ReferenceTensor> inputs = inputsOf(kernel, sizes, fill ? fill : uniform());
      expectEqual(launch(kernel, sizes, inputs), oneByOne(kernel, sizes, inputs));
    }
  }

  static SmallVector<Operation *> workOf(func::FuncOp kernel) {
    SmallVector<Operation *> ops;
    for (Operation &op : kernel.front().without_terminator())
      if (!isa<rxt::WindowOp>(op))
        ops.push_back(&op);
    return ops;
  }

private:
  /// What the kernel returns if every op is a kernel.
  std::vector<rxt::ReferenceTensor> oneByOne(func::FuncOp kernel, const Sizes &sizes,
                                             const std::vector<rxt::ReferenceTensor> &inputs) {
    llvm::DenseMap<Value, rxt::ReferenceTensor> values;
    for (auto [argument, input] : llvm::zip(kernel.getArguments(), inputs))
      values[argument] = input;
    for (Operation *op : workOf(kernel)) {
      std::vector<rxt::ReferenceTensor> operands;
      OwningOpRef<func::FuncOp> alone = kernelOf(op, values, operands);
      values[op->getResult(0)] = launch(*alone, sizes, operands).front();
    }
    std::vector<rxt::ReferenceTensor> results;
    for (Value value : kernel.front().getTerminator()->getOperands()) {
      if (!values.contains(value)) {
        std::vector<rxt::ReferenceTensor> operands;
        OwningOpRef<func::FuncOp> window = kernelOf(value.getDefiningOp(), values, operands);
        values[value] = launch(*window, sizes, operands).front();
      }
      results.push_back(values[value]);
    }
    return results;
  }

  /// A kernel of `op` and the windows that it reads through; `operands` are its arguments' values.
  OwningOpRef<func::FuncOp> kernelOf(Operation *op,
                                     const llvm::DenseMap<Value, rxt::ReferenceTensor> &values,
                                     std::vector<rxt::ReferenceTensor> &operands) {
    SmallVector<Type> types;
    for (Value operand : op->getOperands()) {
      types.push_back(behindWindows(operand).getType());
      operands.push_back(values.at(behindWindows(operand)));
    }
    OpBuilder builder(&context);
    auto function = func::FuncOp::create(op->getLoc(), "k",
                                         builder.getFunctionType(types, op->getResultTypes()));
    builder.setInsertionPointToStart(function.addEntryBlock());
    SmallVector<Value> inputs;
    for (auto [operand, argument] : llvm::zip(op->getOperands(), function.getArguments()))
      inputs.push_back(copyWindows(builder, operand, argument));
    Operation *copy = builder.clone(*op);
    copy->setOperands(inputs);
    func::ReturnOp::create(builder, op->getLoc(), copy->getResults());
    return function;
  }

  static Value copyWindows(OpBuilder &builder, Value value, Value source) {
    auto window = value.getDefiningOp<rxt::WindowOp>();
    if (!window)
      return source;
    IRMapping mapping;
    mapping.map(window.getInput(), copyWindows(builder, window.getInput(), source));
    return builder.clone(*window, mapping)->getResult(0);
  }

  static void expectEqual(const std::vector<rxt::ReferenceTensor> &rows,
                          const std::vector<rxt::ReferenceTensor> &apart) {
    ASSERT_EQ(rows.size(), apart.size());
    for (size_t result = 0; result < rows.size(); ++result)
      for (int64_t i = 0; i < rows[result].count(); ++i)
        ASSERT_EQ(rows[result].values[i].integer, apart[result].values[i].integer)
            << "bits of element " << i << " of result " << result;
  }
};

constexpr llvm::StringLiteral prelude = R"(
!x = !rxt.tensor<f32[b, t, d]>
!r = !rxt.tensor<f32[b, t]>
!g = !rxt.tensor<f32[d]>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#in = affine_map<(d0, d1, d2) -> (d2)>
#two = affine_map<(d0, d1) -> (d0, d1)>
)";

std::string squares(const std::string &result, const std::string &of) {
  return "  " + result + " = rxt.reduce sum(" + of + R"() by [#all] {
  ^bb0(%in_a: f32):
    %in_m = arith.mulf %in_a, %in_a : f32
    rxt.yield %in_m : f32
  } : (!x) -> !r
)";
}

/// `inputs` come before the sum of squares and the gain.
std::string norm(const std::string &result, const std::string &of, const std::string &sum) {
  return "  " + result + " = rxt.map(" + of + ", " + sum + R"(, %g) by [#all, #row, #in] {
  ^bb0(%in_a: f32, %in_s: f32, %in_w: f32):
    %in_n = rxt.size "d" : i32
    %in_f = arith.sitofp %in_n : i32 to f32
    %in_e = arith.constant 1.0e-6 : f32
    %in_m = arith.divf %in_s, %in_f : f32
    %in_o = arith.addf %in_m, %in_e : f32
    %in_h = math.rsqrt %in_o : f32
    %in_p = arith.mulf %in_a, %in_h : f32
    %in_q = arith.mulf %in_p, %in_w : f32
    rxt.yield %in_q : f32
  } : (!x, !r, !g) -> !x
)";
}

constexpr llvm::StringLiteral add = R"(  %z = rxt.map(%x, %y) by [#all, #all] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_m = arith.addf %in_a, %in_c : f32
    rxt.yield %in_m : f32
  } : (!x, !x) -> !x
)";

/// Quotients of small numbers: absolute errors of the equation.
constexpr Tolerance rounded{1e-5, 1e-5};

TEST_F(RowsTest, RootMeanSquareNorm) {
  checkRows(prelude.str() + "func.func @k(%x: !x, %g: !g) -> !x {\n" + squares("%s", "%x") +
                norm("%y", "%x", "%s") + "  return %y : !x\n}",
            sizesOf("b", "t", "d"), rounded);
}

/// Two norms, a sum between them that is returned too.
TEST_F(RowsTest, ResidualBetweenNorms) {
  checkRows(prelude.str() + "func.func @k(%x: !x, %u: !x, %g: !g) -> (!x, !x) {\n" +
                squares("%s", "%u") + norm("%y", "%u", "%s") + add.str() + squares("%q", "%z") +
                norm("%n", "%z", "%q") + "  return %z, %n : !x, !x\n}",
            sizesOf("b", "t", "d"), {2e-5, 2e-5});
}

/// 33 MB each: both results go past the caches, of the first a copy of one row is kept to be read.
TEST_F(RowsTest, ResultsLargerThanCaches) {
  std::string text = prelude.str() + "func.func @k(%x: !x, %y: !x, %g: !g) -> (!x, !x) {\n" +
                     add.str() + squares("%q", "%z") + norm("%n", "%z", "%q") +
                     "  return %z, %n : !x, !x\n}";
  check(text, {{{"b", 3}, {"t", 4400}, {"d", 640}}}, rounded);
  auto module = parseSourceString<ModuleOp>(text, &context);
  auto lowered =
      KernelLowering(cpuTargets().front()).lower(module->lookupSymbol<func::FuncOp>("k"));
  ASSERT_TRUE(succeeded(lowered));
  int pastCaches = 0;
  (*lowered->module)->walk([&](LLVM::StoreOp store) { pastCaches += store.getNontemporal(); });
  EXPECT_EQ(pastCaches, 2);
}

/// Exponentials are kept, maximum and sum are one number per row; ends of rows are masked.
TEST_F(RowsTest, Softmax) {
  checkRows(prelude.str() + R"(
func.func @k(%x: !x) -> (!x, !r) {
  %m = rxt.reduce max (%x) by [#all] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!x) -> !r
  %e = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_s = arith.subf %in_a, %in_c : f32
    %in_p = math.exp %in_s : f32
    rxt.yield %in_p : f32
  } : (!x, !r) -> !x
  %l = rxt.reduce sum (%e) by [#all] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!x) -> !r
  %y = rxt.map(%e, %l) by [#all, #row] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_s = arith.divf %in_a, %in_c : f32
    rxt.yield %in_s : f32
  } : (!x, !r) -> !x
  %z = rxt.map(%l, %m) by [#two, #two] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_s = math.log %in_a : f32
    %in_p = arith.addf %in_s, %in_c : f32
    rxt.yield %in_p : f32
  } : (!r, !r) -> !r
  return %y, %z : !x, !r
})",
            sizesOf("b", "t", "d"), rounded);
}

/// Memory is asked for the next row by the last that reads one, not by a first pass before others.
TEST_F(RowsTest, TheNextRowIsFetched) {
  auto fetches = [&](const std::string &ops) {
    auto module = parseSourceString<ModuleOp>(prelude.str() +
                                                  "func.func @k(%x: !x, %e: !rxt.tensor<f32[10, "
                                                  "d]>, %i: !rxt.tensor<i32[b, t]>) -> !x {" +
                                                  ops + "return %y : !x }",
                                              &context);
    KernelLowering lowering(*cpuTargets().begin(), Precision::F32);
    auto kernel = lowering.lower(module->lookupSymbol<func::FuncOp>("k"));
    EXPECT_TRUE(succeeded(kernel));
    int64_t count = 0;
    (**kernel->module)->walk([&](LLVM::Prefetch) { ++count; });
    return count > 0;
  };
  const std::string largest = R"(
    %m = rxt.reduce max (%x) by [#all] {
    ^bb0(%a: f32):
      rxt.yield %a : f32
    } : (!x) -> !r)";
  EXPECT_TRUE(fetches(largest + R"(
    %y = rxt.map(%x, %m) by [#all, #row] {
    ^bb0(%a: f32, %b: f32):
      %s = arith.subf %a, %b : f32
      rxt.yield %s : f32
    } : (!x, !r) -> !x )"));
  EXPECT_FALSE(fetches(largest + R"(
    %z = rxt.map(%m) by [#two] {
    ^bb0(%a: f32):
      %s = math.exp %a : f32
      rxt.yield %s : f32
    } : (!r) -> !r
    %y = rxt.map(%z) by [#row] {
    ^bb0(%a: f32):
      rxt.yield %a : f32
    } : (!r) -> !x )"));
  // Nor by a gather: what it reads next is not what lies behind.
  EXPECT_FALSE(fetches(largest + R"(
    %g = rxt.gather %e at %i axis 0 by #in, #row : (!rxt.tensor<f32[10, d]>, !rxt.tensor<i32[b, t]>) -> !x
    %y = rxt.map(%g, %m) by [#all, #row] {
    ^bb0(%a: f32, %b: f32):
      %s = arith.subf %a, %b : f32
      rxt.yield %s : f32
    } : (!x, !r) -> !x )"));
}

/// Heads cut out of a product, normed, turned by tables: windows of what the rows compute.
TEST_F(RowsTest, HeadsNormsAndRotations) {
  checkRows(R"(
!p = !rxt.tensor<f32[b, t, 96]>
!w = !rxt.tensor<f32[b, t, 3, 32]>
!h = !rxt.tensor<f32[b, 3, t, 32]>
!half = !rxt.tensor<f32[b, 3, t, 16]>
!s = !rxt.tensor<f32[b, 3, t]>
!c = !rxt.tensor<f32[t, 16]>
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#swap = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#table = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
func.func @k(%p: !p, %c: !c, %n: !c) -> !h {
  %w = rxt.window %p by affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 32 + d3)> : (!p) -> !w
  %s = rxt.reduce sum (%w) by [#swap] {
  ^bb0(%in_a: f32):
    %in_m = arith.mulf %in_a, %in_a : f32
    rxt.yield %in_m : f32
  } : (!w) -> !s
  %h = rxt.map(%w, %s) by [#swap, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>] {
  ^bb0(%in_a: f32, %in_q: f32):
    %in_r = math.rsqrt %in_q : f32
    %in_m = arith.mulf %in_a, %in_r : f32
    rxt.yield %in_m : f32
  } : (!w, !s) -> !h
  %l = rxt.window %h by #all : (!h) -> !half
  %u = rxt.window %h by affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3 + 16)> : (!h) -> !half
  %left = rxt.map(%l, %u, %c, %n) by [#all, #all, #table, #table] {
  ^bb0(%in_a: f32, %in_e: f32, %in_f: f32, %in_g: f32):
    %in_i = arith.mulf %in_a, %in_f : f32
    %in_j = arith.mulf %in_e, %in_g : f32
    %in_k = arith.subf %in_i, %in_j : f32
    rxt.yield %in_k : f32
  } : (!half, !half, !c, !c) -> !half
  %right = rxt.map(%l, %u, %c, %n) by [#all, #all, #table, #table] {
  ^bb0(%in_a: f32, %in_e: f32, %in_f: f32, %in_g: f32):
    %in_i = arith.mulf %in_e, %in_f : f32
    %in_j = arith.mulf %in_a, %in_g : f32
    %in_k = arith.addf %in_i, %in_j : f32
    rxt.yield %in_k : f32
  } : (!half, !half, !c, !c) -> !half
  %first = rxt.window %left by #all else 0.0 : f32 : (!half) -> !h
  %last = rxt.window %right by affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3 - 16)> else 0.0 : f32 : (!half) -> !h
  %y = rxt.map(%first, %last) by [#all, #all] {
  ^bb0(%in_a: f32, %in_e: f32):
    %in_i = rxt.index 3 : i32
    %in_half = arith.constant 16 : i32
    %in_is = arith.cmpi slt, %in_i, %in_half : i32
    %in_k = arith.select %in_is, %in_a, %in_e : f32
    rxt.yield %in_k : f32
  } : (!h, !h) -> !h
  return %y : !h
})",
            sizesOf("b", "t"), rounded);
}

/// A table of positions is read again while it is in cache: heads are the fastest axis.
TEST_F(RowsTest, AxesThatOperandsLackAreFastest) {
  std::string text = R"(
!x = !rxt.tensor<f32[h, t, 24]>
!c = !rxt.tensor<f32[t, 24]>
func.func @k(%x: !x, %c: !c) -> !x {
  %y = rxt.map(%x, %c) by [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>] {
  ^bb0(%in_a: f32, %in_b: f32):
    %in_m = arith.mulf %in_a, %in_b : f32
    rxt.yield %in_m : f32
  } : (!x, !c) -> !x
  return %y : !x
})";
  checkRows(text, sizesOf("h", "t"), rounded);
  auto module = parseSourceString<ModuleOp>(text, &context);
  auto group = RowGroup::match(workOf(module->lookupSymbol<func::FuncOp>("k")));
  ASSERT_TRUE(group);
  EXPECT_EQ(group->rowSizes()[0], SizeExpr::symbol("t"));
  EXPECT_EQ(group->rowSizes()[1], SizeExpr::symbol("h"));
}

/// Axes are put together where the result lies, or permuted.
TEST_F(RowsTest, HeadsInOneAxis) {
  for (auto [type, map] :
       {std::pair("f32[b, t, 96]", "(d0, d1, d2) -> (d0, d2 floordiv 32, d1, d2 mod 32)"),
        std::pair("f32[t, 3, b, 32]", "(d0, d1, d2, d3) -> (d2, d1, d0, d3)")})
    checkRows(std::string(R"(
!h = !rxt.tensor<f32[b, 3, t, 32]>
!s = !rxt.tensor<f32[b, 3, t]>
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
func.func @k(%x: !h) -> !rxt.tensor<)") +
                  type + R"(> {
  %s = rxt.reduce max (%x) by [#all] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!h) -> !s
  %h = rxt.map(%x, %s) by [#all, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>] {
  ^bb0(%in_a: f32, %in_q: f32):
    %in_m = arith.subf %in_a, %in_q : f32
    rxt.yield %in_m : f32
  } : (!h, !s) -> !h
  %y = rxt.window %h by affine_map<)" +
                  map + "> : (!h) -> !rxt.tensor<" + type + R"(>
  return %y : !rxt.tensor<)" +
                  type + ">\n}",
              sizesOf("b", "t"), equation);
}

/// Maps alone: a row is a line; what lies between is f64 and a truth value.
TEST_F(RowsTest, TablesOfAngles) {
  checkRows(R"(
!a = !rxt.tensor<f64[t, 24]>
!c = !rxt.tensor<f32[t, 24]>
!m = !rxt.tensor<i1[t, 24]>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @k(%x: !rxt.tensor<f32[t]>) -> (!c, !c) {
  %a = rxt.map(%x) by [affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%in_p: f32):
    %in_i = rxt.index 1 : i32
    %in_f = arith.sitofp %in_i : i32 to f64
    %in_q = arith.extf %in_p : f32 to f64
    %in_m = arith.mulf %in_q, %in_f : f64
    rxt.yield %in_m : f64
  } : (!rxt.tensor<f32[t]>) -> !a
  %c = rxt.map(%a) by [#all] {
  ^bb0(%in_p: f64):
    %in_m = math.cos %in_p : f64
    %in_q = arith.truncf %in_m : f64 to f32
    rxt.yield %in_q : f32
  } : (!a) -> !c
  %m = rxt.map(%c) by [#all] {
  ^bb0(%in_p: f32):
    %in_z = arith.constant 0.0 : f32
    %in_q = arith.cmpf olt, %in_p, %in_z : f32
    rxt.yield %in_q : i1
  } : (!c) -> !m
  %s = rxt.map(%a, %m) by [#all, #all] {
  ^bb0(%in_p: f64, %in_n: i1):
    %in_m = math.sin %in_p : f64
    %in_q = arith.truncf %in_m : f64 to f32
    %in_z = arith.negf %in_q : f32
    %in_o = arith.select %in_n, %in_q, %in_z : f32
    rxt.yield %in_o : f32
  } : (!a, !m) -> !c
  return %c, %s : !c, !c
})",
            sizesOf("t"), equation);
}

/// Rows picked by position, from outside and from what the group has computed of its row.
TEST_F(RowsTest, GathersOfRowsAndInRows) {
  checkRows(prelude.str() + R"(
func.func @k(%e: !rxt.tensor<f32[10, d]>, %i: !rxt.tensor<i32[b, t]>, %c: !rxt.tensor<i32[b, t]>) -> (!x, !r) {
  %x = rxt.gather %e at %i axis 0 by #in, #row : (!rxt.tensor<f32[10, d]>, !rxt.tensor<i32[b, t]>) -> !x
  %y = rxt.map(%x) by [#all] {
  ^bb0(%in_a: f32):
    %in_m = math.exp %in_a : f32
    rxt.yield %in_m : f32
  } : (!x) -> !x
  %s = rxt.reduce sum (%y) by [#all] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!x) -> !r
  %p = rxt.gather %y at %c axis 2 by #two, #two : (!x, !rxt.tensor<i32[b, t]>) -> !r
  %z = rxt.map(%p, %s) by [#two, #two] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_m = arith.divf %in_a, %in_c : f32
    rxt.yield %in_m : f32
  } : (!r, !r) -> !r
  return %y, %z : !x, !r
})",
            {{{"b", 2}, {"t", 3}, {"d", 10}},
             {{"b", 1}, {"t", 17}, {"d", 33}},
             {{"b", 0}, {"t", 3}, {"d", 16}},
             {{"b", drawn(5)}, {"t", drawn(20)}, {"d", 9 + drawn(60)}}},
            rounded);
}

/// One row of nothing but numbers.
TEST_F(RowsTest, Numbers) {
  checkRows(R"(
!x = !rxt.tensor<f32[b, t]>
!n = !rxt.tensor<f64[]>
func.func @k(%x: !x, %n: !n) -> !n {
  %s = rxt.reduce sum (%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%in_a: f32):
    %in_m = arith.extf %in_a : f32 to f64
    rxt.yield %in_m : f64
  } : (!x) -> !n
  %y = rxt.map(%s, %n) by [affine_map<() -> ()>, affine_map<() -> ()>] {
  ^bb0(%in_a: f64, %in_e: f64):
    %in_m = arith.addf %in_a, %in_e : f64
    rxt.yield %in_m : f64
  } : (!n, !n) -> !n
  return %y : !n
})",
            sizesOf("b", "t"), {1e-12, 1e-12});
}

//===-- What is no group ---===//

class NoRowsTest : public RowsTest {
protected:
  bool isGroup(const std::string &body) {
    auto module = parseSourceString<ModuleOp>(prelude.str() + body, &context);
    return RowGroup::match(workOf(module->lookupSymbol<func::FuncOp>("k"))).has_value();
  }
};

/// A row would read another row.
TEST_F(NoRowsTest, NeighboursInTime) {
  EXPECT_FALSE(isGroup(R"(func.func @k(%x: !x) -> !x {
  %e = rxt.map(%x) by [#all] {
  ^bb0(%in_a: f32):
    %in_m = math.exp %in_a : f32
    rxt.yield %in_m : f32
  } : (!x) -> !x
  %w = rxt.window %e by affine_map<(d0, d1, d2) -> (d0, d1 - 1, d2)> else 0.0 : f32 : (!x) -> !x
  %y = rxt.map(%e, %w) by [#all, #all] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_m = arith.addf %in_a, %in_c : f32
    rxt.yield %in_m : f32
  } : (!x, !x) -> !x
  return %y : !x
})"));
}

/// What is the same for every row is not computed again for each.
TEST_F(NoRowsTest, SharedByRows) {
  EXPECT_FALSE(isGroup(R"(func.func @k(%x: !x, %g: !g) -> !x {
  %e = rxt.map(%g) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%in_a: f32):
    %in_m = math.exp %in_a : f32
    rxt.yield %in_m : f32
  } : (!g) -> !g
  %y = rxt.map(%x, %e) by [#all, #in] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_m = arith.addf %in_a, %in_c : f32
    rxt.yield %in_m : f32
  } : (!x, !g) -> !x
  return %y : !x
})"));
}

/// A whole matrix, of unknown sizes, in every row.
TEST_F(NoRowsTest, LargeRows) {
  EXPECT_FALSE(isGroup(R"(func.func @k(%x: !x) -> !rxt.tensor<f32[b]> {
  %e = rxt.map(%x) by [#all] {
  ^bb0(%in_a: f32):
    %in_m = math.exp %in_a : f32
    rxt.yield %in_m : f32
  } : (!x) -> !x
  %y = rxt.reduce sum (%e) by [#all] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!x) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
})"));
}

/// Sums along an outer axis run along lanes that are different rows.
TEST_F(NoRowsTest, LanesAcrossRows) {
  EXPECT_FALSE(isGroup(R"(func.func @k(%x: !x) -> !x {
  %s = rxt.reduce sum (%x) by [affine_map<(d0, d1, d2) -> (d0, d2, d1)>] {
  ^bb0(%in_a: f32):
    rxt.yield %in_a : f32
  } : (!x) -> !rxt.tensor<f32[b, d]>
  %y = rxt.map(%x, %s) by [#all, affine_map<(d0, d1, d2) -> (d0, d2)>] {
  ^bb0(%in_a: f32, %in_c: f32):
    %in_m = arith.subf %in_a, %in_c : f32
    rxt.yield %in_m : f32
  } : (!x, !rxt.tensor<f32[b, d]>) -> !x
  return %y : !x
})"));
}

} // namespace
} // namespace rx::compiler
