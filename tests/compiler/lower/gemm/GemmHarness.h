// Compiles a GEMM and runs it on matrices that sit against guard pages.
#pragma once

#include "compiler/lower/Gemm.h"
#include "mlir/IR/MLIRContext.h"
#include "tests/compiler/lower/harness/TestCode.h"
#include "tests/tools/Seed.h"
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace rx::compiler {

/// A stored matrix [rows, columns] with a row stride >= columns. Its last element is the last
/// before an unreadable page, so that an access beyond it crashes; the gaps between rows hold NaN.
template <typename T> class Matrix {
public:
  Matrix(int64_t rows, int64_t columns, int64_t gap = 0)
      : rows(rows), columns(columns), stride(columns + gap) {
    int64_t page = sysconf(_SC_PAGESIZE),
            count = rows && columns ? (rows - 1) * stride + columns : 0;
    usable = (count * static_cast<int64_t>(sizeof(T)) + page - 1) / page * page;
    base = static_cast<char *>(
        mmap(nullptr, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_NE(base, MAP_FAILED);
    EXPECT_EQ(mprotect(base + usable, page, PROT_NONE), 0);
    length = usable + page;
    data = reinterpret_cast<T *>(base + usable) - count;
    std::fill(data, data + count, std::numeric_limits<T>::quiet_NaN());
  }
  Matrix(Matrix &&other) : Matrix(0, 0) { swap(other); }
  Matrix &operator=(Matrix &&other) { return swap(other), *this; }
  ~Matrix() { munmap(base, length); }

  static Matrix random(int64_t rows, int64_t columns, int64_t gap, std::mt19937 &rng) {
    Matrix m(rows, columns, gap);
    std::uniform_real_distribution<T> uniform(-1, 1);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        m(i, j) = uniform(rng);
    return m;
  }

  T &operator()(int64_t i, int64_t j) { return data[i * stride + j]; }
  T operator()(int64_t i, int64_t j) const { return data[i * stride + j]; }
  rx_operand operand() const { return {data, {stride, 1}}; }

  /// Whether the gaps between rows still hold NaN.
  bool gapsIntact() const {
    for (int64_t i = 0; i + 1 < rows; ++i)
      for (int64_t j = columns; j < stride; ++j)
        if (!std::isnan((*this)(i, j)))
          return false;
    return true;
  }

  int64_t rows, columns, stride;
  T *data;

private:
  void swap(Matrix &o) {
    std::swap(rows, o.rows), std::swap(columns, o.columns), std::swap(stride, o.stride);
    std::swap(data, o.data), std::swap(base, o.base), std::swap(length, o.length);
    std::swap(usable, o.usable);
  }
  char *base;
  int64_t length, usable;
};

/// Bitwise equality, and where it fails first.
template <typename T> testing::AssertionResult sameBits(const Matrix<T> &a, const Matrix<T> &b) {
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < a.columns; ++j) {
      T x = a(i, j), y = b(i, j);
      if (std::memcmp(&x, &y, sizeof(T)) != 0)
        return testing::AssertionFailure()
               << "[" << i << ", " << j << "]: " << x << " is not " << y;
    }
  return testing::AssertionSuccess();
}

struct Cut {
  int64_t begin, end;
};

/// A product and, where B is packed, what packs it.
struct GemmCode {
  rx_kernel product = nullptr, pack = nullptr;

  explicit GemmCode(const GemmSpec &spec) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto gemm = buildGemm(context, spec);
    std::vector<CodeRequest> requests = {{*gemm, spec.target}};
    mlir::OwningOpRef<mlir::ModuleOp> packB;
    if (spec.packedB) {
      packB = buildGemmPackB(context, spec);
      requests.push_back({*packB, spec.target});
    }
    std::vector<rx_kernel> code = codeOf(requests);
    product = code.front();
    if (spec.packedB)
      pack = code.back();
  }

  /// Built once in a process: tests ask for the same few again and again.
  static const GemmCode &of(const GemmSpec &spec) {
    auto key = std::tuple(spec.target, spec.elementBits, spec.transA, spec.transB, spec.packedB,
                          spec.formB, spec.path, spec.precision, spec.batchRank);
    static std::map<decltype(key), GemmCode> known;
    auto found = known.find(key);
    return found == known.end() ? known.emplace(key, GemmCode(spec)).first->second : found->second;
  }
};

class CompiledGemm : public GemmCode {
public:
  explicit CompiledGemm(GemmSpec spec)
      : GemmCode(spec.epilogue ? GemmCode(spec) : GemmCode::of(spec)), spec(std::move(spec)),
        scratch(gemmScratchBytes(this->spec) / 64 + 2) {}

  void launch(rx_kernel kernel, const std::vector<rx_operand> &operands,
              const std::vector<int64_t> &sizes, const std::vector<Cut> &cuts) {
    for (Cut cut : cuts) {
      // NaN: what a call reads from scratch, it must have written itself.
      std::memset(scratch.data(), 0xff, scratch.size() * sizeof(Line));
      rx_launch launch{operands.data(), sizes.data(), cut.begin, cut.end, scratch.data()};
      kernel(&launch);
    }
  }

  /// C = A * B for stored A and B, in one call or in `cuts`.
  template <typename T>
  Matrix<T> operator()(const Matrix<T> &a, const Matrix<T> &b, std::vector<Cut> cuts = {},
                       int64_t gap = 0) {
    int64_t m = spec.transA ? a.columns : a.rows, k = spec.transA ? a.rows : a.columns;
    int64_t n = spec.transB ? b.rows : b.columns;
    Matrix<T> c(m, n, gap);
    if (cuts.empty())
      cuts = {{0, extent(m, n)}};
    rx_operand second = b.operand();
    Matrix<T> packed(0, 0);
    if (spec.packedB) {
      int64_t columns = gemmPanelColumns(spec), panels = (n + columns - 1) / columns;
      packed = Matrix<T>(1, panels * k * columns);
      std::vector<Cut> single; // in single panels, descending: none may write into the next
      for (int64_t panel = panels; panel-- > 0;)
        single.push_back({panel, panel + 1});
      launch(pack, {second, packed.operand()}, {n, k}, single);
      second = packed.operand();
    }
    launch(product, {a.operand(), second, c.operand()}, {m, n, k}, cuts);
    EXPECT_TRUE(c.gapsIntact());
    return c;
  }

  int64_t extent(int64_t m, int64_t n) const { return gemmExtent(spec, 1, m, n); }

  const GemmSpec spec;

private:
  struct alignas(64) Line {
    char bytes[64];
  };
  std::vector<Line> scratch;
};

/// The definition: chains of gemmChain fused multiply-adds, k ascending, and their sum in order.
template <typename T> class ChainSum {
public:
  explicit ChainSum(int64_t length = gemmChain) : length(length) {}
  void add(T a, T b) {
    chain = std::fma(a, b, chain);
    if (++steps % length == 0)
      endChain();
  }
  T value() {
    endChain();
    return total;
  }

private:
  void endChain() {
    total += chain;
    chain = 0;
  }

  T total = 0, chain = 0;
  int64_t length, steps = 0;
};

template <typename T>
T definition(const GemmSpec &spec, const Matrix<T> &a, const Matrix<T> &b, int64_t i, int64_t j) {
  int64_t depth = spec.transA ? a.rows : a.columns;
  ChainSum<T> sum;
  for (int64_t k = 0; k < depth; ++k)
    sum.add(spec.transA ? a(k, i) : a(i, k), spec.transB ? b(j, k) : b(k, j));
  return sum.value();
}

/// The product of `specFor` on each target, but one for targets that share its code.
template <typename SpecFor>
std::vector<CompiledGemm> productsOn(const std::vector<const CpuTarget *> &targets,
                                     SpecFor specFor) {
  std::vector<CompiledGemm> products;
  for (const CpuTarget *target : targets) {
    CompiledGemm gemm(specFor(target));
    bool isKnown = llvm::any_of(products, [&](const CompiledGemm &other) {
      return other.product == gemm.product && other.pack == gemm.pack;
    });
    if (!isKnown)
      products.push_back(std::move(gemm));
  }
  return products;
}

/// Those without matrix units, whose products have another definition (GemmTileTest).
inline std::vector<const CpuTarget *> chainTargets() {
  std::vector<const CpuTarget *> targets = runnableTargets();
  llvm::erase_if(targets,
                 [](const CpuTarget *target) { return target->bf16Order == rxk::TileOrder::Amx; });
  return targets;
}

} // namespace rx::compiler
