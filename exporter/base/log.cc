#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iterator>
#include <memory>
#include <type_traits>

#include "base/time.h"
#include "base/utf8.h"

namespace llm::log {
namespace {

// No line grows without limit, whoever wrote the value.
constexpr std::size_t kMaxValueBytes = 4096;

std::atomic<Format> chosen_format{Format::logfmt};

std::shared_ptr<spdlog::logger> make_logger() {
  auto logger =
      std::make_shared<spdlog::logger>("llm", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");  // whole lines are written here
  return logger;
}

spdlog::logger& logger() {
  static const auto instance = make_logger();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                  spdlog::level::warn, spdlog::level::err};
  return levels[static_cast<std::size_t>(level)];
}

std::string_view name(Level level) {
  constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
  return names[static_cast<std::size_t>(level)];
}

// UTC with milliseconds, as RFC 3339 has it.
void append_time(std::string& out) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(wall_now());
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                 time.seconds().count(), time.subseconds().count());
}

// The escapes that logfmt (as Go's strconv.Quote writes it) and JSON share; empty if `c` has none.
std::string_view short_escape(std::string_view c) {
  switch (c.front()) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

void append_quoted(std::string& out, std::string_view text, Format format) {
  const bool cut = text.size() > kMaxValueBytes;
  text = text.substr(0, kMaxValueBytes);
  out += '"';
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto c = text.substr(0, std::max<std::size_t>(length, 1));
    if (const auto escape = short_escape(c); !escape.empty()) {
      out += escape;
    } else if (length > 0 && is_control(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<unsigned char>(c.back()));  // C1 ends in its own code point
    } else if (length > 0) {
      out += c;
    } else if (format == Format::json) {
      out += kReplacement;  // JSON cannot carry the byte
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c.front()));
    }
    text.remove_prefix(c.size());
  }
  out += cut ? "…\"" : "\"";
}

bool needs_quotes(std::string_view text) {
  if (text.empty() || text.size() > kMaxValueBytes) return true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

void append_text(std::string& out, std::string_view text, Format format) {
  if (format == Format::json || needs_quotes(text)) {
    append_quoted(out, text, format);
  } else {
    out += text;
  }
}

// An unknown is absent: no text, not a number.
bool unknown(const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return text->empty();
  if (const auto* number = std::get_if<double>(&field.value)) return !std::isfinite(*number);
  return false;
}

void append_value(std::string& out, const Field& field, Format format) {
  std::visit(
      [&](auto value) {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, std::string_view>) {
          append_text(out, value, format);
        } else if constexpr (std::is_same_v<T, bool>) {
          out += value ? "true" : "false";
        } else {
          char buffer[32];
          out.append(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value).ptr);
        }
      },
      field.value);
}

std::string logfmt_line(Level level, std::string_view message,
                        std::initializer_list<Field> fields) {
  std::string out = "time=";
  append_time(out);
  out.append(" level=").append(name(level)).append(" msg=");
  append_quoted(out, message, Format::logfmt);
  for (const auto& field : fields) {
    if (unknown(field)) continue;
    out.append(" ").append(field.key).append("=");
    append_value(out, field, Format::logfmt);
  }
  return out;
}

std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
  std::string out = R"({"time":")";
  append_time(out);
  out.append(R"(","level":")").append(name(level)).append(R"(","msg":)");
  append_quoted(out, message, Format::json);
  for (const auto& field : fields) {
    if (unknown(field)) continue;
    out.append(R"(,")").append(field.key).append(R"(":)");
    append_value(out, field, Format::json);
  }
  return out += '}';
}

}  // namespace

void init(Level level, Format format) {
  chosen_format = format;
  logger().set_level(to_spdlog(level));
}

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  const auto line = chosen_format == Format::json ? json_line(level, message, fields)
                                                  : logfmt_line(level, message, fields);
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace llm::log
