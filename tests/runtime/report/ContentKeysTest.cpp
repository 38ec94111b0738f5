#include "runtime/report/ContentKeys.h"
#include "tests/runtime/plan/PlanFixture.h"

#include <gtest/gtest.h>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

/// y = scale(x, w): reads one buffer.
json scaleProgram(const char *weight) {
  return program({buffer("input", "f32[b, 2]", "x"), buffer("parameter", "f32[2]", weight),
                  buffer("output", "f32[b, 2]")},
                 {launch(Scale, {0, 1}, {2})}, {output("y", 2)});
}

json weightOf(const char *name, const char *tensor) {
  return {{"name", name}, {"type", "f32[2]"}, {"file", "f"}, {"tensor", tensor}};
}

struct Keys {
  TempFolder folder;
  std::string fileContent = "1";

  Hash128 program(const json &plan, const json &buffers, const char *name = "p") {
    writeBundle(folder, plan, manifestOf(buffers));
    auto bundle = openBundle(folder);
    EXPECT_TRUE(bundle) << bundle.message();
    ContentKeys keys(*bundle, [&](const std::string &file) -> Expected<std::string> {
      return file + fileContent;
    });
    auto key = keys.program(name);
    EXPECT_TRUE(key) << key.message();
    return *key;
  }
};

TEST(ContentKeys, NamesAndLinesDoNotCount) {
  Keys keys;
  Hash128 before =
      keys.program(planOf({{"p", scaleProgram("w")}}), json::array({weightOf("w", "t")}));
  json renamed = scaleProgram("v");
  renamed["code"][0]["location"] = "elsewhere (u.rx:99)";
  EXPECT_EQ(before,
            keys.program(planOf({{"other", renamed}}), json::array({weightOf("v", "t")}), "other"));
  json plan = planOf({{"p", scaleProgram("w")}});
  plan["kernels"][Scale]["name"] = "x";
  plan["kernels"][Scale]["location"] = "x";
  EXPECT_EQ(before, keys.program(plan, json::array({weightOf("w", "t")})));
}

TEST(ContentKeys, TheOrderOfKernelsDoesNotCountButTheirSymbolDoes) {
  Keys keys;
  json buffers = json::array({weightOf("w", "t")});
  Hash128 before = keys.program(planOf({{"p", scaleProgram("w")}}), buffers);
  json plan = planOf({{"p", scaleProgram("w")}});
  std::swap(plan["kernels"][Add], plan["kernels"][Scale]);
  plan["programs"]["p"]["code"][0]["kernel"] = int(Add);
  EXPECT_EQ(before, keys.program(plan, buffers));
  plan["kernels"][Add]["symbol"] = "another";
  EXPECT_NE(before, keys.program(plan, buffers));
}

TEST(ContentKeys, WeightsCountByContent) {
  Keys keys;
  json plan = planOf({{"p", scaleProgram("w")}});
  Hash128 before = keys.program(plan, json::array({weightOf("w", "t")}));
  EXPECT_NE(before, keys.program(plan, json::array({weightOf("w", "u")})));
  keys.fileContent = "2";
  EXPECT_NE(before, keys.program(plan, json::array({weightOf("w", "t")})));
}

TEST(ContentKeys, ConstantsCountByContent) {
  Keys keys;
  json plan = planOf({{"p", program({buffer("input", "f32[b, 2]", "x"),
                                     {{"kind", "constant"}, {"type", "f32[2]"}, {"offset", 64}},
                                     buffer("output", "f32[b, 2]")},
                                    {launch(Scale, {0, 1}, {2})}, {output("y", 2)})}});
  auto with = [&](char last) {
    writeBundle(keys.folder, plan, manifestOf(json::array()), std::string(71, 'a') + last);
    auto bundle = openBundle(keys.folder);
    EXPECT_TRUE(bundle) << bundle.message();
    return *ContentKeys(*bundle, nullptr).program("p");
  };
  EXPECT_EQ(with('b'), with('b'));
  EXPECT_NE(with('b'), with('c'));
}

TEST(ContentKeys, AComputedBufferIsItsProgramAndItsInputs) {
  Keys keys;
  json shift = program({buffer("input", "f32[1, 2]", "raw"), buffer("input", "f32[1, 2]", "by"),
                        buffer("output", "f32[1, 2]")},
                       {launch(Add, {0, 1}, {2}, {"2", "1"})}, {output("value", 2)});
  shift["symbols"] = json::array();
  json main = program({buffer("input", "f32[1, 2]", "x"), buffer("parameter", "f32[1, 2]", "w"),
                       buffer("output", "f32[1, 2]")},
                      {launch(Add, {0, 1}, {2}, {"2", "1"})}, {output("y", 2)});
  main["symbols"] = json::array();
  auto buffers = [](const char *second) {
    json list = {{{"name", "a"}, {"type", "f32[1, 2]"}, {"file", "f"}, {"tensor", "a"}},
                 {{"name", "b"}, {"type", "f32[1, 2]"}, {"file", "f"}, {"tensor", second}}};
    list.push_back(
        {{"name", "w"}, {"type", "f32[1, 2]"}, {"via", "shift"}, {"inputs", {"a", "b"}}});
    return list;
  };
  json plan = planOf({{"p", main}, {"shift", shift}});
  Hash128 before = keys.program(plan, buffers("b"));
  EXPECT_EQ(before, keys.program(plan, buffers("b")));
  EXPECT_NE(before, keys.program(plan, buffers("c")));
  plan["programs"]["shift"]["code"][0]["in"] = {1, 0};
  EXPECT_NE(before, keys.program(plan, buffers("b")));
}

TEST(ContentKeys, WhoBindsAnotherValueSaysWhatItIs) {
  TempFolder folder;
  writeBundle(folder, planOf({{"p", scaleProgram("w")}}),
              manifestOf(json::array({weightOf("w", "t")})));
  auto bundle = openBundle(folder);
  ASSERT_TRUE(bundle);
  ContentKeys keys(*bundle, [](const std::string &file) -> Expected<std::string> { return file; });
  Hash128 before = *keys.program("p");
  keys.setBuffer("w", {7, 7});
  EXPECT_NE(before, *keys.program("p"));
  EXPECT_EQ(*keys.buffer("w"), (Hash128{7, 7}));
}

} // namespace
