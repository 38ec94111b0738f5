#include "runtime/core/Status.h"

#include <gtest/gtest.h>

#include <memory>

using namespace rx::runtime;

namespace {

Expected<std::unique_ptr<int>> makeNumber(bool succeed) {
  if (!succeed)
    return makeError("field '{}': {} is negative", "layers", -1);
  return std::make_unique<int>(7);
}

TEST(Status, SuccessHasNoMessage) {
  Status status = Status::ok();
  EXPECT_TRUE(status.isOk());
  EXPECT_TRUE(static_cast<bool>(status));
  EXPECT_EQ(status.message(), "");
}

TEST(Status, FailureKeepsItsMessageAndGainsContext) {
  Status status = makeError("expected {} bytes", 24);
  EXPECT_FALSE(status.isOk());
  EXPECT_EQ(status.message(), "expected 24 bytes");
  EXPECT_EQ(std::move(status).withContext("model.gguf").message(), "model.gguf: expected 24 bytes");
}

TEST(Status, ContextLeavesSuccessAlone) {
  EXPECT_TRUE(Status::ok().withContext("model.gguf").isOk());
}

TEST(Expected, HoldsMoveOnlyValues) {
  Expected<std::unique_ptr<int>> number = makeNumber(true);
  ASSERT_TRUE(number);
  EXPECT_TRUE(number.status().isOk());
  EXPECT_EQ(number.message(), "");
  std::unique_ptr<int> taken = *std::move(number);
  EXPECT_EQ(*taken, 7);
}

TEST(Expected, HoldsTheFailure) {
  Expected<std::unique_ptr<int>> number = makeNumber(false);
  ASSERT_FALSE(number);
  EXPECT_EQ(number.message(), "field 'layers': -1 is negative");
  EXPECT_EQ(number.status().message(), "field 'layers': -1 is negative");
}

TEST(Expected, ConvertsValuesAndFallsBack) {
  Expected<std::string> text = "abc";
  EXPECT_EQ(text->size(), 3u);
  EXPECT_EQ(Expected<int>(Status::error("none")).valueOr(4), 4);
  EXPECT_EQ(Expected<int>(3).valueOr(4), 3);
}

} // namespace
