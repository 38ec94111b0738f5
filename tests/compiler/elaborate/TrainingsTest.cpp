#include "compiler/elaborate/Trainings.h"

#include "tests/compiler/parse/Parsed.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace rx;

namespace {

/// The kinds that are reported of the experiments of a text, in order.
std::string kindsOf(const std::string &text, const std::string &name = "test.rx") {
  Parsed parsed(text, name);
  if (!parsed.file)
    return parsed.messages();
  diag::DiagnosticEngine diagnostics;
  auto find = [&](const std::string &wanted) -> const ast::Item * {
    for (auto &item : parsed.file->items)
      if (item->kind == ast::Item::Block && item->text == "train" && item->name == wanted)
        return item.get();
    return nullptr;
  };
  for (auto &item : parsed.file->items)
    if (item->kind == ast::Item::Block && item->text == "experiment")
      elaborate::checkTrainings(*item, find, diagnostics);
  std::string kinds;
  for (auto &diagnostic : diagnostics.diagnostics())
    kinds += (kinds.empty() ? "" : " ") + diagnostic.kind + ":" +
             std::to_string(diagnostic.at.source->line(diagnostic.at.begin));
  return kinds;
}

/// An experiment with a model `m`, trained by `run`, and then these lines, which begin at line 6.
std::string afterTraining(const std::string &lines) {
  return "experiment E {\n"
         "  m = Net(8)\n"
         "  train run {\n"
         "    for r in D.train.batches(8) { minimize nll(m, r) by adam(1e-3) }\n"
         "  }\n" +
         lines + "}\n";
}

TEST(Trainings, PapersAreClean) {
  int papers = 0;
  for (auto &entry : std::filesystem::directory_iterator("tests/grammar/papers")) {
    EXPECT_EQ(kindsOf(readText(entry.path()), entry.path()), "");
    ++papers;
  }
  EXPECT_EQ(papers, 10);
}

TEST(Trainings, AModelReadAfterItsTrainingIsStale) {
  EXPECT_EQ(kindsOf(afterTraining("  report R { show nll(m, D.test) }\n")), "stale-model:6");
  EXPECT_EQ(kindsOf(afterTraining("  n = Twice(m)\n")), "stale-model:6");
  EXPECT_EQ(kindsOf(afterTraining("  train more amends run(m)\n")), "stale-model:6");
}

TEST(Trainings, TheTrainedModelAndTheDeliberateReadAreFine) {
  EXPECT_EQ(kindsOf(afterTraining("  report R { show nll(run.m, D.test) }\n")), "");
  EXPECT_EQ(kindsOf(afterTraining("  report R { show nll(before(m), D.test) }\n")), "");
  EXPECT_EQ(kindsOf(afterTraining("  width = m.d\n")), "");
  EXPECT_EQ(kindsOf(afterTraining("  preset smoke { m.d = 3 }\n")), "");
}

TEST(Trainings, NamesOfOneVariantEndWithIt) {
  EXPECT_EQ(kindsOf("experiment E {\n"
                    "  for d in [2, 3] {\n"
                    "    m = Net(d)\n"
                    "    train run { minimize nll(m, D) by adam(1e-3) }\n"
                    "  }\n"
                    "  m = Net(4)\n"
                    "  report R { show nll(m, D) }\n"
                    "}\n"),
            "");
}

TEST(Trainings, WhatATrainingTakesIsFollowedIntoItsDefinition) {
  std::string fit = "train Fit(net, other) { minimize nll(net, other) by adam(1e-3) }\n";
  EXPECT_EQ(kindsOf(fit + "experiment E {\n"
                          "  m = Net(8)\n"
                          "  train run amends Fit(m, D)\n"
                          "  report R { show nll(m, D) }\n"
                          "}\n"),
            "stale-model:5");
  EXPECT_EQ(kindsOf(fit + "experiment E {\n"
                          "  frozen m = Net(8)\n"
                          "  train run amends Fit(other = D, net = m)\n"
                          "}\n"),
            "frozen:4");
}

TEST(Trainings, AFrozenTeacherMayTakePartInALoss) {
  std::string head = "experiment E {\n  frozen teacher = Net(8)\n  m = Net(4)\n";
  EXPECT_EQ(kindsOf(head + "  train run { minimize kl(m, teacher) by adam(1e-3) }\n}\n"), "");
  EXPECT_EQ(kindsOf(head + "  train run { minimize kl(m, teacher) over teacher.head by opt }\n}\n"),
            "frozen:4");
}

TEST(Trainings, TestDataChooseNothing) {
  std::string head = "experiment E {\n  m = Net(8)\n  train run {\n";
  EXPECT_EQ(kindsOf(head + "    keep best(m, score = nll(m, D.test))\n  }\n}\n"), "leak:4");
  EXPECT_EQ(kindsOf(head + "    for r in D.test.batches(8) { minimize nll(m, r) by a }\n  }\n}\n"),
            "leak:4");
  EXPECT_EQ(kindsOf(head + "    each 100 steps { track t = nll(m, D.test) }\n  }\n}\n"), "");
  EXPECT_EQ(kindsOf(head + "    keep best(m, score = nll(m, D.valid))\n  }\n}\n"), "");
}

} // namespace
