#include "runtime/core/HostTensor.h"

#include <gtest/gtest.h>

using namespace rx::runtime;

TEST(HostTensor, HoldsWhatWasPutIn) {
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  auto tensor = HostTensor::of<float>({2, 3}, values);
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->text(), "f32[2, 3]");
  EXPECT_EQ(tensor->bytes(), 24);
  EXPECT_EQ(tensor->values<float>()[5], 6);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->data()) % tensorAlignment, 0u);
}

TEST(HostTensor, RefusesImpossibleSizes) {
  EXPECT_FALSE(HostTensor::allocate(RX_F32, {-1}));
  EXPECT_FALSE(HostTensor::allocate(RX_F32, {INT64_MAX, 2}));
  std::vector<float> values = {1};
  auto tensor = HostTensor::of<float>({2}, values);
  ASSERT_FALSE(tensor);
  EXPECT_EQ(tensor.message(), "1 values do not fill f32[2]");
}

TEST(HostTensor, EmptyTensorsAndScalarsAreTensors) {
  EXPECT_EQ(HostTensor::zeros(RX_I32, {0, 5})->bytes(), 0);
  EXPECT_EQ(HostTensor::zeros(RX_I32, {})->bytes(), 4);
}

TEST(HostTensor, LargeTensorsStandOnHugePages) {
  auto tensor = HostTensor::zeros(RX_U8, {5 << 20});
  ASSERT_TRUE(tensor);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->data()) % (2 << 20), 0u);
}

TEST(HostTensor, MoreMemoryThanThereIsIsAnErrorNotACrash) {
  auto tensor = HostTensor::allocate(RX_F32, {int64_t(1) << 60});
  ASSERT_FALSE(tensor);
  EXPECT_NE(tensor.message().find("out of memory"), std::string_view::npos) << tensor.message();
}

TEST(HostTensor, NamesOfPlainTypes) {
  EXPECT_EQ(plainDtype("bool"), RX_BOOL);
  EXPECT_EQ(plainDtype("q4_k"), std::nullopt);
}
