// A folder of its own for each test, removed afterwards; and environment variables set for a scope.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace rx::runtime::test {

class TempFolder {
public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rxc-test-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(root); }
  TempFolder(const TempFolder &) = delete;

  const std::filesystem::path &path() const { return root; }
  std::filesystem::path write(const std::string &name, const std::string &data) const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << data;
    return root / name;
  }

private:
  std::filesystem::path root;
};

inline std::string readFile(const std::filesystem::path &file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class ScopedVariable {
public:
  ScopedVariable(const char *name, const std::string &value) : name(name) {
    if (const char *old = std::getenv(name))
      before = old;
    had = std::getenv(name) != nullptr;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() { had ? ::setenv(name, before.c_str(), 1) : ::unsetenv(name); }
  ScopedVariable(const ScopedVariable &) = delete;

private:
  const char *name;
  std::string before;
  bool had;
};

} // namespace rx::runtime::test

#define EXPECT_CONTAINS(text, part)                                                                \
  EXPECT_NE(std::string(text).find(part), std::string::npos)                                       \
      << "this text:\n  " << (text) << "\ndoes not contain:\n  " << (part)
