#include "tests/runtime/plan/PlanFixture.h"

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

/// Weight wN is (N + 2, 1), counted by loads.
struct Weights {
  std::map<std::string, int> loads;
  ParameterStore::Load loader() {
    return [this](const std::string &, const std::string &tensor, std::span<float> out) {
      ++loads[tensor];
      std::fill(out.begin(), out.end(), 1.0f);
      out[0] = static_cast<float>(tensor[1] - '0' + 2);
      return Status::ok();
    };
  }
};

struct Machine {
  TempFolder folder;
  Weights weights;
  std::unique_ptr<Bundle> bundle;
  std::unique_ptr<Cpu> cpu;
  std::unique_ptr<ParameterStore> store;
  std::unique_ptr<Executor> executor;

  Machine(const json &programs, const json &buffers, unsigned threads = 2,
          const std::string &constants = "") {
    writeBundle(folder, planOf(programs), manifestOf(buffers), constants);
    auto opened = openBundle(folder);
    EXPECT_TRUE(opened) << opened.message();
    bundle = std::make_unique<Bundle>(std::move(*opened));
    cpu = std::make_unique<Cpu>(threads);
    store = std::make_unique<ParameterStore>(*bundle, weights.loader());
    executor = std::make_unique<Executor>(*bundle, *cpu, *store);
  }

  TensorMap run(const char *program, const TensorMap &inputs) {
    auto results = executor->run(program, inputs);
    EXPECT_TRUE(results) << results.message();
    return results ? std::move(*results) : TensorMap();
  }
  std::string error(const char *program, const TensorMap &inputs) {
    return std::string(executor->run(program, inputs).message());
  }
};

const json loopWeights = {weight("w0"), weight("w1")};

json branchProgram() {
  return program({buffer("input", "f32[b, 2]", "x"), buffer("input", "f32[]", "c"),
                  buffer("temporary", "bool[]"), buffer("temporary", "f32[b, 2]"),
                  buffer("output", "f32[b, 2]")},
                 {launch(Positive, {1}, {2}, {}),
                  {{"op", "branch"}, {"condition", 2}},
                  launch(Add, {0, 0}, {3}),
                  {{"op", "else"}},
                  {{"op", "copy"}, {"from", 0}, {"to", 3}},
                  {{"op", "end"}},
                  launch(Add, {3, 0}, {4})},
                 {output("y", 4)});
}

/// s' = s + x
json stateProgram() {
  json result = program({buffer("input", "f32[b, 2]", "x"), buffer("state", "f32[b, 2]", "s"),
                         buffer("output", "f32[b, 2]")},
                        {launch(Add, {0, 1}, {2})}, json::array());
  result["nextStates"] = {output("s", 2)};
  return result;
}

} // namespace

TEST(Executor, LoopReadsItsTableCarriesAndStacks) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  TensorMap results = machine.run("p", {{"x", floats({2, 2}, {1, 2, 3, 4})}});
  // w0 = (2, 1), w1 = (3, 1), w0 again
  EXPECT_EQ(valuesOf(results["y"]), (std::vector<float>{12, 2, 36, 4}));
  EXPECT_EQ(valuesOf(results["sums"]), (std::vector<float>{4, 10, 8, 22, 14, 40}));
}

TEST(Executor, WeightsAreLoadedOnceHoweverManyEntriesNameThem) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  for (int64_t rows : {1, 2, 1})
    machine.run("p", {{"x", *HostTensor::zeros(RX_F32, {rows, 2})}});
  EXPECT_EQ(machine.weights.loads, (std::map<std::string, int>{{"w0", 1}, {"w1", 1}}));
  EXPECT_EQ(machine.store->residentBytes(), 16);
}

TEST(Executor, ALoopOfNoTripsGivesTheInitialValue) {
  json loop = loopProgram();
  loop["code"][0]["trips"] = 0;
  loop["buffers"][6]["type"] = "f32[0, b]";
  loop["tables"][0] = {{"trips", {0}}, {"type", "f32[2]"}, {"buffers", json::array()}};
  Machine machine({{"p", loop}}, loopWeights);
  EXPECT_EQ(valuesOf(machine.run("p", {{"x", floats({1, 2}, {5, 6})}})["y"]),
            (std::vector<float>{5, 6}));
}

TEST(Executor, SameBitsForOneAndTwoThreads) {
  std::vector<float> x;
  for (int i = 0; i < 202; ++i)
    x.push_back(1.0f / static_cast<float>(i + 3));
  Machine one({{"p", loopProgram()}}, loopWeights, 1), two({{"p", loopProgram()}}, loopWeights, 2);
  TensorMap inputs = {{"x", floats({101, 2}, x)}};
  TensorMap a = one.run("p", inputs), b = two.run("p", inputs);
  EXPECT_EQ(valuesOf(a["y"]), valuesOf(b["y"]));
  EXPECT_EQ(valuesOf(a["sums"]), valuesOf(b["sums"]));
}

TEST(Executor, BranchesByItsCondition) {
  Machine machine({{"p", branchProgram()}}, json::array());
  TensorMap inputs = {{"x", floats({1, 2}, {1, 2})}, {"c", floats({}, {1})}};
  EXPECT_EQ(valuesOf(machine.run("p", inputs)["y"]), (std::vector<float>{3, 6}));
  inputs["c"] = floats({}, {-1});
  EXPECT_EQ(valuesOf(machine.run("p", inputs)["y"]), (std::vector<float>{2, 4}));
}

TEST(Executor, StatesMoveOnAndWhatWasHandedOutStays) {
  Machine machine({{"p", stateProgram()}}, json::array());
  TensorMap first =
      machine.run("p", {{"x", floats({1, 2}, {1, 10})}, {"s", floats({1, 2}, {0, 0})}});
  for (int i = 0; i < 3; ++i)
    machine.run("p", {{"x", floats({1, 2}, {1, 10})}});
  EXPECT_EQ(valuesOf(*machine.executor->state("s")), (std::vector<float>{4, 40}));
  EXPECT_EQ(valuesOf(first["s"]), (std::vector<float>{1, 10}));
}

TEST(Executor, OutputsLieWhereThoseOfTheLastRunLayOnceNobodyHoldsThem) {
  Machine machine({{"p", branchProgram()}}, json::array());
  auto run = [&](float x) {
    return machine.run("p", {{"x", floats({1, 2}, {x, x})}, {"c", floats({}, {1})}}).at("y");
  };
  HostTensor first = run(1);
  HostTensor second = run(2);
  EXPECT_EQ(valuesOf(first), (std::vector<float>{3, 3}));
  const std::byte *place = second.data();
  second = HostTensor();
  second = run(3);
  EXPECT_EQ(second.data(), place);
  EXPECT_EQ(valuesOf(second), (std::vector<float>{9, 9}));
  EXPECT_EQ(valuesOf(first), (std::vector<float>{3, 3}));
}

TEST(Executor, ReadsConstants) {
  std::string constants(64, '\0');
  std::vector<float> values = {7, 8};
  constants.append(reinterpret_cast<const char *>(values.data()), 8);
  json p = program({buffer("input", "f32[b, 2]", "x"), buffer("constant", "f32[2]"),
                    buffer("output", "f32[b, 2]")},
                   {launch(Scale, {0, 1}, {2})}, {output("y", 2)});
  p["buffers"][1]["offset"] = 64;
  Machine machine({{"p", p}}, json::array(), 1, constants);
  EXPECT_EQ(valuesOf(machine.run("p", {{"x", floats({1, 2}, {1, 1})}})["y"]), values);
}

TEST(Executor, ComputesABufferByItsProgramAndReleasesItsInputs) {
  json via = program({buffer("input", "f32[1, 2]", "a"), buffer("input", "f32[1, 2]", "c"),
                      buffer("output", "f32[1, 2]")},
                     {launch(Add, {0, 1}, {2}, {"2", "1"})}, {output("value", 2)});
  via["symbols"] = json::array();
  json p = program({buffer("input", "f32[b, 2]", "x"), buffer("parameter", "f32[1, 2]", "sum"),
                    buffer("output", "f32[1, 2]")},
                   {{{"op", "copy"}, {"from", 1}, {"to", 2}}}, {output("y", 2)});
  json sum = weight("w3", "f32[1, 2]");
  sum["name"] = "sum";
  sum["via"] = "add";
  sum["inputs"] = {"w0"};
  Machine machine({{"p", p}, {"add", via}}, {weight("w0", "f32[1, 2]"), sum});
  EXPECT_EQ(valuesOf(machine.run("p", {{"x", floats({1, 2}, {0, 0})}})["y"]),
            (std::vector<float>{7, 2})); // (5, 1) of w3 + (2, 1) of w0
  EXPECT_FALSE(machine.store->holds("w0")) << "only the program `add` reads it";
}

TEST(Executor, ReplacedWeightsAreUsed) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  TensorMap inputs = {{"x", floats({1, 2}, {1, 1})}};
  machine.run("p", inputs);
  ASSERT_TRUE(machine.store->set("w1", floats({2}, {0, 0})));
  EXPECT_EQ(valuesOf(machine.run("p", inputs)["y"]), (std::vector<float>{0, 0}));
  EXPECT_CONTAINS(machine.store->set("w1", floats({3}, {0, 0, 0})).message(),
                  "buffer w1 is f32[2], but a value f32[3] was given");
}

TEST(Executor, ExplainsWrongInputs) {
  Machine machine({{"p", stateProgram()}}, json::array());
  EXPECT_CONTAINS(machine.error("q", {}), "has no program called q");
  EXPECT_CONTAINS(machine.error("p", {}), "the input x (f32[b, 2]) was not given");
  HostTensor x = floats({1, 2}, {1, 1});
  EXPECT_CONTAINS(machine.error("p", {{"x", x}}), "the first value of state s (f32[b, 2])");
  EXPECT_CONTAINS(machine.error("p", {{"x", x}, {"s", floats({2, 2}, {1, 1, 1, 1})}}),
                  "b = 1 by axis 0 of x, but 2 by axis 0 of s");
  EXPECT_CONTAINS(machine.error("p", {{"x", floats({1, 3}, {1, 1, 1})}, {"s", x}}),
                  "x is f32[b, 2]: with b = 1 that is f32[1, 2], but f32[1, 3] was given");
  EXPECT_CONTAINS(machine.error("p", {{"x", x}, {"s", x}, {"xx", x}}), "did you mean `x`?");
  EXPECT_CONTAINS(machine.error("p", {{"x", *HostTensor::zeros(RX_I32, {1, 2})}, {"s", x}}),
                  "x is f32[b, 2], but i32[1, 2] was given");
}

TEST(Executor, RefusesWhatDoesNotFitWithTheNumbersAndABatchThatDoes) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  machine.executor->setBudget(4000);
  TensorMap inputs = {{"x", *HostTensor::zeros(RX_F32, {1000, 2})}};
  std::string message = machine.error("p", inputs);
  EXPECT_CONTAINS(message, "p: this run needs");
  EXPECT_CONTAINS(message, "but 4.00 kB are available; b = ");
  int64_t batch = std::stoll(message.substr(message.find("; b = ") + 6));
  EXPECT_TRUE(machine.executor->run("p", {{"x", *HostTensor::zeros(RX_F32, {batch, 2})}}));
  EXPECT_FALSE(machine.executor->run("p", {{"x", *HostTensor::zeros(RX_F32, {batch + 8, 2})}}));
  EXPECT_CONTAINS(message, "instead of 1000 would fit");
  machine.executor->setBudget(100);
  EXPECT_CONTAINS(machine.error("p", inputs), "even b = 1 does not fit");
  machine.executor->setBudget(10);
  EXPECT_CONTAINS(machine.error("p", inputs), "the weights alone do not fit");
}

TEST(Executor, PositionsOutsideWhatTheyCountIntoAreRefused) {
  json copy = program({buffer("input", "i32[b]", "x"), buffer("output", "i32[b]")},
                      {{{"op", "copy"}, {"from", 0}, {"to", 1}}}, {output("y", 1)});
  copy["buffers"][0]["below"] = 4;
  Machine machine({{"p", copy}}, json::array());
  auto given = [](std::vector<int32_t> ids) -> TensorMap {
    return {{"x", *HostTensor::of<int32_t>({static_cast<int64_t>(ids.size())},
                                           std::span(std::as_const(ids)))}};
  };
  EXPECT_TRUE(machine.executor->run("p", given({0, 3, 3})));
  EXPECT_CONTAINS(machine.error("p", given({0, 1, 4})),
                  "p: x holds 4 as its element 2, but what it counts into has 4 entries");
  EXPECT_CONTAINS(machine.error("p", given({-1})), "x holds -1 as its element 0");
}

/// y = s + x, where s is the cache of a table of slots of three trips.
json cacheProgram() {
  json result = program({buffer("input", "f32[b, 2]", "x"), buffer("state", "f32[b, 2]", "s"),
                         buffer("state", "i32[3, c]", "table"), buffer("output", "f32[b, 2]")},
                        {launch(Add, {0, 1}, {3})}, {output("y", 3)});
  result["symbols"] = {"b", "c"};
  result["buffers"][2]["slots"] = "b";
  result["buffers"][2]["reach"] = {1, 2, 1};
  return result;
}

TensorMap cacheInputs(std::vector<int32_t> slots) {
  return {{"x", floats({6, 2}, std::vector<float>(12, 1))},
          {"s", floats({6, 2}, std::vector<float>(12, 2))},
          {"table",
           *HostTensor::of<int32_t>({3, std::ssize(slots) / 3}, std::span(std::as_const(slots)))}};
}

TEST(Executor, SlotsOutsideOfTheirCachesAreRefused) {
  Machine machine({{"p", cacheProgram()}}, json::array());
  EXPECT_TRUE(machine.executor->run("p", cacheInputs({0, 1, 2, 3, 4, 5})));
  EXPECT_CONTAINS(machine.error("p", cacheInputs({0, 1, 2, 3, 4, 6})),
                  "table holds slots from 0 to 6, but its caches have 6 places");
  EXPECT_CONTAINS(machine.error("p", cacheInputs({-1, 1, 2, 3, 4, 5})), "slots from -1 to 5");
  EXPECT_TRUE(machine.executor->run("p", cacheInputs({0, 1, 2, 3, 4, 5})));
  TensorMap shorter{{"x", floats({5, 2}, std::vector<float>(10, 1))},
                    {"s", floats({5, 2}, std::vector<float>(10, 2))}};
  EXPECT_CONTAINS(machine.error("p", shorter), "slots from 0 to 5, but its caches have 5 places");
}

TEST(Executor, ATripMovesItsPartOfACache) {
  Machine machine({{"p", cacheProgram()}}, json::array());
  int64_t bytes = 0;
  machine.executor->setObserver(
      [&](const Instruction &, double, int64_t moved) { bytes += moved; });
  machine.run("p", cacheInputs({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(bytes, 48 + 48 / 3 + 48);
}

TEST(Executor, TellsItsMemoryWithoutRunning) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  auto report = machine.executor->plannedMemory("p", {{"x", {16, 2}}});
  ASSERT_TRUE(report) << report.message();
  EXPECT_EQ(report->parameters, 16);
  EXPECT_EQ(report->arena, 64 + 128 + 128);             // trip, argument, next
  EXPECT_EQ(report->inputs, 16 * 8 + 16 * 8 + 16 * 12); // x, y, sums
  EXPECT_TRUE(machine.weights.loads.empty());
}

TEST(Executor, ObserverSeesEveryInstructionThatMovesData) {
  Machine machine({{"p", loopProgram()}}, loopWeights);
  int launches = 0;
  int64_t bytes = 0;
  machine.executor->setObserver([&](const Instruction &instruction, double, int64_t moved) {
    launches += std::holds_alternative<Launch>(instruction.op);
    bytes += moved;
  });
  machine.run("p", {{"x", floats({1, 2}, {1, 1})}});
  EXPECT_EQ(launches, 6);
  EXPECT_EQ(bytes, 3 * ((8 + 8 + 8) + (8 + 4)) + 16);
}

TEST(Executor, FailedHostFunctionsNameTheirPlace) {
  json p = program({buffer("input", "f32[b, b]", "x"), buffer("output", "f32[b, b]")},
                   {{{"op", "host"},
                     {"function", "cholesky"},
                     {"in", {0}},
                     {"out", {1}},
                     {"location", "model.prior (t.rx:9)"}}},
                   {output("y", 1)});
  Machine machine({{"p", p}}, json::array());
  EXPECT_EQ(valuesOf(machine.run("p", {{"x", floats({2, 2}, {4, 2, 2, 2})}})["y"]),
            (std::vector<float>{2, 0, 1, 1}));
  EXPECT_CONTAINS(machine.error("p", {{"x", floats({1, 1}, {-1})}}),
                  "host at model.prior (t.rx:9): cholesky: the matrix is not positive definite");
}
