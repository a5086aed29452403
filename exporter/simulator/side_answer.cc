#include "simulator/side_answer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <functional>

namespace llm::sim {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Until `visit` says that it has what it wants.
void for_each_pair(std::string_view form,
                   const std::function<bool(std::string name, std::string value)>& visit) {
  while (!form.empty()) {
    const auto end = std::min(form.find('&'), form.size());
    const auto pair = form.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    if (visit(decoded(pair.substr(0, equals)), decoded(value))) return;
    form.remove_prefix(std::min(end + 1, form.size()));
  }
}

}  // namespace

SideAnswer json_answer(int status, const OrderedJson& body, Headers headers) {
  return {.status = status,
          .body = body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace),
          .headers = std::move(headers)};
}

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
  std::optional<std::string> found;
  for_each_pair(form, [&](const std::string& key, std::string value) {
    if (key == name) found = std::move(value);
    return found.has_value();
  });
  return found;
}

bool form_has(std::string_view form, std::string_view name, std::string_view value) {
  bool found = false;
  for_each_pair(form, [&](const std::string& key, const std::string& text) {
    found |= key == name && text == value;
    return found;
  });
  return found;
}

std::string_view query_of(const SimRequest& request) {
  const std::string_view path(request.path);
  const auto mark = path.find('?');
  return mark == path.npos ? std::string_view{} : path.substr(mark + 1);
}

std::string rfc3339(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(WallTime::clock::to_time_t(seconds)));
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  if (*end == '.') {
    for (++end; std::isdigit(static_cast<unsigned char>(*end)) != 0;) ++end;
  }
  const std::string_view zone(end);
  if (zone != "Z" && zone != "+00:00") return std::nullopt;
  return WallTime::clock::from_time_t(::timegm(&parts));
}

bool holds(const std::vector<std::string>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace llm::sim
