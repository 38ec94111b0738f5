#include "runtime/plan/Together.h"

#include "runtime/plan/MemoryPlanner.h"

#include <gtest/gtest.h>

using namespace rx::runtime;

namespace {

struct Code {
  Program program;

  explicit Code(size_t buffers) { program.buffers.resize(buffers); }
  template <typename Op> void add(Op op) { program.code.push_back({std::move(op), ""}); }
  void launch(std::vector<BufferId> in, std::vector<BufferId> out) {
    add(Launch{{0}, std::move(in), std::move(out), {}});
  }
  std::vector<size_t> since() const { return togetherSince(program); }
};

using Since = std::vector<size_t>;

} // namespace

TEST(Together, LaunchesThatDoNotReadEachOtherAre) {
  Code code(8);
  code.launch({0}, {1}); // 0
  code.launch({1}, {2}); // 1
  code.launch({1}, {3}); // 2
  code.launch({0}, {4}); // 3
  code.launch({3}, {5}); // 4: reads 2
  code.launch({2}, {6}); // 5
  EXPECT_EQ(code.since(), (Since{0, 1, 1, 1, 4, 4}));
}

TEST(Together, NothingIsWrittenTwiceOrUnderAReader) {
  Code code(4);
  code.launch({0}, {1});
  code.launch({0}, {1}); // writes it again
  code.launch({2}, {3});
  code.launch({3}, {2}); // writes what the one before reads
  EXPECT_EQ(code.since(), (Since{0, 1, 1, 3}));
}

TEST(Together, SoManyAtMost) {
  Code code(40);
  for (BufferId buffer = 1; buffer < 40; ++buffer)
    code.launch({0}, {buffer});
  auto since = code.since();
  EXPECT_EQ(since[mostTogether - 1], 0u);
  EXPECT_EQ(since[mostTogether], mostTogether);
  EXPECT_EQ(since[2 * mostTogether], 2 * mostTogether);
}

TEST(Together, OtherInstructionsAreAloneAndPart) {
  Code code(6);
  code.launch({0}, {1});
  code.add(Copy{0, 2});
  code.launch({0}, {3});
  code.add(Branch{5});
  code.launch({0}, {4});
  code.add(End{});
  EXPECT_EQ(code.since(), (Since{0, 1, 2, 3, 4, 5}));
}

TEST(Together, RowsLieInTheMemoryOfWhatTheyAreRowsOf) {
  Code code(6);
  code.add(View{0, 0, 1});
  code.add(View{0, 0, 2});
  code.add(View{3, 0, 4});
  code.launch({1}, {1}); // updates
  code.launch({4}, {4});
  code.launch({2}, {5});
  EXPECT_EQ(code.since(), (Since{0, 1, 2, 3, 3, 5}));
}

TEST(Together, TheFirstTripReadsTheInitialValueWhereItLies) {
  Code code(5);
  Loop loop;
  loop.trips = 2;
  loop.trip = 3;
  loop.carried = {{.argument = 1, .initial = 0, .next = 2}};
  code.add(loop);
  code.launch({0}, {0}); // updates it
  code.launch({1}, {2});
  EXPECT_EQ(code.since(), (Since{0, 1, 2}));
}

TEST(Together, WhatOneReadsIsKeptUntilTheOthersAreDone) {
  Code code(5);
  code.launch({}, {0, 1});
  code.launch({0}, {2});
  code.launch({1}, {3}); // may run before the launch above
  auto lifetimes = lifetimesOf(code.program);
  EXPECT_EQ(lifetimes[0].end, lifetimes[1].end);
  EXPECT_EQ(lifetimes[2].begin, lifetimes[3].begin);
  EXPECT_LE(lifetimes[3].begin, lifetimes[0].end);
}
