// Structured log lines, as logfmt or JSON, on stderr (spdlog underneath). Set up once by main; any
// thread may log. A Secret is no field, and what Secret::reveal() gives must never become one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace llm::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { logfmt, json };

struct Field {
  std::string_view key;  // lower_snake_case
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

void init(Level level, Format format);
bool enabled(Level level);

// `message` is constant text; what varies goes into fields, so that logs can be searched.
// A field whose value is unknown (NaN, infinite or empty) is left out.
// Control characters and invalid UTF-8 in values are escaped: a provider writes part of them.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::debug, m, f);
}
inline void info(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::info, m, f);
}
inline void warn(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::warn, m, f);
}
inline void error(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::error, m, f);
}

}  // namespace llm::log
