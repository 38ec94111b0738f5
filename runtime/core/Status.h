// Status and Expected<T>: how runtime/ reports failure across folder interfaces, without
// exceptions.
//
//   Status check(const Shape &shape) {
//     if (shape.rank() > 4)
//       return makeError("tensor '{}': rank {} is above 4; reshape it", name, shape.rank());
//     return Status::ok();
//   }
//
//   Expected<GgufFile> file = GgufFile::open(path);
//   if (!file)
//     return file.status();
//   use(*file);
//
// A message says what happened, where (file, line, field, tensor) and what to do about it.
#pragma once

#include <fmt/format.h>

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace rx::runtime {

/// Success, or one message for a person. Converts to true on success (unlike llvm::Error).
class [[nodiscard]] Status {
public:
  static Status ok() { return Status(); }
  static Status error(std::string message) { return Status(std::move(message)); }

  bool isOk() const { return !failure.has_value(); }
  explicit operator bool() const { return isOk(); }

  /// The message of a failure; empty on success.
  const std::string &message() const {
    static const std::string none;
    return failure ? *failure : none;
  }

  /// The same failure read as "context: message"; success stays success. Callers that know more
  /// than the callee (which file, which step) add it here instead of passing names down.
  Status withContext(std::string_view context) && {
    if (failure)
      failure = fmt::format("{}: {}", context, *failure);
    return std::move(*this);
  }

private:
  Status() = default;
  explicit Status(std::string message) : failure(std::move(message)) {}

  std::optional<std::string> failure;
};

/// A failure from a format string: makeError("{}: expected {} bytes", path, n).
template <typename... Args> Status makeError(fmt::format_string<Args...> format, Args &&...args) {
  return Status::error(fmt::format(format, std::forward<Args>(args)...));
}

/// A value, or the Status that explains why there is none. T may be move-only.
template <typename T> class [[nodiscard]] Expected {
  static_assert(!std::is_same_v<std::remove_cv_t<T>, Status>, "return a plain Status instead");

public:
  template <typename U = T>
    requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, Status> &&
             !std::is_same_v<std::remove_cvref_t<U>, Expected>)
  Expected(U &&value) : state(std::in_place_index<0>, std::forward<U>(value)) {}

  /// From a failure; a success without a value is a programming error.
  Expected(Status failure) : state(std::in_place_index<1>, std::move(failure)) {
    assert(!std::get<1>(state).isOk() && "Expected<T> needs a value or a failure");
  }

  bool hasValue() const { return state.index() == 0; }
  explicit operator bool() const { return hasValue(); }

  /// The value; only after a check.
  T &operator*() & { return checked(); }
  const T &operator*() const & { return const_cast<Expected *>(this)->checked(); }
  T &&operator*() && { return std::move(checked()); }
  T *operator->() { return &checked(); }
  const T *operator->() const { return &const_cast<Expected *>(this)->checked(); }

  /// Success when there is a value, else the failure.
  Status status() const & { return hasValue() ? Status::ok() : std::get<1>(state); }
  Status status() && { return hasValue() ? Status::ok() : std::move(std::get<1>(state)); }

  /// The message of the failure; empty when there is a value.
  std::string_view message() const {
    return hasValue() ? std::string_view() : std::string_view(std::get<1>(state).message());
  }

  /// The value, or `fallback` after a failure.
  T valueOr(T fallback) && { return hasValue() ? std::move(checked()) : std::move(fallback); }

private:
  T &checked() {
    assert(hasValue() && "read of an Expected<T> that holds a failure");
    return *std::get_if<0>(&state);
  }

  std::variant<T, Status> state;
};

} // namespace rx::runtime
