#include "runtime/plan/Budget.h"
#include "runtime/plan/Decompositions.h"
#include "tests/runtime/plan/PlanFixture.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

/// c(i) = w(i) + w(i + 1) for i < count, and a program that reads them all; w(i) = (i, 1).
struct Sums {
  int count;
  json plan() const {
    json add = program({buffer("input", "f32[1, 2]", "a"), buffer("input", "f32[1, 2]", "b"),
                        buffer("output", "f32[1, 2]")},
                       {launch(Add, {0, 1}, {2}, {"2", "1"})}, {output("value", 2)});
    add["symbols"] = json::array();
    json names = json::array(), buffers = json::array(), code = json::array(),
         outputs = json::array();
    for (int i = 0; i < count; ++i) {
      std::string name = fmt::format("c{}", i);
      buffers.push_back(buffer("parameter", "f32[1, 2]", name.c_str()));
      buffers.push_back(buffer("output", "f32[1, 2]"));
      code.push_back({{"op", "copy"}, {"from", 2 * i}, {"to", 2 * i + 1}});
      outputs.push_back(output(name.c_str(), 2 * i + 1));
    }
    json all = program(buffers, code, outputs);
    all["symbols"] = json::array();
    return planOf({{"add", add}, {"all", all}});
  }
  json manifest() const {
    json buffers = json::array();
    for (int i = 0; i <= count; ++i)
      buffers.push_back(weight(fmt::format("w{}", i).c_str(), "f32[1, 2]"));
    for (int i = 0; i < count; ++i)
      buffers.push_back({{"name", fmt::format("c{}", i)},
                         {"type", "f32[1, 2]"},
                         {"via", "add"},
                         {"inputs", {fmt::format("w{}", i), fmt::format("w{}", i + 1)}}});
    return manifestOf(buffers);
  }
};

/// Weight wN is (N, 1); those from `firstBroken` on cannot be read.
struct Files {
  int firstBroken = 1000;
  std::atomic<int> loads = 0;
  ParameterStore::Load loader() {
    return [this](const std::string &, const std::string &tensor, std::span<float> out) {
      ++loads;
      int number = std::stoi(tensor.substr(1));
      if (number >= firstBroken)
        return makeError("{} is damaged", tensor);
      out[0] = static_cast<float>(number);
      out[1] = 1;
      return Status::ok();
    };
  }
};

} // namespace

TEST(ComputedBuffers, AreComputedOnceOnAllThreads) {
  for (unsigned threads : {1u, 2u, 5u}) {
    TempFolder folder;
    Sums sums{40};
    writeBundle(folder, sums.plan(), sums.manifest());
    auto bundle = openBundle(folder);
    ASSERT_TRUE(bundle) << bundle.message();
    Files files;
    Cpu cpu(threads);
    ParameterStore store(*bundle, files.loader());
    Executor executor(*bundle, cpu, store);
    for (int run = 0; run < 2; ++run) {
      auto results = executor.run("all", {});
      ASSERT_TRUE(results) << results.message();
      for (int i = 0; i < 40; ++i)
        EXPECT_EQ(valuesOf(results->at(fmt::format("c{}", i))),
                  (std::vector<float>{static_cast<float>(2 * i + 1), 2}));
    }
    EXPECT_EQ(store.residentBytes(), 40 * 8) << "only c(i) are read by programs";
    EXPECT_EQ(files.loads, 80) << "read for each c(i), not kept";
  }
}

TEST(ComputedBuffers, ReportTheFirstFailure) {
  for (unsigned threads : {1u, 4u}) {
    TempFolder folder;
    Sums sums{9}; // in the order of their inputs' names: c0 of w0 and w1 comes first
    writeBundle(folder, sums.plan(), sums.manifest());
    auto bundle = openBundle(folder);
    ASSERT_TRUE(bundle) << bundle.message();
    Files files;
    files.firstBroken = 4;
    Cpu cpu(threads);
    ParameterStore store(*bundle, files.loader());
    EXPECT_CONTAINS(Executor(*bundle, cpu, store).run("all", {}).message(),
                    "all: buffer c3: buffer w4: w4 is damaged");
  }
}

/// Rather fewer threads than no run.
TEST(ComputedBuffers, TakeAsManyThreadsAsHaveMemory) {
  TempFolder folder;
  Sums sums{40};
  writeBundle(folder, sums.plan(), sums.manifest());
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle) << bundle.message();
  Files files;
  ParameterStore store(*bundle, files.loader());
  PlannedRun run = {&bundle->plan().programs.find("all")->second, {}};
  auto admit = [&](int64_t bytes) {
    return admitRuns({*bundle, store, 5}, {&run, 1}, "it", {.bytes = bytes});
  };
  auto whole = admit(1 << 20);
  ASSERT_TRUE(whole) << whole.message();
  EXPECT_EQ(whole->threads, 5u);
  int64_t ofOne = whole->computing / 5;
  EXPECT_GT(ofOne, 0);
  auto smaller = admit(whole->total() - 2 * ofOne);
  ASSERT_TRUE(smaller) << smaller.message();
  EXPECT_EQ(smaller->threads, 3u);
  EXPECT_CONTAINS(admit(whole->total() - 4 * ofOne - 1).message(), "it needs ");
}

/// A value that was set is not computed, nor what only it would have read loaded.
TEST(ComputedBuffers, KeepWhatTheyWereSetTo) {
  TempFolder folder;
  Sums sums{1};
  writeBundle(folder, sums.plan(), sums.manifest());
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle) << bundle.message();
  Files files;
  Cpu cpu(2);
  ParameterStore store(*bundle, files.loader());
  EXPECT_CONTAINS(store.get("c0").message(), "buffer c0 was not computed yet (program add)");
  ASSERT_TRUE(store.set("c0", floats({1, 2}, {8, 9})));
  auto results = Executor(*bundle, cpu, store).run("all", {});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(valuesOf(results->at("c0")), (std::vector<float>{8, 9}));
  EXPECT_EQ(files.loads, 0);
}

namespace {

/// Counts what was not there.
class CountingMemo final : public Memo {
public:
  std::optional<std::vector<HostTensor>> find(const Hash128 &key) override {
    std::scoped_lock lock(mutex);
    auto found = values.find(key);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const Hash128 &key, const std::vector<HostTensor> &kept) override {
    std::scoped_lock lock(mutex);
    ++computed;
    values[key] = kept;
  }

  std::mutex mutex;
  std::map<Hash128, std::vector<HostTensor>> values;
  int computed = 0;
};

/// The program `svd<rank>`: f32[2, 2] -> u, and v in the same way.
json singularVectors(int rank, int which) {
  std::string matrix = fmt::format("f32[2, {}]", rank), vector = fmt::format("f32[{}]", rank);
  json p = program(
      {buffer("input", "f32[2, 2]", "m"),
       buffer(which == 0 ? "output" : "temporary", matrix.c_str()),
       buffer("temporary", vector.c_str()),
       buffer(which == 0 ? "temporary" : "output", matrix.c_str())},
      {{{"op", "host"}, {"function", "svd"}, {"in", {0}}, {"out", {1, 2, 3}}, {"location", "x"}}},
      {output("value", which == 0 ? 1 : 3)});
  p["symbols"] = json::array();
  return p;
}

/// u and v of rank 1 and u of rank 2, of the same matrix.
struct Vectors {
  TempFolder folder;
  std::unique_ptr<Bundle> bundle;
  Cpu cpu{2};
  std::vector<std::pair<int64_t, int64_t>> steps; ///< of the progress

  Vectors() {
    json all = json::array(), code = json::array(), outputs = json::array();
    json buffers = {weight("w3", "f32[2, 2]")};
    json programs;
    int next = 0;
    for (auto [name, rank, which] :
         {std::tuple{"u1", 1, 0}, std::tuple{"v1", 1, 1}, std::tuple{"u2", 2, 0}}) {
      std::string type = fmt::format("f32[2, {}]", rank);
      programs[std::string("make_") + name] = singularVectors(rank, which);
      buffers.push_back({{"name", name},
                         {"type", type},
                         {"via", std::string("make_") + name},
                         {"inputs", {"w3"}}});
      json one = program({buffer("parameter", type.c_str(), name), buffer("output", type.c_str())},
                         {{{"op", "copy"}, {"from", 0}, {"to", 1}}}, {output("y", 1)});
      one["symbols"] = json::array();
      programs[name] = one;
      all.push_back(buffer("parameter", type.c_str(), name));
      all.push_back(buffer("output", type.c_str()));
      code.push_back({{"op", "copy"}, {"from", next}, {"to", next + 1}});
      outputs.push_back(output(name, next + 1));
      next += 2;
    }
    programs["all"] = program(all, code, outputs);
    programs["all"]["symbols"] = json::array();
    writeBundle(folder, planOf(programs), manifestOf(buffers));
    auto opened = openBundle(folder);
    EXPECT_TRUE(opened) << opened.message();
    bundle = std::make_unique<Bundle>(std::move(*opened));
  }

  std::vector<float> run(const char *program, const char *result, Memo *memo) {
    ParameterStore store(*bundle, [](auto &, auto &, std::span<float> out) {
      std::ranges::copy(std::vector<float>{0, 3, -4, 0}, out.begin());
      return Status::ok();
    });
    Executor executor(*bundle, cpu, store);
    executor.setMemo(memo);
    executor.setComputeProgress([&](int64_t done, int64_t total) {
      steps.push_back({done, total});
    });
    auto results = executor.run(program, {});
    EXPECT_TRUE(results) << results.message();
    return results ? valuesOf(results->at(result)) : std::vector<float>();
  }
};

} // namespace

TEST(ComputedBuffers, ShareOneDecompositionOfAMatrixAtEveryRank) {
  Vectors vectors;
  CountingMemo memo;
  EXPECT_EQ(vectors.run("all", "u2", &memo), (std::vector<float>{0, 1, 1, 0}));
  EXPECT_EQ(memo.computed, 1);
  EXPECT_EQ(vectors.steps, (std::vector<std::pair<int64_t, int64_t>>{{0, 1}, {1, 1}}));
  EXPECT_EQ(vectors.run("u1", "y", &memo), (std::vector<float>{0, 1}));
  EXPECT_EQ(vectors.run("v1", "y", &memo), (std::vector<float>{-1, 0}));
  EXPECT_EQ(memo.computed, 1);
}

/// Of three models in a row, the plan counts the weights of the largest, not their sum; and so it
/// is.
TEST(ComputedBuffers, AreReleasedAfterTheLastRunThatReadsThem) {
  Vectors vectors;
  const Bundle &bundle = *vectors.bundle;
  ParameterStore store(bundle, [](auto &, auto &, std::span<float> out) {
    std::ranges::copy(std::vector<float>{0, 3, -4, 0}, out.begin());
    return Status::ok();
  });
  Executor executor(bundle, vectors.cpu, store);
  std::vector<PlannedRun> runs;
  for (const char *name : {"u1", "u2", "v1"})
    runs.push_back({&bundle.plan().programs.find(name)->second, {}, static_cast<int>(runs.size())});
  auto planned = planMemory(executor.place(), runs);
  ASSERT_TRUE(planned) << planned.message();
  EXPECT_EQ(planned->parameters, 16) << "u2 is f32[2, 2]";
  EXPECT_GE(planned->computing, svdBytes(2, 2));

  EXPECT_TRUE(executor.run("u1", {}));
  auto kept = executor.run("u1", {});
  executor.keepWeightsFor({"u2", "v1"});
  EXPECT_EQ(store.residentBytes(), 0);
  EXPECT_TRUE(executor.run("u2", {}));
  EXPECT_EQ(store.residentBytes(), 16);
  executor.keepWeightsFor({"v1"});
  EXPECT_EQ(store.residentBytes(), 0);
  auto again = executor.run("u1", {}); // planned or not, it is computed again
  ASSERT_TRUE(kept && again);
  EXPECT_EQ(valuesOf(again->at("y")), valuesOf(kept->at("y")));

  for (PlannedRun &run : runs)
    run.stage = 0;
  auto atOnce = planMemory(executor.place(), runs);
  ASSERT_TRUE(atOnce);
  EXPECT_EQ(atOnce->parameters, 32);
}

TEST(ComputedBuffers, NeedNoMemo) {
  Vectors vectors;
  EXPECT_EQ(vectors.run("all", "u2", nullptr), (std::vector<float>{0, 1, 1, 0}));
}

/// What a memo returns may come from a damaged disk.
TEST(ComputedBuffers, IgnoreKeptValuesOfOtherShapes) {
  Vectors vectors;
  CountingMemo memo;
  EXPECT_EQ(vectors.run("v1", "y", &memo), (std::vector<float>{-1, 0}));
  for (auto &[key, values] : memo.values)
    values = {floats({2, 1}, {5, 5}), floats({1}, {5}), floats({2, 1}, {5, 5})};
  EXPECT_EQ(vectors.run("v1", "y", &memo), (std::vector<float>{-1, 0}));
  EXPECT_EQ(memo.computed, 2);
}
