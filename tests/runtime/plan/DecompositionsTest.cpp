#include "runtime/plan/Decompositions.h"
#include "runtime/plan/Budget.h"

#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <thread>

using namespace rx::runtime;

namespace {

template <typename T = double>
HostTensor randomMatrix(int64_t rows, int64_t columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  HostTensor matrix = *HostTensor::allocate(dtypeOf<T>(), {rows, columns});
  for (T &value : matrix.values<T>())
    value = static_cast<T>(normal(random));
  return matrix;
}

HostTensor matrixOf(int64_t rows, int64_t columns, std::vector<double> values) {
  return *HostTensor::of<double>({rows, columns}, values);
}

template <typename T = double> double at(const HostTensor &matrix, int64_t i, int64_t j) {
  return matrix.values<T>()[i * matrix.shape()[1] + j];
}

/// The largest |(a a^T - 1)[i, j]|: how far the rows are from orthonormal.
template <typename T = double> double distanceFromOrthonormal(const HostTensor &a) {
  double worst = 0;
  for (int64_t i = 0; i < a.shape()[0]; ++i)
    for (int64_t j = 0; j < a.shape()[0]; ++j) {
      double sum = i == j ? -1 : 0;
      for (int64_t k = 0; k < a.shape()[1]; ++k)
        sum += at<T>(a, i, k) * at<T>(a, j, k);
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

template <typename T = double> double distanceFromProduct(const HostTensor &a, const Svd &parts) {
  double worst = 0;
  for (int64_t i = 0; i < a.shape()[0]; ++i)
    for (int64_t j = 0; j < a.shape()[1]; ++j) {
      double sum = -at<T>(a, i, j);
      for (int64_t k = 0; k < parts.s.shape()[0]; ++k)
        sum += at<T>(parts.u, k, i) * parts.s.values<T>()[k] * at<T>(parts.v, k, j);
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

bool sameBits(const HostTensor &a, const HostTensor &b) {
  return a.text() == b.text() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

} // namespace

TEST(Svd, ReconstructsTallWideAndSquareMatrices) {
  for (auto [rows, columns] :
       {std::pair{7, 7}, {20, 5}, {5, 20}, {1, 4}, {4, 1}, {40, 33}, {200, 90}}) {
    HostTensor a = randomMatrix(rows, columns, 3);
    auto parts = svd(a);
    ASSERT_TRUE(parts) << parts.message();
    EXPECT_LT(distanceFromProduct(a, *parts), 1e-12);
    EXPECT_LT(distanceFromOrthonormal(parts->u), 1e-12);
    EXPECT_LT(distanceFromOrthonormal(parts->v), 1e-12);
    auto s = parts->s.values<double>();
    EXPECT_TRUE(std::is_sorted(s.rbegin(), s.rend()));
  }
}

/// Rounding to f32 is all that f32 costs: half an ulp of each of 33 products of three.
TEST(Svd, OfF32IsComputedInF64) {
  HostTensor a = randomMatrix<float>(40, 33, 4);
  auto parts = svd(a);
  ASSERT_TRUE(parts) << parts.message();
  EXPECT_EQ(parts->u.text(), "f32[33, 40]");
  EXPECT_LT(distanceFromProduct<float>(a, *parts), 1e-6);
  EXPECT_LT(distanceFromOrthonormal<float>(parts->u), 1e-7);
  EXPECT_LT(distanceFromOrthonormal<float>(parts->v), 1e-7);
}

TEST(Svd, OfARankDeficientMatrixIsStillOrthonormal) {
  HostTensor a = *HostTensor::allocate(RX_F64, {6, 4});
  for (int64_t i = 0; i < 6; ++i)
    for (int64_t j = 0; j < 4; ++j)
      a.values<double>()[i * 4 + j] = static_cast<double>((i + 1) * (j + 2));
  auto parts = svd(a);
  ASSERT_TRUE(parts) << parts.message();
  EXPECT_LT(distanceFromProduct(a, *parts), 1e-11);
  EXPECT_LT(distanceFromOrthonormal(parts->u), 1e-12);
  EXPECT_LT(distanceFromOrthonormal(parts->v), 1e-12);
  auto zero = svd(*HostTensor::zeros(RX_F64, {3, 2}));
  ASSERT_TRUE(zero) << zero.message();
  for (double value : zero->s.values<double>())
    EXPECT_EQ(value, 0);
  EXPECT_LT(distanceFromOrthonormal(zero->u), 1e-15);
}

TEST(Svd, OfNothingIsNothing) {
  auto parts = svd(*HostTensor::zeros(RX_F32, {3, 0}));
  ASSERT_TRUE(parts) << parts.message();
  EXPECT_EQ(parts->u.text(), "f32[0, 3]");
  EXPECT_EQ(parts->v.text(), "f32[0, 0]");
}

TEST(Svd, FixesTheSignByTheLargestElementOfU) {
  auto parts = svd(randomMatrix(9, 6, 5));
  ASSERT_TRUE(parts);
  for (int64_t k = 0; k < 6; ++k) {
    double largest = 0;
    for (int64_t i = 0; i < 9; ++i)
      if (std::abs(at(parts->u, k, i)) > std::abs(largest))
        largest = at(parts->u, k, i);
    EXPECT_GT(largest, 0);
  }
}

/// Large enough that the library would share the work among its threads, were it allowed to.
TEST(Svd, GivesTheSameBitsSideBySide) {
  HostTensor a = randomMatrix<float>(300, 200, 6);
  auto alone = svd(a);
  ASSERT_TRUE(alone);
  std::vector<Expected<Svd>> results;
  for (int i = 0; i < 4; ++i)
    results.emplace_back(Status::error("not run"));
  std::vector<std::thread> threads;
  for (auto &result : results)
    threads.emplace_back([&a, &result] { result = svd(a); });
  for (std::thread &thread : threads)
    thread.join();
  for (auto &result : results) {
    ASSERT_TRUE(result) << result.message();
    EXPECT_TRUE(sameBits(result->u, alone->u));
    EXPECT_TRUE(sameBits(result->s, alone->s));
    EXPECT_TRUE(sameBits(result->v, alone->v));
  }
}

TEST(Svd, RefusesInfinitiesAndNaN) {
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    HostTensor a = randomMatrix(3, 3, 1);
    a.values<double>()[4] = bad;
    EXPECT_CONTAINS(svd(a).message(), "a matrix to decompose holds infinities or NaN");
  }
}

TEST(Cholesky, GivesTheLowerFactorOfTheLowerTriangle) {
  auto factor = cholesky(matrixOf(3, 3, {4, 99, 99, 2, 10, 99, 6, 9, 14}));
  ASSERT_TRUE(factor) << factor.message();
  auto values = factor->values<double>();
  EXPECT_EQ((std::vector<double>{values.begin(), values.end()}),
            (std::vector<double>{2, 0, 0, 1, 3, 0, 3, 2, 1}));
}

TEST(Cholesky, NamesTheRowThatIsNotPositive) {
  EXPECT_CONTAINS(cholesky(matrixOf(2, 2, {1, 2, 2, 1})).message(),
                  "the matrix is not positive definite (row 1)");
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_CONTAINS(cholesky(matrixOf(2, 2, {1, 0, 0, nan})).message(),
                  "the matrix is not positive definite (row 1)");
}

/// Pages of this process: its peak from here on begins at what it holds now.
int64_t startOfPeak() {
  std::ofstream("/proc/self/clear_refs") << 5;
  return peakMemory();
}

TEST(Svd, TakesTheMemoryItSays) {
  for (auto [rows, columns] : {std::pair(2048, 640), std::pair(640, 2048), std::pair(1024, 1024)}) {
    HostTensor a = randomMatrix<float>(rows, columns, 1);
    (void)svd(randomMatrix<float>(64, 64, 1)); // the library's own buffers
    int64_t before = startOfPeak();
    auto result = svd(a);
    int64_t taken = peakMemory() - before;
    ASSERT_TRUE(result) << result.message();
    EXPECT_LE(taken, svdBytes(rows, columns) + (int64_t(12) << 20)) << "panels of the library";
    // LAPACK does not touch all of the work memory that it asks for.
    EXPECT_GE(taken, svdBytes(rows, columns) * 3 / 4);
  }
}

TEST(Svd, OfNothingTakesNothing) {
  EXPECT_EQ(svdBytes(0, 5), 0);
  EXPECT_EQ(svdBytes(int64_t(1) << 40, 5), 0);
}
