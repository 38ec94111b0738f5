#include "runtime/plan/BufferTypeText.h"
#include "runtime/plan/PlanLoader.h"
#include "runtime/plan/PlanVerifier.h"
#include "tests/runtime/plan/PlanFixture.h"

#include <functional>
#include <random>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

/// The error of a plan that is the loop program but for one change; empty when there is none.
std::string errorAfter(const std::function<void(json &program)> &change) {
  json loop = loopProgram();
  change(loop);
  auto plan = readPlan(planOf({{"p", loop}}).dump(), "plan.json");
  if (!plan)
    return std::string(plan.message());
  return verifyPlan(*plan, "plan.json").message();
}

json slots(const char *type, const char *places) {
  json table = buffer("state", type, "table");
  table["slots"] = places;
  return table;
}

struct Damage {
  const char *message;
  std::function<void(json &)> change;
};

} // namespace

TEST(HostilePlan, TheUndamagedOneIsAccepted) {
  EXPECT_EQ(errorAfter([](json &) {}), "");
}

TEST(HostilePlan, NamesTheFieldThatIsWrong) {
  const Damage damages[] = {
      {"code[3] (`launch`): `kernel` must lie in 0 .. 4",
       [](json &p) { p["code"][3]["kernel"] = 5; }},
      {"code[3] (`launch`): `kernel` must lie in 0 .. 4",
       [](json &p) { p["code"][3]["kernel"] = -1; }},
      {"`in` lists whole numbers from 0 to 7", [](json &p) { p["code"][3]["in"][0] = 8; }},
      {"`in` lists whole numbers from 0 to 7", [](json &p) { p["code"][3]["in"][0] = "2"; }},
      {"`out` lists whole numbers", [](json &p) { p["code"][3]["out"][0] = uint64_t(-1); }},
      {"`op` is no instruction", [](json &p) { p["code"][3]["op"] = "jump"; }},
      {"`trips` must lie in", [](json &p) { p["code"][0]["trips"] = -3; }},
      {"unknown field `speed`", [](json &p) { p["code"][5]["speed"] = 1; }},
      {"buffers[2]: `type` \"b; 2\" is not a size",
       [](json &p) { p["buffers"][2]["type"] = "f32[b; 2]"; }},
      {"is not an element type", [](json &p) { p["buffers"][2]["type"] = "q4_k[b]"; }},
      {"buffers[0]: unknown field `below`", // only integers count into something
       [](json &p) { p["buffers"][0]["below"] = 4; }},
      {"`kind` is no kind of buffer", [](json &p) { p["buffers"][2]["kind"] = "stack"; }},
      {"outputs[0]: `buffer` must lie in", [](json &p) { p["outputs"][0]["buffer"] = 99; }},
      {"tables[0]: `trips` has from 1 to 8",
       [](json &p) { p["tables"][0]["trips"] = json::array(); }},
  };
  for (const Damage &damage : damages)
    EXPECT_CONTAINS(errorAfter(damage.change), damage.message);
}

TEST(HostilePlan, BreaksNoRuleUnnoticed) {
  const Damage damages[] = {
      // P1
      {"the code ends inside a loop",
       [](json &p) {
         p["code"].erase(5);
         p["code"].erase(5);
       }},
      {"nothing is open here", [](json &p) { p["code"].push_back({{"op", "end"}}); }},
      {"no branch is open here", [](json &p) { p["code"][6] = {{"op", "else"}}; }},
      // P2
      {"reads buffer 3 where it has no value", [](json &p) { p["code"][3]["in"][0] = 3; }},
      {"reads buffer 3 where it has no value", [](json &p) { p["code"][6]["from"] = 3; }},
      // P3
      {"writes buffer 0, which must not be written", [](json &p) { p["code"][3]["out"][0] = 0; }},
      {"writes buffer 2, which must not be written", [](json &p) { p["code"][3]["out"][0] = 2; }},
      {"writes buffer 3, which has a value already",
       [](json &p) { p["code"].insert(p["code"].begin() + 4, launch(Scale, {2, 4}, {3})); }},
      {"which must not be written here",
       [](json &p) { p["code"].push_back(launch(Add, {0, 0}, {3})); }},
      // P4
      {"operand 1 of kernel scale is f32[n], but buffer 0 is f32[b, 2]",
       [](json &p) { p["code"][3]["in"][1] = 0; }},
      {"takes 2 inputs, 1 outputs and 2 sizes", [](json &p) { p["code"][3]["sizes"].erase(1); }},
      {"buffer 2 is f32[b, 2], but buffer 5 is f32[b, 4]",
       [](json &p) { p["buffers"][5]["type"] = "f32[b, 4]"; }},
      {"make f32[3, b]", [](json &p) { p["buffers"][6]["type"] = "f32[2, b]"; }},
      // P5
      {"carried buffer 3 was not written",
       [](json &p) {
         p["code"].erase(3);
         p["code"][3] = launch(RowSum, {2}, {7});
       }},
      {"stacked buffer 6 got no row", [](json &p) { p["code"].erase(4); }},
      {"which is in use already", [](json &p) { p["code"][0]["carried"][0]["next"] = 2; }},
      // P6
      {"is not the size of any axis of an input", [](json &p) { p["symbols"] = {"b", "t"}; }},
      {"uses the unknown symbol b", [](json &p) { p["symbols"] = json::array(); }},
      // P7
      {"2 buffers are listed for 3", [](json &p) { p["tables"][0]["buffers"].erase(0); }},
      {"is not indexed by open loops of its trips",
       [](json &p) {
         p["code"][0]["trips"] = 2;
         p["buffers"][6]["type"] = "f32[2, b]";
       }},
      {"is not indexed by open loops of its trips", [](json &p) { p["code"][1]["loops"] = {1}; }},
      // P8
      {"shares buffer 5", [](json &p) { p["outputs"][1]["buffer"] = 5; }},
      {"two outputs are called y", [](json &p) { p["outputs"][1]["name"] = "y"; }},
      {"which is no output", [](json &p) { p["outputs"][0]["buffer"] = 2; }},
      // P9
      {"this runtime has no function called rm",
       [](json &p) {
         p["code"][6] = {{"op", "host"}, {"function", "rm"}, {"in", {2}}, {"out", {5}}};
       }},
      // P10
      {"a table of slots is i32[trips.., positions], not i32[b, 2]",
       [](json &p) { p["buffers"][0] = slots("i32[b, 2]", "b"); }},
      {"a table of slots is i32[trips.., positions], not f32[2, b]",
       [](json &p) { p["buffers"][0] = slots("f32[2, b]", "b"); }},
      {"3 reaches are listed for 2 combinations of trips",
       [](json &p) {
         p["buffers"][0] = slots("i32[2, b]", "b");
         p["buffers"][0]["reach"] = {1, 2, 3};
       }},
      {"uses the unknown symbol s", [](json &p) { p["buffers"][0] = slots("i32[2, b]", "s"); }},
  };
  for (const Damage &damage : damages)
    EXPECT_CONTAINS(errorAfter(damage.change), damage.message);
}

TEST(HostilePlan, LaunchSizesAreComparedWithWhatIsBound) {
  TempFolder folder;
  json loop = loopProgram();
  loop["code"][3]["sizes"] = {"3", "b"}; // the kernel would read past the end of every row
  writeBundle(folder, planOf({{"p", loop}}), manifestOf({weight("w0"), weight("w1")}));
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle) << bundle.message();
  Cpu cpu(1);
  ParameterStore store(*bundle, [](auto &, auto &, std::span<float>) { return Status::ok(); });
  Executor executor(*bundle, cpu, store);
  EXPECT_CONTAINS(executor.run("p", {{"x", floats({1, 2}, {1, 1})}}).message(),
                  "operand 0 of kernel scale is f32[1, 3], but buffer 2 is f32[1, 2]");
}

TEST(HostilePlan, ManifestAndPlanMustAgree) {
  TempFolder folder;
  auto error = [&](const json &programs, const json &buffers, const std::string &constants = "") {
    writeBundle(folder, planOf(programs), manifestOf(buffers), constants);
    return std::string(openBundle(folder).message());
  };
  json programs = {{"p", loopProgram()}};
  EXPECT_EQ(error(programs, {weight("w0"), weight("w1")}), "");
  EXPECT_CONTAINS(error(programs, json::array({weight("w0")})), "reads the buffer w1 as f32[2]");
  EXPECT_CONTAINS(error(programs, {weight("w0"), weight("w1", "f32[3]")}), "has f32[3]");
  EXPECT_CONTAINS(error(programs, {weight("w0"), weight("w1"), weight("w1")}), "stands twice");
  json lost = {{"name", "w2"}, {"type", "f32[2]"}};
  EXPECT_CONTAINS(error(programs, {weight("w0"), weight("w1"), lost}), "neither `file` nor `via`");
  json via = weight("w2");
  via["via"] = "q";
  via["inputs"] = json::array();
  EXPECT_CONTAINS(error(programs, {weight("w0"), weight("w1"), via}), "no program is called q");
  json constant = program({buffer("input", "f32[b, 2]", "x"), buffer("constant", "f32[2]")},
                          json::array(), json::array());
  constant["buffers"][1]["offset"] = 64;
  EXPECT_CONTAINS(error({{"p", constant}}, json::array(), std::string(71, 'x')),
                  "does not lie in constants.bin, which has 71 bytes");
  EXPECT_EQ(error({{"p", constant}}, json::array(), std::string(72, 'x')), "");
}

/// A program of one input, or of none, and a parameter.
json addsToItself(bool readsWeights) {
  json via = program(
      {readsWeights ? buffer("parameter", "f32[1, 2]", "c") : buffer("input", "f32[1, 2]", "a"),
       buffer("output", "f32[1, 2]")},
      {launch(Add, {0, 0}, {1}, {"2", "1"})}, {output("value", 1)});
  via["symbols"] = json::array();
  return via;
}

TEST(HostilePlan, FeaturesThatTheProcessorLacksAreNamed) {
  TempFolder folder;
  json manifest = manifestOf({weight("w0"), weight("w1")});
  manifest["target"] = "avx9000";
  manifest["cpuFeatures"] = "+quantum,+popcnt,-amx-tile,+warp-drive";
  writeBundle(folder, planOf({{"p", loopProgram()}}), manifest);
  auto bundle = openBundle(folder);
  ASSERT_FALSE(bundle);
  EXPECT_CONTAINS(bundle.message(),
                  "manifest.json: kernels.so was compiled for avx9000, but this "
                  "processor lacks quantum, warp-drive; compile the program again "
                  "with --cpu host");
}

TEST(HostilePlan, ABufferThatNeedsItselfIsAnError) {
  TempFolder folder;
  auto derived = [](const char *name, const char *from) {
    return json{{"name", name}, {"type", "f32[1, 2]"}, {"via", "v"}, {"inputs", {from}}};
  };
  writeBundle(folder, planOf({{"v", addsToItself(false)}}),
              manifestOf({derived("d", "a"), derived("a", "b"), derived("b", "a"),
                          weight("c", "f32[1, 2]"), derived("e", "c")}));
  EXPECT_CONTAINS(openBundle(folder).message(),
                  "manifest.json: the value of buffer b depends on itself: b <- a <- b");
}

TEST(HostilePlan, WhatComputesABufferReadsNoOtherWeights) {
  TempFolder folder;
  json derived = {{"name", "d"}, {"type", "f32[1, 2]"}, {"via", "v"}, {"inputs", json::array()}};
  writeBundle(folder, planOf({{"v", addsToItself(true)}}),
              manifestOf({derived, weight("c", "f32[1, 2]")}));
  EXPECT_CONTAINS(openBundle(folder).message(),
                  "program v reads weights that are not among the buffer's inputs");
}

TEST(HostilePlan, SizesThatCouldOverflowAreNotRead) {
  EXPECT_EQ(readSize("2*b*t + 1")->str(), "2*b*t + 1");
  EXPECT_FALSE(readSize("9999999999999999"));
  EXPECT_FALSE(readSize("999999999*999999999*999999999"));
  EXPECT_FALSE(readSize(""));
  EXPECT_FALSE(readSize("b +"));
  EXPECT_FALSE(readSize(std::string(2000, 'b')));
  EXPECT_EQ(readBufferType("f32[]")->text(), "f32[]");
  EXPECT_FALSE(readBufferType("f32[b,]"));
  EXPECT_FALSE(readBufferType("f32"));
  EXPECT_FALSE(readBufferType(""));
  EXPECT_FALSE(readBufferType("f32[1, 1, 1, 1, 1, 1, 1, 1, 1]"));
}

TEST(HostilePlan, DamagedTextIsAnErrorOrAPlanNeverACrash) {
  std::string text = planOf({{"p", loopProgram()}}).dump();
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    for (unsigned i = 0; i <= random() % 3; ++i)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (round % 5 == 0)
      damaged.resize(random() % damaged.size());
    if (auto plan = readPlan(damaged, "plan.json"))
      (void)verifyPlan(*plan, "plan.json");
  }
}
