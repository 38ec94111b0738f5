// Weights that functions compute, from the text of a module to numbers, against the interpreter.
#include "compiler/reference/Interpreter.h"
#include "tests/compiler/lower/loops/Tolerances.h"
#include "tests/compiler/pipeline/PipelineFixture.h"

#include <cmath>
#include <random>

using namespace rx::runtime;
using rx::compiler::Tolerance;
using rx::rxt::Precision;
using rx::rxt::ReferenceTensor;

namespace {

/// f32 inputs of magnitude 1 round by 6e-8 before they are decomposed. That turns a vector by as
/// much over the distance of its singular value from the next one, here above 0.1, and lora_b is
/// 3 times as long: 2e-6, and a factor of 5 for sums of several such elements.
constexpr Tolerance decomposed{1e-5, 1e-5};

std::vector<float> randomValues(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(count);
  for (float &value : values)
    value = uniform(random);
  return values;
}

/// The tensor `w<n>` of any file.
std::vector<float> stored(const std::string &tensor, size_t count) {
  return randomValues(count, static_cast<unsigned>(std::stoi(tensor.substr(1))));
}

Status load(const std::string &, const std::string &tensor, std::span<float> out) {
  std::vector<float> values = stored(tensor, out.size());
  std::copy(values.begin(), values.end(), out.begin());
  return Status::ok();
}

class ComputedBuffers : public rx::compiler::test::PipelineFixture {
protected:
  ComputedBuffers() { context.loadDialect<mlir::func::FuncDialect>(); }

  /// What the definition gives in f64.
  std::vector<ReferenceTensor> reference(const std::string &program,
                                         std::vector<ReferenceTensor> arguments) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    rx::compiler::Interpreter interpreter(*module, Precision::F64);
    for (const char *name : {"w0", "w1"}) {
      std::vector<float> values = stored(name, 24 * 16);
      interpreter.bindBuffer(name,
                             ReferenceTensor::ofReals({24, 16}, {values.begin(), values.end()}));
    }
    auto results = interpreter.run(program, arguments);
    if (!results)
      ADD_FAILURE() << llvm::toString(results.takeError());
    return results ? *results : std::vector<ReferenceTensor>();
  }

  TensorMap run(const Bundle &bundle, const std::string &program, const TensorMap &inputs,
                unsigned threads = 2) {
    Cpu cpu(threads);
    ParameterStore store(bundle, load);
    auto results = Executor(bundle, cpu, store).run(program, inputs);
    EXPECT_TRUE(results) << results.message();
    return results ? *results : TensorMap();
  }

  static void expectNear(const HostTensor &actual, const ReferenceTensor &wanted) {
    ASSERT_EQ(actual.shape(), wanted.shape);
    auto values = actual.values<float>();
    for (int64_t i = 0; i < wanted.count(); ++i)
      EXPECT_TRUE(decomposed.allows(values[i], wanted.real(i)))
          << "element " << i << ": " << values[i] << ", not " << wanted.real(i);
  }

  static void expectSame(const TensorMap &first, const TensorMap &second) {
    ASSERT_EQ(first.size(), second.size());
    for (const auto &[name, tensor] : first)
      EXPECT_TRUE(std::ranges::equal(tensor.values<float>(), second.at(name).values<float>()))
          << name;
  }

  std::string text = rx::runtime::test::readFile("tests/compiler/pipeline/Inputs/relaxed.mlir");
};

} // namespace

/// Truncated decompositions of two layers' differences from their mean, and a drawn vector.
TEST_F(ComputedBuffers, HaveTheValuesThatTheirFunctionsDefine) {
  auto bundle = compile(text);
  ASSERT_TRUE(bundle) << bundle.message();
  TensorMap results = run(*bundle, "weights", {});
  auto wanted = reference("weights", {});
  ASSERT_EQ(wanted.size(), 3u);
  expectNear(results["a"], wanted[0]);
  expectNear(results["b"], wanted[1]);
  expectNear(results["bias"], wanted[2]);
}

TEST_F(ComputedBuffers, AreEntriesOfTables) {
  auto bundle = compile(text);
  ASSERT_TRUE(bundle) << bundle.message();
  std::vector<float> x = randomValues(5 * 16, 9);
  TensorMap results = run(*bundle, "forward", {{"x", *HostTensor::of<float>({5, 16}, x)}});
  auto wanted = reference("forward", {ReferenceTensor::ofReals({5, 16}, {x.begin(), x.end()})});
  ASSERT_EQ(wanted.size(), 1u);
  expectNear(results["y"], wanted[0]);
}

TEST_F(ComputedBuffers, HaveTheSameBitsOnAnyNumberOfThreads) {
  auto bundle = compile(text);
  ASSERT_TRUE(bundle) << bundle.message();
  expectSame(run(*bundle, "weights", {}, 1), run(*bundle, "weights", {}, 3));
}

TEST_F(ComputedBuffers, AreTheSameFromTheTextOfTheKernels) {
  auto direct = compile(text);
  ASSERT_TRUE(direct) << direct.message();
  TensorMap first = run(*direct, "weights", {});
  std::filesystem::remove_all(options().bundle);
  auto resumed = compile(textOfKernels(text));
  ASSERT_TRUE(resumed) << resumed.message();
  expectSame(first, run(*resumed, "weights", {}));
}

/// Functions that only compute weights are programs; a private function that none names is not.
TEST_F(ComputedBuffers, ComeFromProgramsOfThePlan) {
  std::string unused = "func.func private @unused(!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>\n";
  auto bundle = compile(text + unused);
  ASSERT_TRUE(bundle) << bundle.message();
  EXPECT_TRUE(bundle->plan().programs.contains("init_b"));
  EXPECT_FALSE(bundle->plan().programs.contains("unused"));
  EXPECT_EQ(bundle->findBuffer("lora_b(1)")->inputs, (std::vector<std::string>{"w1", "shared"}));
}

TEST_F(ComputedBuffers, ComeFromFunctionsWithNames) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    message += diagnostic.str();
    return mlir::success();
  });
  auto bundle = compile("rxt.buffer @w : !rxt.tensor<f32[2]> via @g\n"
                        "func.func private @g() -> !rxt.tensor<f32[2]> {\n"
                        "  %w = rxt.constant dense<1.0> : tensor<2xf32> : !rxt.tensor<f32[2]>\n"
                        "  return %w : !rxt.tensor<f32[2]>\n}\n");
  EXPECT_FALSE(bundle);
  EXPECT_CONTAINS(message, "result 0 of a program has no rx.name");
}
