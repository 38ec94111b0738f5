#include "runtime/plan/MemoryPlanner.h"

#include "runtime/core/Memory.h"

#include <gtest/gtest.h>

#include <random>

using namespace rx::runtime;

namespace {

std::vector<MemoryRequest> randomRequests(std::mt19937 &random, int count) {
  std::vector<MemoryRequest> requests;
  for (int i = 0; i < count; ++i) {
    auto begin = static_cast<int64_t>(random() % 100), length = static_cast<int64_t>(random() % 20);
    bool unused = random() % 10 == 0;
    requests.push_back(
        {{begin, unused ? begin - 1 : begin + length}, static_cast<int64_t>(random() % 5000)});
  }
  return requests;
}

bool meet(const Lifetime &a, const Lifetime &b) { return a.begin <= b.end && b.begin <= a.end; }
bool used(const MemoryRequest &request) { return request.lifetime.begin <= request.lifetime.end; }

/// The most bytes alive at one time: no arena can be smaller.
int64_t floorOf(const std::vector<MemoryRequest> &requests) {
  int64_t most = 0;
  for (int64_t at = 0; at < 130; ++at) {
    int64_t alive = 0;
    for (const MemoryRequest &request : requests)
      if (request.lifetime.begin <= at && at <= request.lifetime.end)
        alive += alignTensorBytes(request.bytes);
    most = std::max(most, alive);
  }
  return most;
}

} // namespace

TEST(MemoryPlanner, NothingAliveAtOnceOverlaps) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    auto requests = randomRequests(random, 1 + round % 60);
    auto placement = placeRequests(requests);
    ASSERT_TRUE(placement);
    int64_t sum = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (!used(requests[i])) {
        EXPECT_EQ(placement->offsets[i], -1);
        continue;
      }
      int64_t begin = placement->offsets[i], end = begin + requests[i].bytes;
      EXPECT_EQ(begin % tensorAlignment, 0);
      EXPECT_LE(end, placement->bytes);
      sum += alignTensorBytes(requests[i].bytes);
      for (size_t j = 0; j < i; ++j)
        if (used(requests[j]) && meet(requests[i].lifetime, requests[j].lifetime))
          EXPECT_TRUE(end <= placement->offsets[j] ||
                      placement->offsets[j] + requests[j].bytes <= begin);
    }
    EXPECT_LE(placement->bytes, sum);
    EXPECT_GE(placement->bytes, floorOf(requests));
  }
}

TEST(MemoryPlanner, ReusesMemoryOfWhatIsDead) {
  std::vector<MemoryRequest> chain;
  for (int64_t i = 0; i < 10; ++i)
    chain.push_back({{i, i + 1}, 640});
  EXPECT_EQ(placeRequests(chain)->bytes, 2 * 640);
}

TEST(MemoryPlanner, RefusesSumsBeyond63Bits) {
  std::vector<MemoryRequest> requests(3, {{0, 1}, INT64_MAX / 2});
  EXPECT_FALSE(placeRequests(requests));
}

TEST(Lifetimes, WhatALoopReadsFromOutsideLivesThroughIt) {
  Program program;
  program.buffers.resize(5); // all temporaries
  Loop loop;
  loop.trips = 2;
  loop.trip = 4;
  loop.carried = {{.argument = 2, .initial = 1, .next = 3}};
  auto add = [&](auto op) { program.code.push_back({op, ""}); };
  add(Launch{{0}, {}, {0, 1}, {}});  // 0
  add(loop);                       // 1
  add(Launch{{0}, {0, 2}, {3}, {}}); // 2: reads 0 from outside
  add(Launch{{0}, {}, {}, {}});      // 3
  add(End{});                      // 4
  add(Launch{{0}, {2}, {}, {}});     // 5: the last carried value
  auto lifetimes = lifetimesOf(program);
  auto expect = [&](size_t buffer, int64_t begin, int64_t end) {
    EXPECT_EQ(lifetimes[buffer].begin, begin) << buffer;
    EXPECT_EQ(lifetimes[buffer].end, end) << buffer;
  };
  expect(0, 0, 4); // read again by the next trip
  expect(1, 0, 4); // the initial value is read in place
  expect(2, 1, 5); // either of the two places may hold the last value
  expect(3, 1, 5);
  expect(4, 1, 4);
}
