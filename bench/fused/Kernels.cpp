#include "bench/fused/Kernels.h"

#include "compiler/lower/PanelUses.h"
#include "dialects/rxt/Evaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/ErrorHandling.h"

#include <cstdlib>
#include <cstring>
#include <random>

using namespace mlir;

namespace rx::bench {

using compiler::LoweredKernel;

struct FusedKernel::State {
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<void, Free>;
  static Memory allocate(int64_t bytes) {
    return Memory(std::aligned_alloc(64, (bytes + 127) / 64 * 64));
  }

  std::optional<compiler::LoadedKernels> loaded;
  rx_kernel function = nullptr;
  std::vector<Memory> memory;
  std::vector<rx_operand> operands;
  std::vector<int64_t> sizes;
  int64_t extent = 0;
  Memory scratch;

  /// Memory of so many bytes, which make a small number of whatever they are.
  void fill(rx_operand &operand, int64_t bytes) {
    memory.push_back(allocate(bytes));
    operand.data = memory.back().get();
    std::memset(operand.data, 0x2C, bytes);
  }

  /// Memory for a tensor of `type`, filled.
  void add(const rxt::Evaluation &shapes, rxt::TensorType type, int32_t integer) {
    std::vector<int64_t> shape = shapes.shapeOf(type);
    rx_operand operand{};
    int64_t count = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      operand.strides[axis] = count;
      count *= shape[axis];
    }
    memory.push_back(allocate(count * 4));
    operand.data = memory.back().get();
    std::minstd_rand rng(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (int64_t i = 0; i < count; ++i)
      if (type.getElementType().isF32())
        static_cast<float *>(operand.data)[i] = uniform(rng);
      else
        static_cast<int32_t *>(operand.data)[i] = integer;
    operands.push_back(operand);
  }
};

FusedKernel::FusedKernel(const std::string &text, const SizeExpr::Bindings &sizes, int32_t integer,
                         const FusedOptions &options)
    : state(std::make_unique<State>()) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<rxt::RxtDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  auto kernel = module->lookupSymbol<func::FuncOp>("k");
  if (!options.weights.isDense())
    kernel.setArgAttr(1, compiler::formAttribute, StringAttr::get(&context, options.weights.str()));
  FailureOr<LoweredKernel> lowered =
      compiler::KernelLowering(*options.target, options.precision).lower(kernel);
  if (failed(lowered))
    llvm::report_fatal_error("the kernel of the benchmark does not lower");
  compiler::ObjectCache cache(options.cacheFolder);
  compiler::KernelObject object = llvm::cantFail(cache.get(**lowered->module, *options.target));
  state->loaded = llvm::cantFail(compiler::LoadedKernels::load(object));
  state->function = state->loaded->find(object.symbol);
  rxt::Evaluation shapes(rxt::Precision::F32, sizes, {});
  for (TypeRange types : {TypeRange(kernel.getArgumentTypes()), TypeRange(kernel.getResultTypes())})
    for (Type type : types)
      state->add(shapes, cast<rxt::TensorType>(type), integer);
  if (!options.weights.isDense()) {
    std::vector<int64_t> shape =
        shapes.shapeOf(cast<rxt::TensorType>(kernel.getArgumentTypes()[1]));
    state->fill(state->operands[1], *options.weights.bytes(shape[0], shape[1]));
  }
  for (const SizeExpr &size : lowered->sizes)
    state->sizes.push_back(*size.evaluate(sizes));
  state->extent = *lowered->extent.evaluate(sizes);
  state->scratch = State::allocate(*lowered->scratchBytes.evaluate(sizes));
}

FusedKernel::~FusedKernel() = default;

void FusedKernel::run() {
  rx_launch launch{state->operands.data(), state->sizes.data(), 0, state->extent,
                   state->scratch.get()};
  state->function(&launch);
}

std::string attentionText() {
  return R"(
!q = !rxt.tensor<f32[b, 1, 4, t, 256]>
!k = !rxt.tensor<f32[b, 1, t, 256]>
!v = !rxt.tensor<f32[b, t, 1, 256]>
!s = !rxt.tensor<f32[b, 1, 4, t, t]>
!m = !rxt.tensor<f32[b, 1, 4, t]>
!i = !rxt.tensor<i32[]>
#all = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#row = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#none = affine_map<(d0, d1, d2, d3, d4) -> ()>
#q = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#k = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
#v = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d1, d4)>
func.func @k(%q: !q, %k: !k, %v: !v, %w: !i) -> !q {
  %s = rxt.contract(%q, %k) by [#q, #k] : (!q, !k) -> !s
  %x = rxt.map(%s, %w) by [#all, #none] {
  ^bb0(%a: f32, %window: i32):
    %u = rxt.index 4 : i32
    %t = rxt.index 3 : i32
    %ninf = arith.constant 0xFF800000 : f32
    %scale = arith.constant 16.0 : f32
    %z = arith.divf %a, %scale : f32
    %uf = arith.sitofp %u : i32 to f32
    %tf = arith.sitofp %t : i32 to f32
    %past = arith.cmpf ole, %uf, %tf : f32
    %distance = arith.subi %t, %u : i32
    %near = arith.cmpi slt, %distance, %window : i32
    %both = arith.andi %past, %near : i1
    %e = arith.select %both, %z, %ninf : f32
    rxt.yield %e : f32
  } : (!s, !i) -> !s
  %m = rxt.reduce max(%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !m
  %p = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %d = arith.subf %a, %c : f32
    %e = math.exp %d : f32
    rxt.yield %e : f32
  } : (!s, !m) -> !s
  %l = rxt.reduce sum(%p) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !m
  %o = rxt.contract(%p, %v) by [#q, #v] : (!s, !v) -> !q
  %y = rxt.map(%o, %l) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %d = arith.divf %a, %c : f32
    rxt.yield %d : f32
  } : (!q, !m) -> !q
  return %y : !q
})";
}

std::string logSumExpText() {
  return R"(
!h = !rxt.tensor<f32[t, 640]>
!w = !rxt.tensor<f32[v, 640]>
!z = !rxt.tensor<f32[t, v]>
!r = !rxt.tensor<f32[t]>
!i = !rxt.tensor<i32[t]>
#all = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#one = affine_map<(d0) -> (d0)>
func.func @k(%h: !h, %w: !w, %y: !i) -> (!r, !r, !r) {
  %s = rxt.contract(%h, %w) by [affine_map<(d0, d1, d2) -> (d0, d2)>,
                                affine_map<(d0, d1, d2) -> (d1, d2)>] : (!h, !w) -> !z
  %x = rxt.map(%s) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !z
  %m = rxt.reduce max(%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !r
  %p = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %b: f32):
    %d = arith.subf %a, %b : f32
    %e = math.exp %d : f32
    rxt.yield %e : f32
  } : (!z, !r) -> !z
  %l = rxt.reduce sum(%p) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !r
  %c = rxt.gather %s at %y axis 1 by #one, #one : (!z, !i) -> !r
  return %m, %l, %c : !r, !r, !r
})";
}

} // namespace rx::bench
