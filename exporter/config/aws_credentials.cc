#include "config/aws_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/syntax.h"

namespace llm {
namespace {

using Json = nlohmann::json;

// Takes `digits` digits off `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = text.substr(0, digits);
  if (number.find_first_not_of("0123456789") != number.npos) return std::nullopt;
  int value = 0;
  std::from_chars(number.data(), number.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "", "Z", "+01:00"; none is UTC.
std::optional<std::chrono::minutes> read_offset(std::string_view text) {
  if (text.empty() || text == "Z") return std::chrono::minutes{0};
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  take(text, ':');
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes{sign * (*hours * 60 + *minutes)};
}

// A member that travels in a header.
Result<Secret> read_member(const Json& document, const char* name) {
  const auto member = document.find(name);
  if (member == document.end()) return Err{fmt::format("{} is missing", name)};
  if (!member->is_string()) return Err{fmt::format("{} is not text", name)};
  const auto& text = member->get_ref<const std::string&>();
  if (text.empty()) return Err{fmt::format("{} is empty", name)};
  if (has_control(text)) return Err{fmt::format("{} has a control character", name)};
  return Secret(text);
}

}  // namespace

std::optional<WallTime> parse_instant(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_number(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d || !take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (take(text, '.')) {
    const auto fraction = std::min(text.find_first_not_of("0123456789"), text.size());
    if (fraction == 0) return std::nullopt;
    text.remove_prefix(fraction);
  }
  const year_month_day day{year{*y}, month{static_cast<unsigned>(*m)},
                           std::chrono::day{static_cast<unsigned>(*d)}};
  const auto offset = read_offset(text);
  // What the clock can hold; credentials of other centuries are none.
  if (!day.ok() || !offset || *y < 1970 || *y > 2200) return std::nullopt;
  return sys_days{day} + hours{*hour} + minutes{*minute} + seconds{*second} - *offset;
}

Result<ExpiringAwsCredentials> parse_aws_credentials(std::string_view text) {
  const auto document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return Err{"not a JSON object; it must be what a credential_process prints"};
  }
  const auto version = document.find("Version");
  if (version == document.end() || *version != 1) return Err{"Version is not 1"};
  ExpiringAwsCredentials credentials;
  auto id = read_member(document, "AccessKeyId");
  if (!id) return Err{id.error()};
  auto secret = read_member(document, "SecretAccessKey");
  if (!secret) return Err{secret.error()};
  credentials.keys = {std::move(*id), std::move(*secret), {}};
  if (const auto token = document.find("SessionToken");
      token != document.end() && !token->is_null()) {
    auto value = read_member(document, "SessionToken");
    if (!value) return Err{value.error()};
    credentials.keys.session_token = std::move(*value);
  }
  if (const auto end = document.find("Expiration"); end != document.end() && !end->is_null()) {
    if (end->is_string()) credentials.expires = parse_instant(end->get_ref<const std::string&>());
    if (!credentials.expires) return Err{"Expiration is not a time such as 2026-01-31T12:00:00Z"};
  }
  return credentials;
}

}  // namespace llm
