//===- Resolver.h - what elaboration may ask of the world --------*- C++ -*-===//
//
// Elaboration needs sizes that stand in files. It asks through this interface for headers only; who answers
// (packages, caches, GGUF) is the driver's business, and tests answer from memory.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rx::resolve {

struct WeightTensor {
  std::string name;
  std::vector<int64_t> shape; // row-major
  std::string storedAs;       // "q8_0", "f32", ...
  int64_t bytes = 0;
};

/// The header of a weight file.
struct WeightHeader {
  std::string file;    // the name by which the runtime opens it again (a package or a path)
  std::map<std::string, std::variant<int64_t, double, bool, std::string>> metadata; // scalars only
  std::vector<WeightTensor> tensors;
};

class Resolver {
public:
  virtual ~Resolver() = default;
  /// Fetch if need be, and read the header. Null with `error` set on failure.
  virtual const WeightHeader *weights(const std::string &package, bool isPath, std::string &error) = 0;
  /// The text of a library module (`std.core.layers`), with the path to name it by. Nothing if there is none.
  virtual std::optional<std::pair<std::string, std::string>> module(const std::string &dotted) = 0;
  /// Why there is no text of that name; empty if there is one.
  virtual std::string textProblem(const std::string &name) = 0;
  /// The names of all library modules, sorted.
  virtual std::vector<std::string> libraryModules() const = 0;
};

} // namespace rx::resolve
