// A bundle by hand: JSON as the compiler writes it, kernels of tests/runtime/device/TestKernels.c.
#pragma once

#include "runtime/device/Cpu.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/Executor.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace rx::runtime::test {

using nlohmann::json;

enum TestKernel { Add, Scale, RowSum, TripTimesTen, Positive };

inline json testKernels() {
  return json::parse(R"([
    {"name": "add", "symbol": "test_add", "location": "k", "sizes": ["n", "r"], "inputs": 2,
     "operands": ["f32[r, n]", "f32[r, n]", "f32[r, n]"], "rows": "r", "scratch": "0", "grain": 1},
    {"name": "scale", "symbol": "test_scale", "location": "k", "sizes": ["n", "r"], "inputs": 2,
     "operands": ["f32[r, n]", "f32[n]", "f32[r, n]"], "rows": "r", "scratch": "0", "grain": 1},
    {"name": "row_sum", "symbol": "test_row_sum", "location": "k", "sizes": ["n", "r"], "inputs": 1,
     "operands": ["f32[r, n]", "f32[r]"], "rows": "r", "scratch": "4*n", "grain": 4},
    {"name": "ten", "symbol": "test_trip_times_ten", "location": "k", "sizes": [], "inputs": 1,
     "operands": ["i32[]", "i32[]"], "rows": "1", "scratch": "0", "grain": 1},
    {"name": "positive", "symbol": "test_positive", "location": "k", "sizes": [], "inputs": 1,
     "operands": ["f32[]", "bool[]"], "rows": "1", "scratch": "0", "grain": 1}])");
}

inline json buffer(const char *kind, const char *type, const char *name = nullptr) {
  json result = {{"kind", kind}, {"type", type}};
  if (name)
    result["name"] = name;
  return result;
}

inline json launch(int kernel, std::vector<int> in, std::vector<int> out,
                   std::vector<std::string> sizes = {"2", "b"}) {
  return {{"op", "launch"}, {"kernel", kernel}, {"in", in},
          {"out", out},     {"sizes", sizes},   {"location", "model.x (t.rx:1)"}};
}

inline json program(json buffers, json code, json outputs) {
  return {
      {"symbols", {"b"}},        {"buffers", std::move(buffers)}, {"tables", json::array()},
      {"code", std::move(code)}, {"outputs", std::move(outputs)}, {"nextStates", json::array()}};
}

inline json output(const char *name, int buffer) { return {{"name", name}, {"buffer", buffer}}; }

/// out = scale(...scale(x, w0)..., w2): a loop over a table of three parameters that carries a
/// value and stacks what every trip gives.
inline json loopProgram() {
  json result = program({buffer("input", "f32[b, 2]", "x"), buffer("temporary", "i32[]"),
                         buffer("temporary", "f32[b, 2]"), buffer("temporary", "f32[b, 2]"),
                         buffer("alias", "f32[2]"), buffer("output", "f32[b, 2]"),
                         buffer("output", "f32[3, b]"), buffer("alias", "f32[b]")},
                        {{{"op", "loop"},
                          {"trips", 3},
                          {"trip", 1},
                          {"carried", {{{"argument", 2}, {"initial", 0}, {"next", 3}}}},
                          {"stacked", {6}}},
                         {{"op", "entry"}, {"table", 0}, {"loops", {0}}, {"to", 4}},
                         {{"op", "view"}, {"from", 6}, {"loop", 0}, {"to", 7}},
                         launch(Scale, {2, 4}, {3}),
                         launch(RowSum, {3}, {7}),
                         {{"op", "end"}},
                         {{"op", "copy"}, {"from", 2}, {"to", 5}}},
                        {output("y", 5), output("sums", 6)});
  result["tables"] = {{{"trips", {3}}, {"type", "f32[2]"}, {"buffers", {"w0", "w1", "w0"}}}};
  return result;
}

inline json planOf(json programs) {
  return {{"format", 1}, {"kernels", testKernels()}, {"programs", std::move(programs)}};
}

inline json weight(const char *name, const char *type = "f32[2]") {
  return {{"name", name}, {"type", type}, {"file", "f"}, {"tensor", name}};
}

inline json manifestOf(json buffers) {
  return {{"format", 1},
          {"kernelAbi", 1},
          {"target", "test"},
          {"cpuFeatures", ""},
          {"precision", "f32"},
          {"experiment", json::object()},
          {"buffers", std::move(buffers)}};
}

inline void writeBundle(const TempFolder &folder, const json &plan, const json &manifest,
                        const std::string &constants = "") {
  folder.write("plan.json", plan.dump(1));
  folder.write("manifest.json", manifest.dump(1));
  folder.write("constants.bin", constants);
  std::filesystem::copy_file(RXC_TEST_KERNELS, folder.path() / "kernels.so",
                             std::filesystem::copy_options::overwrite_existing);
}

inline Expected<Bundle> openBundle(const TempFolder &folder) {
  return Bundle::open(folder.path().string());
}

inline HostTensor floats(Shape shape, std::vector<float> values) {
  return *HostTensor::of<float>(std::move(shape), values);
}

inline std::vector<float> valuesOf(const HostTensor &tensor) {
  auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

} // namespace rx::runtime::test
