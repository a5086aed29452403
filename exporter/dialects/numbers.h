// The numbers and dates that headers carry. Strict: what is not wholly one of these is absent.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace llm {

// Digits with at most one point: "17", "0.5". No sign, exponent, inf or nan.
std::optional<double> parse_decimal(std::string_view text);

// The same, or with an exponent as programs print small sums of money: "2.14e-05".
std::optional<double> parse_scientific(std::string_view text);

// RFC 3339: "2026-11-21T12:00:00.5Z", "…+01:00".
std::optional<WallTime> parse_rfc3339(std::string_view text);

// RFC 9110 §5.6.7: IMF-fixdate, and the two obsolete forms that recipients must accept.
std::optional<WallTime> parse_http_date(std::string_view text);

// Go's time.Duration: "1h2m3.5s", "120ms". Seconds.
std::optional<double> parse_go_duration(std::string_view text);

}  // namespace llm
