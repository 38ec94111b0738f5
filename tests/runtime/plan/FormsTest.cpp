// Forms of weights in plans: what is refused, what is loaded, which kernel runs.
#include "runtime/plan/ComputedBuffers.h"
#include "runtime/plan/PlanLoader.h"
#include "runtime/plan/PlanVerifier.h"
#include "tests/runtime/plan/PlanFixture.h"
#include "tests/tools/StoredMatrix.h"

#include <functional>

using namespace rx;
using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

constexpr const char *q8 = "f32[8, 32] in panels<q8_0, 8>";
constexpr const char *q5 = "f32[8, 32] in panels<q5_0, 8>";

/// Kernels that write 1 and 2, whatever they read.
json taggingKernels() {
  auto kernel = [](const char *name, const char *symbol, const char *operand) {
    return json{{"name", name},    {"symbol", symbol},
                {"location", "k"}, {"sizes", json::array()},
                {"inputs", 1},     {"operands", {operand, "f32[]"}},
                {"rows", "1"},     {"scratch", "0"},
                {"grain", 1}};
  };
  return {kernel("one", "test_one", q8), kernel("two", "test_two", q5)};
}

/// tags = the kernel that ran for every entry of a table whose forms are q8_0, q5_0, q8_0.
json taggingProgram() {
  json tagging = program(
      {buffer("temporary", "i32[]"), buffer("alias", "f32[8, 32] in any form"),
       buffer("output", "f32[3]"), buffer("alias", "f32[]")},
      {{{"op", "loop"}, {"trips", 3}, {"trip", 0}, {"carried", json::array()}, {"stacked", {2}}},
       {{"op", "entry"}, {"table", 0}, {"loops", {0}}, {"to", 1}},
       {{"op", "view"}, {"from", 2}, {"loop", 0}, {"to", 3}},
       launch(0, {1}, {3}, {}),
       {{"op", "end"}}},
      {output("tags", 2)});
  tagging["symbols"] = json::array();
  tagging["code"][3]["variants"] = {1};
  tagging["tables"] = {{{"trips", {3}},
                        {"type", "f32[8, 32] in any form"},
                        {"forms", {"panels<q8_0, 8>", "panels<q5_0, 8>", "panels<q8_0, 8>"}},
                        {"buffers", {"w0", "w1", "w0"}}}};
  return tagging;
}

json taggingPlan() {
  json plan = planOf({{"p", taggingProgram()}});
  plan["kernels"] = taggingKernels();
  return plan;
}

json taggingManifest() { return manifestOf({weight("w0", q8), weight("w1", q5)}); }

std::string errorAfter(const std::function<void(json &plan, json &program)> &change) {
  json plan = taggingPlan();
  change(plan, plan["programs"]["p"]);
  auto read = readPlan(plan.dump(), "plan.json");
  return std::string(read ? verifyPlan(*read, "plan.json").message() : read.message());
}

std::string errorOfManifest(const std::function<void(json &buffers)> &change) {
  TempFolder folder;
  json manifest = taggingManifest();
  change(manifest["buffers"]);
  writeBundle(folder, taggingPlan(), manifest);
  return std::string(openBundle(folder).message());
}

/// Weight wN at random, in the form its buffer is wanted in.
struct Stored {
  std::mt19937 rng{7};
  std::map<std::string, StoredMatrix> tensors;
  int calls = 0;

  Stored() {
    tensors.emplace("w0", StoredMatrix(RX_Q8_0, 8, 32, rng));
    tensors.emplace("w1", StoredMatrix(RX_Q5_0, 8, 32, rng));
    tensors.emplace("long", StoredMatrix(RX_Q8_0, 3000, 640, rng));
    tensors.emplace("plain", StoredMatrix(RX_F32, 40, 5, rng));
  }

  ParameterStore::LoadRows rows() {
    return [this](auto &, auto &tensor, const ParameterStore::Rows &wanted,
                  std::span<std::byte> bytes) {
      const StoredMatrix &stored = tensors.at(tensor);
      EXPECT_EQ(wanted.element, stored.element);
      EXPECT_EQ(wanted.depth, stored.depth);
      EXPECT_EQ(bytes.size() % static_cast<size_t>(stored.rowBytes()), 0u);
      std::copy_n(stored.blocks.begin() + wanted.first * stored.rowBytes(), bytes.size(),
                  bytes.begin());
      ++calls;
      return Status::ok();
    };
  }
  static ParameterStore::Load values() {
    return [](auto &, auto &, std::span<float>) { return makeError("not wanted dense"); };
  }
};

std::vector<std::byte> bytesOf(const HostTensor &tensor) {
  return {tensor.data(), tensor.data() + tensor.bytes()};
}

} // namespace

TEST(Forms, TheUndamagedPlanIsAccepted) {
  EXPECT_EQ(errorAfter([](json &, json &) {}), "");
  EXPECT_EQ(errorOfManifest([](json &) {}), "");
}

TEST(Forms, UnknownAndMismatchedFormsAreRefused) {
  struct Damage {
    const char *message;
    std::function<void(json &, json &)> change;
  };
  const Damage damages[] = {
      {"is no form of weights",
       [](json &plan, json &) {
         plan["kernels"][0]["operands"][0] = "f32[8, 32] in panels<q9, 8>";
       }},
      {"rows are no whole number of blocks of 32 elements",
       [](json &plan, json &) {
         plan["kernels"][0]["operands"][0] = "f32[8, 31] in panels<q8_0, 8>";
       }},
      {"only matrices of f32 with sizes that are numbers",
       [](json &plan, json &) {
         plan["kernels"][0]["operands"][0] = "i32[8, 32] in panels<q8_0, 8>";
       }},
      {"only matrices of f32 with sizes that are numbers",
       [](json &plan, json &) {
         plan["kernels"][0]["operands"][0] = "f32[256] in panels<q8_0, 8>";
       }},
      {"give every input one form, and none to outputs",
       [](json &plan, json &) { plan["kernels"][0]["operands"][0] = "f32[8, 32] in any form"; }},
      {"give every input one form, and none to outputs",
       [](json &plan, json &) { plan["kernels"][0]["operands"][1] = q8; }},
      {"temporary is f32[8, 32] in panels<q8_0, 8>, but only parameters have a form",
       [](json &, json &p) { p["buffers"].push_back(buffer("temporary", q8)); }},
      {"a parameter has one form",
       [](json &, json &p) {
         p["buffers"].push_back(buffer("parameter", "f32[8, 32] in any form", "w0"));
       }},
      {"2 forms are listed for 3 buffers",
       [](json &, json &p) { p["tables"][0]["forms"].erase(0); }},
      {"unknown field `forms`",
       [](json &, json &p) { p["tables"][0]["type"] = p["buffers"][1]["type"] = q8; }},
      {"no variant takes operand 0 in the form panels<q5_0, 8>, which entries of table 0 have",
       [](json &, json &p) { p["code"][3].erase("variants"); }},
      {"no variant takes operand 0 in the form dense",
       [](json &, json &p) { p["tables"][0]["forms"][1] = "dense"; }},
      {"`variants` lists whole numbers from 0 to 1",
       [](json &, json &p) { p["code"][3]["variants"] = {2}; }},
      {"table 0 holds f32[8, 32] in any form, but buffer 1 is f32[8, 32] in panels<q8_0, 8>",
       [](json &, json &p) { p["buffers"][1]["type"] = q8; }},
      {"operand 0 of kernel one is f32[8, 32] in panels<q8_0, 8>, but buffer 4 is f32[8, 32]",
       [](json &, json &p) {
         p["buffers"].push_back(buffer("parameter", "f32[8, 32]", "w0"));
         p["code"][3]["in"] = {4};
       }},
      {"buffer 4 is f32[8, 32] in panels<q8_0, 8>, but buffer 5 is f32[8, 32]",
       [](json &, json &p) {
         p["buffers"].push_back(buffer("parameter", q8, "w0"));
         p["buffers"].push_back(buffer("temporary", "f32[8, 32]"));
         p["code"].push_back({{"op", "copy"}, {"from", 4}, {"to", 5}});
       }},
  };
  for (const Damage &damage : damages)
    EXPECT_CONTAINS(errorAfter(damage.change), damage.message);
}

TEST(Forms, PlanAndManifestAgree) {
  EXPECT_CONTAINS(errorOfManifest([](json &buffers) { buffers[1]["type"] = q8; }),
                  "reads the buffer w1 as f32[8, 32] in panels<q5_0, 8>, but manifest.json has "
                  "f32[8, 32] in panels<q8_0, 8>");
  EXPECT_CONTAINS(
      errorOfManifest([](json &buffers) { buffers[1]["type"] = "f32[8, 32] in any form"; }),
      "`type` names one form");
}

TEST(Forms, TheFormOfAnEntryChoosesTheKernel) {
  TempFolder folder;
  writeBundle(folder, taggingPlan(), taggingManifest());
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle) << bundle.message();
  Stored stored;
  ParameterStore store(*bundle, Stored::values(), stored.rows());
  Cpu cpu(1);
  Executor executor(*bundle, cpu, store);
  auto report = executor.plannedMemory("p", {});
  ASSERT_TRUE(report) << report.message();
  EXPECT_EQ(report->parameters, 8 * 34 + 8 * 22);
  std::vector<int64_t> moved;
  executor.setObserver([&](const Instruction &, double, int64_t bytes) { moved.push_back(bytes); });
  auto results = executor.run("p", {});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(valuesOf(results->at("tags")), (std::vector<float>{1, 2, 1}));
  EXPECT_EQ(moved, (std::vector<int64_t>{8 * 34 + 4, 8 * 22 + 4, 8 * 34 + 4}));
  EXPECT_EQ(store.residentBytes(), report->parameters);
}

namespace {

/// A store over a manifest alone.
struct Shelf {
  TempFolder folder;
  Stored stored;
  Expected<Bundle> bundle;
  ParameterStore store;

  explicit Shelf(json buffers)
      : bundle(opened(folder, std::move(buffers))),
        store(*bundle, Stored::values(), stored.rows()) {}

  static Expected<Bundle> opened(const TempFolder &folder, json buffers) {
    writeBundle(folder, planOf(json::object()), manifestOf(std::move(buffers)));
    Expected<Bundle> bundle = openBundle(folder);
    EXPECT_TRUE(bundle) << bundle.message();
    return bundle;
  }
};

} // namespace

TEST(ParameterStore, PacksWhatItStreamsAndLosesNothing) {
  Shelf shelf({weight("long", "f32[3000, 640] in panels<q8_0, 32>"),
               weight("plain", "f32[40, 5] in panels<f32, 16>")});
  for (auto [name, form] :
       {std::pair("long", PanelForm{RX_Q8_0, 32}), std::pair("plain", PanelForm{RX_F32, 16})}) {
    auto value = shelf.store.get(name);
    ASSERT_TRUE(value) << value.message();
    EXPECT_EQ(bytesOf(*value), shelf.stored.tensors.at(name).packed(form)) << name;
  }
  EXPECT_EQ(shelf.stored.calls, 3); // two pieces of a megabyte, and the small one
}

TEST(ParameterStore, NewValuesFitPanelsOfF32Alone) {
  Shelf shelf({weight("w0", q8), weight("plain", "f32[40, 5] in panels<f32, 16>")});
  const StoredMatrix &plain = shelf.stored.tensors.at("plain");
  ASSERT_TRUE(shelf.store.set("plain", floats({40, 5}, plain.values)));
  EXPECT_EQ(bytesOf(*shelf.store.get("plain")), plain.packed({RX_F32, 16}));
  EXPECT_EQ(shelf.stored.calls, 0);
  Status set = shelf.store.set("w0", floats({8, 32}, shelf.stored.tensors.at("w0").values));
  EXPECT_CONTAINS(std::string(set.message()),
                  "buffer w0: f32[8, 32] in panels<q8_0, 8> cannot hold values that were computed");
}

TEST(ParameterStore, StoredFormsNeedSomebodyWhoReadsThem) {
  Shelf shelf({weight("w0", q8)});
  ParameterStore dense(*shelf.bundle, Stored::values());
  EXPECT_CONTAINS(std::string(dense.get("w0").message()), "only f32 is loaded here");
}

/// What `via` reads is dense: unpacked from panels of f32, read again for other panels.
TEST(ParameterStore, InputsOfProgramsAreDense) {
  TempFolder folder;
  json two = program({buffer("input", "f32[8, 32]", "a"), buffer("input", "f32[8, 32]", "b"),
                      buffer("output", "f32[8, 32]")},
                     {launch(Add, {0, 1}, {2}, {"32", "8"})}, {output("value", 2)});
  two["symbols"] = json::array();
  json panels = weight("w", "f32[8, 32] in panels<f32, 16>");
  json computed = {{"name", "sum"},
                   {"type", "f32[8, 32] in panels<f32, 8>"},
                   {"via", "two"},
                   {"inputs", {"w0", "w"}}};
  writeBundle(folder, planOf({{"two", two}}), manifestOf({weight("w0", q8), panels, computed}));
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle) << bundle.message();
  Stored stored;
  std::vector<float> plain(8 * 32, 3.0f), expected;
  ParameterStore store(
      *bundle,
      [&](auto &, auto &tensor, std::span<float> out) {
        const std::vector<float> &values = stored.tensors.at(tensor).values;
        std::copy(values.begin(), values.end(), out.begin());
        return Status::ok();
      },
      stored.rows());
  ASSERT_TRUE(store.set("w", floats({8, 32}, plain)));
  Cpu cpu(1);
  Status done = computeBuffers(*bundle, cpu, store, {"sum"}, {});
  ASSERT_TRUE(done) << done.message();
  for (float value : stored.tensors.at("w0").values)
    expected.push_back(value + 3.0f);
  std::vector<std::byte> packed(expected.size() * sizeof(float));
  packPanels({RX_F32, 8}, 32, 0, std::as_bytes(std::span(expected)), packed);
  EXPECT_EQ(bytesOf(*store.get("sum")), packed);
}
