// Weights in their stored form from the text of a program to its numbers.
#include "compiler/pipeline/Pipeline.h"
#include "compiler/target/KernelPipeline.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/device/Cpu.h"
#include "runtime/plan/Executor.h"
#include "tests/runtime/data/TempFolder.h"
#include "tests/tools/StoredMatrix.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace rx::runtime;
using rx::runtime::test::StoredMatrix;
using rx::runtime::test::TempFolder;

namespace {

constexpr int64_t words = 70, width = 64, layers = 3;

/// y = logits of three layers over rows of a table that is also the head. {0} to {2} stand for what
/// the buffers say of their files.
constexpr const char *text = R"(
rxt.buffer @e : !rxt.tensor<f32[70, 64]> from "f" "e"{0}
rxt.buffer @w0 : !rxt.tensor<f32[64, 64]> from "f" "w0"{1}
rxt.buffer @w1 : !rxt.tensor<f32[64, 64]> from "f" "w1"{2}
func.func @p(%x: !rxt.tensor<i32[b, t]> {rx.name = "x", rx.role = "input"})
    -> (!rxt.tensor<f32[b, t, 70]> {rx.name = "y"}) {
  %e = rxt.param "e" [@e] : !rxt.tensor<f32[70, 64]>
  %w = rxt.param "w" [@w0, @w1, @w0] : !rxt.table<[3] x f32[64, 64]>
  %h = rxt.gather %e at %x axis 0 by affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>
    : (!rxt.tensor<f32[70, 64]>, !rxt.tensor<i32[b, t]>) -> !rxt.tensor<f32[b, t, 64]>
  %l = rxt.loop 3 shared() indexed(%w) carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %row: !rxt.tensor<f32[64, 64]>, %c: !rxt.tensor<f32[b, t, 64]>):
    %n = rxt.contract(%c, %row) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>]
      : (!rxt.tensor<f32[b, t, 64]>, !rxt.tensor<f32[64, 64]>) -> !rxt.tensor<f32[b, t, 64]>
    rxt.yield %n : !rxt.tensor<f32[b, t, 64]>
  } : (!rxt.table<[3] x f32[64, 64]>, !rxt.tensor<f32[b, t, 64]>) -> !rxt.tensor<f32[b, t, 64]>
  %y = rxt.contract(%l, %e) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>]
    : (!rxt.tensor<f32[b, t, 64]>, !rxt.tensor<f32[70, 64]>) -> !rxt.tensor<f32[b, t, 70]>
  return %y : !rxt.tensor<f32[b, t, 70]>
}
)";

/// The whole table as a result: something that reads it as it is.
constexpr const char *wholeTable = R"(
func.func @q() -> (!rxt.tensor<f32[70, 64]> {rx.name = "e"}) {
  %e = rxt.param "e" [@e] : !rxt.tensor<f32[70, 64]>
  return %e : !rxt.tensor<f32[70, 64]>
}
)";

class Forms : public testing::Test {
protected:
  Forms() {
    mlir::DialectRegistry registry;
    rx::compiler::registerKernelDialects(registry);
    registry.insert<rx::rxd::RxDialect, rx::rxt::RxtDialect, rx::rxk::RxkDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    std::mt19937 rng(3);
    tensors.emplace("e", StoredMatrix(RX_Q8_0, words, width, rng));
    tensors.emplace("w0", StoredMatrix(RX_Q5_0, width, width, rng));
    tensors.emplace("w1", StoredMatrix(RX_Q8_0, width, width, rng));
  }

  /// The program; buffers say their files' forms where `stored`.
  std::string program(bool stored, const std::string &more = "") {
    std::string result = text;
    for (auto [hole, name] : {std::pair("{0}", "e"), {"{1}", "w0"}, {"{2}", "w1"}}) {
      std::string element = rx_dtype_name(tensors.at(name).element);
      result.replace(result.find(hole), 3, stored ? " {rx.stored = \"" + element + "\"}" : "");
    }
    return result + more;
  }

  /// The program under another name, on path `step`.
  std::string stepProgram() {
    std::string result = program(true);
    result = result.substr(result.find("func.func @p"));
    result.replace(result.find("@p"), 2, "@s");
    std::string end = "{rx.name = \"y\"}) ";
    result.insert(result.find(end) + end.size(), "attributes {rx.path = \"step\"} ");
    return result;
  }

  Expected<TensorMap> run(const std::string &program, const HostTensor &x,
                          const std::string &name = "p") {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(program, &context);
    if (!module)
      return makeError("does not parse:\n{}", program);
    rx::compiler::PipelineOptions options;
    options.target = target;
    // Stays for the other tests of this build: keys name the content.
    options.cache = "build/forms-test-cache";
    options.bundle = folder.path() / "bundle";
    auto compiled = rx::compiler::runPipeline(*module, options);
    if (mlir::failed(compiled))
      return makeError("does not compile");
    kernels = compiled->kernels;
    auto bundle = Bundle::open(options.bundle.string());
    if (!bundle)
      return std::move(bundle).status();
    plan = rx::runtime::test::readFile(options.bundle / "plan.json");
    Cpu cpu(2);
    ParameterStore store(
        *bundle, [this](auto &, auto &tensor, auto out) { return values(tensor, out); },
        [this](auto &, auto &tensor, auto &rows, auto out) { return load(tensor, rows, out); });
    Executor executor(*bundle, cpu, store);
    auto results = executor.run(name, {{"x", x}});
    resident = store.residentBytes();
    return results;
  }

  Status values(const std::string &name, std::span<float> out) {
    std::copy(tensors.at(name).values.begin(), tensors.at(name).values.end(), out.begin());
    return Status::ok();
  }
  Status load(const std::string &name, const ParameterStore::Rows &rows, std::span<std::byte> out) {
    const StoredMatrix &tensor = tensors.at(name);
    std::span<const std::byte> from = tensor.blocks;
    int64_t rowBytes = tensor.rowBytes();
    if (rows.element == RX_F32) {
      from = std::as_bytes(std::span(tensor.values));
      rowBytes = width * 4;
    } else if (rows.element != tensor.element)
      return makeError("{} is not stored so", name);
    std::copy_n(from.begin() + rows.first * rowBytes, out.size(), out.begin());
    return Status::ok();
  }

  /// Row `id` of the table through the layers and the head, one chain per element.
  std::vector<float> expected(int32_t id) {
    std::vector<float> row(width);
    std::copy_n(tensors.at("e").values.begin() + id * width, width, row.begin());
    for (const char *name : {"w0", "w1", "w0", "e"}) {
      const StoredMatrix &w = tensors.at(name);
      std::vector<float> next(static_cast<size_t>(w.rows), 0.0f);
      for (int64_t n = 0; n < w.rows; ++n)
        for (int64_t k = 0; k < width; ++k)
          next[n] = std::fma(row[k], w.values[n * width + k], next[n]);
      row = next;
    }
    return row;
  }

  void check(const Expected<TensorMap> &results, std::span<const int32_t> ids) {
    ASSERT_TRUE(results) << results.message();
    auto y = results->at("y").values<float>();
    for (size_t i = 0; i < ids.size(); ++i) {
      std::vector<float> row = expected(ids[i]);
      for (int64_t n = 0; n < words; ++n)
        ASSERT_EQ(y[i * words + n], row[n]) << "token " << i << ", word " << n;
    }
  }

  /// On path `bulk` its products are chains over decoded weights, which expected() repeats.
  const rx::compiler::CpuTarget *target = llvm::cantFail(rx::compiler::findCpuTarget("avx2"));
  TempFolder folder;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::map<std::string, StoredMatrix> tensors;
  std::string plan;
  unsigned kernels = 0;
  int64_t resident = 0;
};

} // namespace

TEST_F(Forms, OneTableOfTwoFormsAndATiedTable) {
  std::vector<int32_t> ids = {0, 69, 33, 5, 64, 31};
  auto x = HostTensor::of<int32_t>({2, 3}, ids);
  check(run(program(true), *x), ids);
  EXPECT_EQ(kernels, 3u); // gather, and products of two forms: head and layers share theirs
  EXPECT_NE(plan.find("f32[64, 64] in any form"), std::string::npos);
  int64_t padded = (words + 31) / 32 * 32; // of panels of 16 or 32 columns
  int64_t layersBytes = width * width / 32 * (22 + 34);
  EXPECT_LE(resident, padded * width / 32 * 34 + layersBytes);
  EXPECT_GE(resident, words * width / 32 * 34 + layersBytes);
}

TEST_F(Forms, WithoutKnowledgeOfTheFilePanelsAreOfF32) {
  std::vector<int32_t> ids = {7, 8, 68};
  auto x = HostTensor::of<int32_t>({1, 3}, ids);
  check(run(program(false), *x), ids);
  EXPECT_EQ(kernels, 2u);
  EXPECT_NE(plan.find("in panels<f32, "), std::string::npos);
}

TEST_F(Forms, WhatIsReadOtherwiseStaysDense) {
  std::vector<int32_t> ids = {1, 2, 69};
  auto x = HostTensor::of<int32_t>({3, 1}, ids);
  check(run(program(true, wholeTable), *x), ids);
  EXPECT_EQ(plan.find("f32[70, 64] in"), std::string::npos);
  EXPECT_NE(plan.find("f32[64, 64] in any form"), std::string::npos);
}

TEST_F(Forms, GoesOnFromTheTextOfEveryPhase) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(program(true), &context);
  ASSERT_TRUE(module);
  rx::compiler::PipelineOptions options;
  options.target = target;
  options.dumpFolder = folder.path() / "dump";
  options.stopAfter = rx::compiler::Phase::forms;
  ASSERT_TRUE(mlir::succeeded(rx::compiler::runPipeline(*module, options)));
  std::vector<int32_t> ids = {3, 4};
  auto x = HostTensor::of<int32_t>({2, 1}, ids);
  for (const char *phase : {"05-rxk.mlir", "06-forms.mlir"}) {
    check(run(rx::runtime::test::readFile(options.dumpFolder / phase), *x), ids);
    EXPECT_EQ(kernels, 3u) << phase;
  }
}

TEST_F(Forms, ProgramsOnPathStepHaveProductsOfTheirOwn) {
  std::vector<int32_t> ids = {0, 69, 33, 5, 64, 31};
  auto x = HostTensor::of<int32_t>({6, 1}, ids);
  std::string both = program(true, stepProgram());
  check(run(both, *x), ids); // the other path is as it was
  EXPECT_EQ(kernels, 5u);    // the gather is shared
  auto stepped = run(both, *x, "s");
  ASSERT_TRUE(stepped) << stepped.message();
  auto y = stepped->at("y").values<float>();
  bool differs = false;
  for (size_t i = 0; i < ids.size(); ++i) {
    std::vector<float> row = expected(ids[i]);
    float largest = 0;
    for (float value : row)
      largest = std::max(largest, std::abs(value));
    for (int64_t n = 0; n < words; ++n) {
      // Four products in a row, each within 64 * 2^-24 of its largest terms.
      ASSERT_NEAR(y[i * words + n], row[n], 4 * 64 * 0x1p-24f * largest);
      differs |= y[i * words + n] != row[n];
    }
    auto alone = run(both, *HostTensor::of<int32_t>({1, 1}, std::span(ids).subspan(i, 1)), "s");
    ASSERT_TRUE(alone) << alone.message();
    EXPECT_EQ(std::memcmp(alone->at("y").values<float>().data(), &y[i * words], words * 4), 0);
  }
  EXPECT_TRUE(differs);
}
