#include "runtime/plan/Decompositions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace rx::runtime;

namespace {

Matrix randomMatrix(int64_t rows, int64_t columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Matrix matrix(rows, columns);
  for (double &value : matrix.values)
    value = normal(random);
  return matrix;
}

/// The largest |(a^T a - 1)[i, j]|: how far the columns are from orthonormal.
double distanceFromOrthonormal(const Matrix &a) {
  double worst = 0;
  for (int64_t i = 0; i < a.columns; ++i)
    for (int64_t j = 0; j < a.columns; ++j) {
      double sum = i == j ? -1 : 0;
      for (int64_t k = 0; k < a.rows; ++k)
        sum += a.row(k)[i] * a.row(k)[j];
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

double distanceFromProduct(const Matrix &a, const Svd &svd) {
  double worst = 0;
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < a.columns; ++j) {
      double sum = -a.row(i)[j];
      for (size_t k = 0; k < svd.s.size(); ++k)
        sum += svd.u.row(i)[k] * svd.s[k] * svd.v.row(j)[k];
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

} // namespace

TEST(Svd, ReconstructsTallWideAndSquareMatrices) {
  for (auto [rows, columns] : {std::pair{7, 7}, {20, 5}, {5, 20}, {1, 4}, {4, 1}, {40, 33}}) {
    Matrix a = randomMatrix(rows, columns, 3);
    auto svd = truncatedSvd(a, std::min(rows, columns));
    ASSERT_TRUE(svd) << svd.message();
    EXPECT_LT(distanceFromProduct(a, *svd), 1e-12);
    EXPECT_LT(distanceFromOrthonormal(svd->u), 1e-12);
    EXPECT_LT(distanceFromOrthonormal(svd->v), 1e-12);
    EXPECT_TRUE(std::is_sorted(svd->s.rbegin(), svd->s.rend()));
  }
}

TEST(Svd, OfARankDeficientMatrixIsStillOrthonormal) {
  Matrix a(6, 4);
  for (int64_t i = 0; i < 6; ++i)
    for (int64_t j = 0; j < 4; ++j)
      a.row(i)[j] = static_cast<double>((i + 1) * (j + 2));
  auto svd = truncatedSvd(a, 4);
  ASSERT_TRUE(svd) << svd.message();
  EXPECT_LT(distanceFromProduct(a, *svd), 1e-11);
  EXPECT_LT(distanceFromOrthonormal(svd->u), 1e-12);
  EXPECT_LT(distanceFromOrthonormal(svd->v), 1e-12);
  auto zero = truncatedSvd(Matrix(3, 2), 2);
  ASSERT_TRUE(zero) << zero.message();
  EXPECT_EQ(zero->s, (std::vector<double>{0, 0}));
  EXPECT_LT(distanceFromOrthonormal(zero->u), 1e-15);
}

TEST(Svd, FixesTheSignByTheLargestElementOfU) {
  auto svd = truncatedSvd(randomMatrix(9, 6, 5), 6);
  ASSERT_TRUE(svd);
  for (int64_t k = 0; k < 6; ++k) {
    double largest = 0;
    for (int64_t i = 0; i < 9; ++i)
      if (std::abs(svd->u.row(i)[k]) > std::abs(largest))
        largest = svd->u.row(i)[k];
    EXPECT_GT(largest, 0);
  }
}

TEST(Svd, TruncationKeepsTheLargest) {
  Matrix a = randomMatrix(12, 10, 8);
  auto all = truncatedSvd(a, 10), some = truncatedSvd(a, 3);
  ASSERT_TRUE(all && some);
  for (size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(some->s[k], all->s[k], 1e-12);
}

TEST(Svd, RefusesNaN) {
  Matrix a = randomMatrix(3, 3, 1);
  a.row(1)[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(truncatedSvd(a, 2));
}

TEST(SymmetricEigen, OfKnownMatrices) {
  Matrix a(2, 2);
  a.values = {2, 1, 1, 2};
  auto eigen = symmetricEigen(a);
  ASSERT_TRUE(eigen);
  EXPECT_NEAR(eigen->values[0], 1, 1e-15);
  EXPECT_NEAR(eigen->values[1], 3, 1e-15);
}
