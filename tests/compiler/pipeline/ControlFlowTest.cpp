// rxt.cond and rxt.loop on the CPU: they become branches and loops of the plan, whose kernels are
// those of their bodies. What the runtime computes is what the reference interpreter computes, on
// every target of this machine, for any sizes, and with one thread as with two.
#include "compiler/reference/Interpreter.h"
#include "tests/compiler/pipeline/PipelineFixture.h"
#include "tests/tools/Seed.h"

using namespace rx::runtime;

namespace {

/// Conds within each other, one in a loop whose trips decide, and whose values are also stacked.
/// Bodies compute values, hand an input on, and yield one value twice; what follows reads the
/// results.
constexpr const char *program = R"(
!c = !rxt.tensor<i1[]>
!x = !rxt.tensor<f32[b, t]>
!s = !rxt.tensor<f32[b]>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @p(%c: !c {rx.name = "c", rx.role = "input"}, %d: !c {rx.name = "d", rx.role = "input"},
             %x: !x {rx.name = "x", rx.role = "input"}, %z: !x {rx.name = "z", rx.role = "input"})
    -> (!x {rx.name = "y"}, !s {rx.name = "s"}, !x {rx.name = "w"}) {
  %y, %s, %v = rxt.cond %c(%d, %x, %z) then {
  ^bb0(%e: !c, %p: !x, %q: !x):
    %m = rxt.map(%p, %q) by [#all, #all] {
    ^bb0(%i: f32, %j: f32):
      %k = arith.addf %i, %j : f32
      rxt.yield %k : f32
    } : (!x, !x) -> !x
    %r = rxt.reduce sum (%m) by [#all] {
    ^bb0(%i: f32):
      rxt.yield %i : f32
    } : (!x) -> !s
    rxt.yield %m, %r, %m : !x, !s, !x
  } else {
  ^bb0(%e: !c, %p: !x, %q: !x):
    %g, %stack = rxt.loop 3 shared(%q) indexed() carried(%p) {
    ^bb0(%trip: !rxt.tensor<i32[]>, %h: !x, %a: !x):
      %late = rxt.map(%trip) by [affine_map<() -> ()>] {
      ^bb0(%i: i32):
        %one = arith.constant 1 : i32
        %k = arith.cmpi sge, %i, %one : i32
        rxt.yield %k : i1
      } : (!rxt.tensor<i32[]>) -> !c
      %n = rxt.cond %late(%a, %h) then {
      ^bb0(%u: !x, %o: !x):
        %f = rxt.map(%u, %o) by [#all, #all] {
        ^bb0(%i: f32, %j: f32):
          %k = arith.subf %i, %j : f32
          rxt.yield %k : f32
        } : (!x, !x) -> !x
        rxt.yield %f : !x
      } else {
      ^bb0(%u: !x, %o: !x):
        rxt.yield %u : !x
      } : (!c, !x, !x) -> !x
      rxt.yield %n, %n : !x, !x
    } : (!x, !x) -> (!x, !rxt.tensor<f32[3, b, t]>)
    %l = rxt.reduce sum (%stack) by [affine_map<(d0, d1, d2) -> (d2, d0, d1)>] {
    ^bb0(%i: f32):
      rxt.yield %i : f32
    } : (!rxt.tensor<f32[3, b, t]>) -> !x
    %k, %o = rxt.cond %e(%l, %g) then {
    ^bb0(%u: !x, %w: !x):
      %f = rxt.map(%u) by [#all] {
      ^bb0(%i: f32):
        %j = arith.negf %i : f32
        rxt.yield %j : f32
      } : (!x) -> !x
      rxt.yield %f, %u : !x, !x
    } else {
    ^bb0(%u: !x, %w: !x):
      rxt.yield %w, %w : !x, !x
    } : (!c, !x, !x) -> (!x, !x)
    %r = rxt.reduce max (%k) by [#all] {
    ^bb0(%i: f32):
      rxt.yield %i : f32
    } : (!x) -> !s
    rxt.yield %k, %r, %o : !x, !s, !x
  } : (!c, !c, !x, !x) -> (!x, !s, !x)
  %w = rxt.map(%y, %v, %s) by [#all, #all, affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%i: f32, %j: f32, %k: f32):
    %m = arith.mulf %i, %j : f32
    %n = arith.addf %m, %k : f32
    rxt.yield %n : f32
  } : (!x, !x, !s) -> !x
  return %y, %s, %w : !x, !s, !x
})";

/// The parameter is the name of a target.
class ControlFlow : public rx::compiler::test::PipelineFixture,
             public testing::WithParamInterface<std::string> {
protected:
  void SetUp() override {
    target = *rx::compiler::findCpuTarget(GetParam());
    if (!hostRuns(*target))
      GTEST_SKIP() << "this CPU does not run it";
  }
  rx::compiler::PipelineOptions options() override {
    auto options = PipelineFixture::options();
    options.target = target;
    return options;
  }

  struct Input {
    bool c, d;
    int64_t b, t;
    std::vector<float> x, z;
  };
  /// Whole numbers, so that every sum is exact, in any order.
  Input inputOf(bool c, bool d, int64_t b, int64_t t) {
    Input input{c, d, b, t, {}, {}};
    for (std::vector<float> *values : {&input.x, &input.z})
      for (int64_t i = 0; i < b * t; ++i)
        values->push_back(static_cast<float>(static_cast<int>(rng() % 41) - 20));
    return input;
  }

  /// y, s and w by definition.
  std::vector<std::vector<double>> wanted(const Input &input) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(program, &context);
    auto flag = [](bool value) {
      return rx::rxt::ReferenceTensor::ofIntegers({}, {value}, rx::rxt::ElementKind::I1);
    };
    auto matrix = [&](const std::vector<float> &values) {
      return rx::rxt::ReferenceTensor::ofReals({input.b, input.t}, {values.begin(), values.end()});
    };
    rx::compiler::Interpreter interpreter(*module, rx::rxt::Precision::F32);
    auto results =
        interpreter.run("p", {flag(input.c), flag(input.d), matrix(input.x), matrix(input.z)});
    EXPECT_TRUE(bool(results));
    std::vector<std::vector<double>> values;
    for (const rx::rxt::ReferenceTensor &result : *results)
      values.push_back(result.reals());
    return values;
  }

  static std::vector<std::vector<double>> computed(Executor &executor, const Input &input) {
    auto matrix = [&](const std::vector<float> &values) {
      return *HostTensor::of<float>({input.b, input.t}, values);
    };
    auto flag = [](bool value) { return *HostTensor::of<bool>({}, std::span(&value, 1)); };
    auto results = executor.run("p", {{"c", flag(input.c)},
                                      {"d", flag(input.d)},
                                      {"x", matrix(input.x)},
                                      {"z", matrix(input.z)}});
    EXPECT_TRUE(results) << results.message();
    std::vector<std::vector<double>> values;
    for (const char *name : {"y", "s", "w"}) {
      auto numbers = results->at(name).values<float>();
      values.emplace_back(numbers.begin(), numbers.end());
    }
    return values;
  }

  const rx::compiler::CpuTarget *target = nullptr;
  std::mt19937 rng = rx::test::generator();
};

TEST_P(ControlFlow, IsWhatTheReferenceComputes) {
  auto bundle = compile(program);
  ASSERT_TRUE(bundle) << bundle.message();
  ParameterStore store(*bundle, nullptr);
  Cpu one(1), two(2);
  Executor alone(*bundle, one, store), together(*bundle, two, store);
  std::vector<std::pair<int64_t, int64_t>> sizes = {{1, 1},   {3, 37}, {1, 16},
                                                    {200, 5}, {0, 4},  {4, 0}};
  for (int i = 0; i < 4; ++i)
    sizes.emplace_back(1 + rng() % 100, 1 + rng() % 200);
  for (auto [b, t] : sizes)
    for (bool c : {false, true})
      for (bool d : {false, true}) {
        SCOPED_TRACE(testing::Message() << "b " << b << " t " << t << " c " << c << " d " << d);
        Input input = inputOf(c, d, b, t);
        auto expected = wanted(input);
        EXPECT_EQ(computed(alone, input), expected);
        EXPECT_EQ(computed(together, input), expected);
      }
}

std::vector<std::string> targetNames() {
  std::vector<std::string> names;
  for (const rx::compiler::CpuTarget &target : rx::compiler::cpuTargets())
    names.push_back(target.name.str());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Targets, ControlFlow, testing::ValuesIn(targetNames()),
                         [](const auto &info) { return info.param; });

using CondOverStates = rx::compiler::test::PipelineFixture;

/// The cache is read again after the branch that would have changed it where it lies.
TEST_F(CondOverStates, AreNotUpdatedInABranch) {
  auto bundle = compile(R"(
!c = !rxt.tensor<i1[]>
!k = !rxt.tensor<f32[s, e]>
!r = !rxt.tensor<f32[n, e]>
!i = !rxt.tensor<i32[n]>
func.func @p(%c: !c {rx.name = "c", rx.role = "input"}, %k: !k {rx.name = "k", rx.role = "state"},
             %r: !r {rx.name = "r", rx.role = "input"}, %i: !i {rx.name = "i", rx.role = "input"})
    -> (!k {rx.name = "y"}, !k {rx.name = "k"}) {
  %y = rxt.cond %c(%k, %r, %i) then {
  ^bb0(%u: !k, %v: !r, %w: !i):
    %n = rxt.update %u with %v at %w axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!k, !r, !i) -> !k
    rxt.yield %n : !k
  } else {
  ^bb0(%u: !k, %v: !r, %w: !i):
    rxt.yield %u : !k
  } : (!c, !k, !r, !i) -> !k
  return %y, %k : !k, !k
})");
  EXPECT_FALSE(bundle);
}

} // namespace
