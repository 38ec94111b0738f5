#include "tests/compiler/lower/loops/LoopHarness.h"
#include "compiler/lower/PanelUses.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"
#include <array>
#include <cmath>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

namespace rx::compiler {

//===-- Memory ---===//

GuardedBytes::GuardedBytes(size_t count) : count(count) {
  size_t page = sysconf(_SC_PAGESIZE), usable = (count + page - 1) / page * page;
  length = usable + page;
  base = static_cast<char *>(
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  EXPECT_NE(base, MAP_FAILED);
  EXPECT_EQ(mprotect(base + usable, page, PROT_NONE), 0);
  data = base + usable - count;
  std::memset(data, 0xff, count);
}

GuardedBytes::GuardedBytes(GuardedBytes &&other) noexcept
    : data(other.data), count(other.count), base(std::exchange(other.base, nullptr)),
      length(other.length) {}

GuardedBytes::~GuardedBytes() {
  if (base)
    munmap(base, length);
}

static size_t bytesOf(rxt::ElementKind kind) { return std::max(rxt::bitsOf(kind) / 8, 1u); }

static GuardedBytes toMemory(const rxt::ReferenceTensor &tensor) {
  GuardedBytes bytes(tensor.count() * bytesOf(tensor.kind));
  for (int64_t i = 0; i < tensor.count(); ++i) {
    char *at = bytes.data + i * bytesOf(tensor.kind);
    if (tensor.kind == rxt::ElementKind::F32) {
      float value = static_cast<float>(tensor.real(i));
      std::memcpy(at, &value, sizeof value);
    } else {
      // Little endian: the low bytes of an integer come first.
      int64_t integer = tensor.integer(i); // of f64, the bits
      std::memcpy(at, &integer, bytesOf(tensor.kind));
    }
  }
  return bytes;
}

static double elementAt(const GuardedBytes &bytes, rxt::ElementKind kind, int64_t index) {
  const char *at = bytes.data + index * bytesOf(kind);
  auto as = [&](auto value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<double>(value);
  };
  switch (kind) {
  case rxt::ElementKind::F32:
    return as(float());
  case rxt::ElementKind::F64:
    return as(double());
  case rxt::ElementKind::I1:
    return as(uint8_t());
  case rxt::ElementKind::I8:
    return as(int8_t());
  case rxt::ElementKind::I32:
    return as(int32_t());
  case rxt::ElementKind::I64:
    return as(int64_t());
  default:
    ADD_FAILURE() << "the harness has no elements of this kind";
    return 0;
  }
}

//===-- One kernel on one target ---===//

namespace {

class Launcher {
public:
  Launcher(const LoweredKernel &kernel, rx_kernel function, const SizeExpr::Bindings &sizes,
           const std::vector<rxt::ReferenceTensor> &inputs)
      : kernel(kernel), function(function), sizes(sizes) {
    for (const rxt::ReferenceTensor &input : inputs) {
      memory.push_back(toMemory(input));
      inputOperands.push_back(operandOf(memory.back(), input));
    }
  }

  /// Puts an input into panels.
  void pack(unsigned input, const runtime::test::StoredMatrix &matrix, const PanelForm &form) {
    std::vector<std::byte> panels = matrix.packed(form);
    memory.emplace_back(panels.size());
    std::memcpy(memory.back().data, panels.data(), panels.size());
    inputOperands[input] = {memory.back().data, {}};
  }

  /// The results of calls for the parts of [0, extent) between `cuts`, the last part first.
  std::vector<GuardedBytes> run(std::vector<int64_t> cuts,
                                const std::vector<rxt::ReferenceTensor> &like) const {
    std::vector<GuardedBytes> outputs;
    std::vector<rx_operand> operands = inputOperands;
    for (const rxt::ReferenceTensor &result : like) {
      outputs.emplace_back(result.count() * bytesOf(result.kind));
      operands.push_back(operandOf(outputs.back(), result));
    }
    if (kernel.updated) // lies where the result is made
      std::memcpy(operands[inputOperands.size()].data, inputOperands[*kernel.updated].data,
                  like.front().count() * bytesOf(like.front().kind));
    std::vector<int64_t> sizeValues;
    for (const SizeExpr &size : kernel.sizes)
      sizeValues.push_back(*size.evaluate(sizes));
    // NaN: what a call reads from scratch, it must have written itself.
    std::vector<char> scratch(*kernel.scratchBytes.evaluate(sizes) + 64, '\xff');
    char *aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
    cuts.insert(cuts.begin(), 0);
    cuts.push_back(*kernel.extent.evaluate(sizes));
    for (size_t part = cuts.size() - 1; part > 0; --part) {
      rx_launch launch{operands.data(), sizeValues.data(), cuts[part - 1], cuts[part], aligned};
      function(&launch);
    }
    return outputs;
  }

private:
  static rx_operand operandOf(const GuardedBytes &bytes, const rxt::ReferenceTensor &like) {
    rx_operand operand{bytes.data, {}};
    std::vector<int64_t> strides = like.strides();
    std::copy(strides.begin(), strides.end(), operand.strides);
    return operand;
  }

  const LoweredKernel &kernel;
  rx_kernel function;
  const SizeExpr::Bindings &sizes;
  std::vector<GuardedBytes> memory;
  std::vector<rx_operand> inputOperands;
};

std::string describe(const SizeExpr::Bindings &sizes) {
  std::string text;
  for (auto &[name, value] : sizes)
    text += name + "=" + std::to_string(value) + " ";
  return text;
}

void compare(const std::vector<GuardedBytes> &actual,
             const std::vector<rxt::ReferenceTensor> &wanted, Tolerance tolerance) {
  for (size_t result = 0; result < wanted.size(); ++result) {
    const rxt::ReferenceTensor &tensor = wanted[result];
    Tolerance allowed = rxt::isFloat(tensor.kind) ? tolerance : exact;
    for (int64_t i = 0; i < tensor.count(); ++i) {
      double expected = rxt::isFloat(tensor.kind) ? tensor.real(i) : double(tensor.integer(i));
      double value = elementAt(actual[result], tensor.kind, i);
      if (!allowed.allows(value, expected)) {
        ADD_FAILURE() << "result " << result << " element " << i << " of " << tensor.count() << ": "
                      << value << ", the reference says " << expected;
        return;
      }
    }
  }
}

std::vector<std::vector<int64_t>> cutsOf(int64_t extent) {
  std::vector<std::vector<int64_t>> cuts = {{extent / 2}, {extent / 3, extent - extent / 7}};
  if (extent <= 70) {
    cuts.emplace_back();
    for (int64_t i = 1; i < extent; ++i)
      cuts.back().push_back(i);
  }
  return cuts;
}

} // namespace

//===-- The fixture ---===//

LoopTest::LoopTest() {
  registry.insert<rxt::RxtDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect>();
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

LoopTest::Fill LoopTest::uniform(int64_t below) {
  return [this, below](unsigned, std::vector<int64_t> shape, rxt::ElementKind kind) {
    auto tensor = rxt::ReferenceTensor::zeros(std::move(shape), kind);
    std::uniform_real_distribution<float> real(-2, 2);
    std::uniform_int_distribution<int64_t> integer(0, kind == rxt::ElementKind::I1 ? 1 : below - 1);
    auto number = [&] {
      float value = real(rng);
      return double(products == Precision::BF16 ? roundedToBf16(value) : value);
    };
    for (rxt::Scalar &value : tensor.values)
      value = rxt::isFloat(kind) ? rxt::scalarOf(number()) : rxt::scalarOf(integer(rng));
    return tensor;
  };
}

LoopTest::Fill LoopTest::uniformBelow(const std::string &symbol) {
  return [this, symbol](unsigned argument, std::vector<int64_t> shape, rxt::ElementKind kind) {
    return uniform(current.at(symbol))(argument, std::move(shape), kind);
  };
}

static std::vector<rxt::ReferenceTensor> evaluate(func::FuncOp kernel,
                                                  const SizeExpr::Bindings &sizes,
                                                  const std::vector<rxt::ReferenceTensor> &inputs,
                                                  rxt::Precision precision) {
  rxt::Evaluation evaluation(precision, sizes, {});
  std::vector<rxt::ReferenceValue> arguments(inputs.begin(), inputs.end()), results;
  for (unsigned i = 0; i < inputs.size(); ++i)
    if (auto name = kernel.getArgAttrOfType<StringAttr>(i, "rx.name"))
      evaluation.bindPresence(name,
                              {cast<rxt::TensorType>(kernel.getArgumentTypes()[i]), inputs[i]});
  EXPECT_TRUE(succeeded(evaluation.call(kernel, arguments, results)));
  std::vector<rxt::ReferenceTensor> tensors;
  for (const rxt::ReferenceValue &result : results)
    tensors.push_back(result.tensor());
  return tensors;
}

namespace {

std::string textOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream out(text);
  op->print(out, OpPrintingFlags().useLocalScope());
  return text;
}

} // namespace

/// What is compiled: an argument of the kernel may lie in panels.
struct LoopTest::Request {
  func::FuncOp kernel;
  Precision products;
  const std::optional<LoopWeights> &weights;

  /// How the weights lie in memory for products on `target`.
  PanelForm panels(const CpuTarget &target) const {
    return {weights->element, target.gemm.vectors * target.lanes(/*elementBits=*/32)};
  }
  void setForm(const CpuTarget &target) {
    if (weights)
      kernel.setArgAttr(weights->argument, formAttribute,
                        StringAttr::get(kernel.getContext(), panels(target).str()));
  }
  Launcher launcher(const Compiled &compiled, const SizeExpr::Bindings &sizes,
                    const std::vector<rxt::ReferenceTensor> &inputs) const {
    Launcher launcher(compiled.kernel, compiled.function, sizes, inputs);
    if (weights)
      launcher.pack(weights->argument, *weights->matrix, panels(*compiled.target));
    return launcher;
  }
};

/// Links the code for all targets at once. Known kernels are those that the test has compiled.
std::vector<LoopTest::Compiled> LoopTest::compile(Request &request,
                                                  llvm::ArrayRef<const CpuTarget *> targets) {
  std::vector<Compiled> all;
  std::vector<CodeRequest> code;
  for (const CpuTarget *target : targets) {
    request.setForm(*target);
    std::string key = (target->name + nameOf(products) + textOf(request.kernel)).str();
    auto [known, isNew] = lowered.try_emplace(key);
    if (isNew) {
      FailureOr<LoweredKernel> kernel = KernelLowering(*target, products).lower(request.kernel);
      EXPECT_TRUE(succeeded(kernel));
      if (failed(kernel))
        return {};
      known->second = std::move(*kernel);
    }
    all.push_back({target, known->second, nullptr});
    code.push_back({**known->second.module, target});
  }
  for (auto [compiled, function] : llvm::zip(all, codeOf(code)))
    compiled.function = function;
  return all;
}

namespace {

rxt::ReferenceTensor fromMemory(const GuardedBytes &bytes, rxt::ReferenceTensor like) {
  for (int64_t i = 0; i < like.count(); ++i) {
    double element = elementAt(bytes, like.kind, i);
    like.values[i] = rxt::isFloat(like.kind) ? rxt::scalarOf(element)
                                             : rxt::scalarOf(static_cast<int64_t>(element));
  }
  return like;
}

void expectSameBits(const std::vector<GuardedBytes> &actual,
                    const std::vector<GuardedBytes> &wanted, const std::string &how) {
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_EQ(std::memcmp(actual[i].data, wanted[i].data, wanted[i].count), 0)
        << "result " << i << " has other bits " << how;
}

} // namespace

std::vector<rxt::ReferenceTensor> LoopTest::launch(func::FuncOp kernel, const Sizes &sizes,
                                                   const std::vector<rxt::ReferenceTensor> &inputs,
                                                   const CpuTarget *target) {
  if (!target)
    target = llvm::find_if(cpuTargets(), [](const CpuTarget &t) { return hostRuns(t); });
  Request request{kernel, products, weights};
  std::vector<Compiled> compiled = compile(request, target);
  if (compiled.empty())
    return {};
  rxt::Evaluation shapes(rxt::Precision::F64, sizes, {});
  std::vector<rxt::ReferenceTensor> results;
  for (Type type : kernel.getResultTypes())
    results.push_back(shapes.allocate(cast<rxt::TensorType>(type)));
  auto memory = request.launcher(compiled.front(), sizes, inputs).run({}, results);
  for (auto [result, bytes] : llvm::zip(results, memory))
    result = fromMemory(bytes, std::move(result));
  return results;
}

std::vector<rxt::ReferenceTensor> LoopTest::inputsOf(func::FuncOp kernel, const Sizes &sizes,
                                                     const Fill &fill) {
  rxt::Evaluation shapes(rxt::Precision::F64, sizes, {});
  current = sizes;
  std::vector<rxt::ReferenceTensor> inputs;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    auto tensor = cast<rxt::TensorType>(type);
    inputs.push_back(
        fill(index, shapes.shapeOf(tensor), *rxt::elementKindOf(tensor.getElementType())));
    if (weights && weights->argument == index) {
      std::vector<int64_t> shape = shapes.shapeOf(tensor);
      weights->matrix.emplace(weights->element, shape[0], shape[1], rng);
      for (auto [value, stored] : llvm::zip(inputs.back().values, weights->matrix->values))
        value = rxt::scalarOf(double(stored));
    }
  }
  return inputs;
}

void LoopTest::check(llvm::StringRef text, const std::vector<Sizes> &sizes, Tolerance tolerance,
                     Fill fill) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text.str();
  auto kernel = module->lookupSymbol<func::FuncOp>("k");
  if (!fill)
    fill = uniform();
  Request request{kernel, products, weights};
  std::vector<Compiled> everywhere = compile(request, runnableTargets());
  for (const Sizes &bound : sizes) {
    std::vector<rxt::ReferenceTensor> inputs = inputsOf(kernel, bound, fill);
    std::vector<rxt::ReferenceTensor> wanted = evaluate(kernel, bound, inputs, precision);
    std::map<bool, std::vector<GuardedBytes>> ofKinds;
    llvm::SmallPtrSet<void *, 8> seen; // targets may share their code
    for (const Compiled &compiled : everywhere) {
      if (!seen.insert(reinterpret_cast<void *>(compiled.function)).second)
        continue;
      SCOPED_TRACE(compiled.target->name.str() + " " + describe(bound));
      Launcher launcher = request.launcher(compiled, bound, inputs);
      std::vector<GuardedBytes> whole = launcher.run({}, wanted);
      compare(whole, wanted, tolerance);
      for (const std::vector<int64_t> &cuts : cutsOf(*compiled.kernel.extent.evaluate(bound)))
        expectSameBits(launcher.run(cuts, wanted), whole,
                       "in " + std::to_string(cuts.size() + 1) + " parts");
      std::vector<GuardedBytes> &first = ofKinds[kindOf(*compiled.target)];
      if (!first.empty())
        expectSameBits(whole, first, "than on the first target of its kind");
      else
        first = std::move(whole);
      if (HasFailure())
        return;
    }
  }
}

//===-- Sizes ---===//

static constexpr int draws = 3;

std::vector<SizeExpr::Bindings> LoopTest::sizesOf(const std::string &a) {
  std::vector<int64_t> values = {1, 7, 16, 17, 33, 64, 200, 0};
  for (int i = 0; i < draws; ++i)
    values.push_back(drawn(200));
  std::vector<Sizes> sizes;
  for (int64_t value : values)
    sizes.push_back({{a, value}});
  return sizes;
}

std::vector<SizeExpr::Bindings> LoopTest::sizesOf(const std::string &a, const std::string &b) {
  std::vector<std::pair<int64_t, int64_t>> values = {{1, 1},  {7, 17}, {33, 7}, {1, 64},
                                                     {48, 1}, {0, 5},  {5, 0},  {3, 300}};
  for (int i = 0; i < draws; ++i) {
    int64_t x = drawn(48);
    values.emplace_back(x, drawn(std::min<int64_t>(300, 900 / x)));
  }
  std::vector<Sizes> sizes;
  for (auto [x, y] : values)
    sizes.push_back({{a, x}, {b, y}});
  return sizes;
}

std::vector<SizeExpr::Bindings> LoopTest::sizesOf(const std::string &a, const std::string &b,
                                                  const std::string &c) {
  std::vector<std::array<int64_t, 3>> values = {{1, 1, 1},  {7, 17, 33}, {2, 16, 7},
                                                {3, 1, 64}, {33, 2, 1},  {0, 3, 3},
                                                {2, 0, 5},  {2, 5, 0},   {2, 70, 40}};
  for (int i = 0; i < draws; ++i) {
    int64_t x = drawn(64);
    values.push_back({x, drawn(70), drawn(std::min<int64_t>(64, 300 / x))});
  }
  std::vector<Sizes> sizes;
  for (auto [x, y, z] : values)
    sizes.push_back({{a, x}, {b, y}, {c, z}});
  return sizes;
}

} // namespace rx::compiler
