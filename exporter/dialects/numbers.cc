#include "dialects/numbers.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

namespace llm {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Takes pieces off the front of a text; once something did not fit, everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  bool at(char c) const { return rest_.starts_with(c); }

  void expect(std::string_view literal) {
    ok_ = ok_ && rest_.starts_with(literal);
    if (ok_) rest_.remove_prefix(literal.size());
  }
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  int digits(std::size_t min, std::size_t max) {
    std::size_t n = 0;
    int value = 0;
    while (n < max && n < rest_.size() && digit(rest_[n])) value = value * 10 + (rest_[n++] - '0');
    ok_ = ok_ && n >= min;
    if (ok_) rest_.remove_prefix(n);
    return value;
  }
  // Digits after a point, as a fraction of one.
  double fraction() {
    double value = 0, unit = 0.1;
    ok_ = ok_ && !rest_.empty() && digit(rest_.front());
    for (; ok_ && !rest_.empty() && digit(rest_.front()); unit /= 10) {
      value += unit * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  std::string_view letters() {
    std::size_t n = 0;
    while (n < rest_.size() && rest_[n] != ',' && rest_[n] != ' ' && rest_[n] != '-') ++n;
    const auto word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }
  unsigned month() {
    constexpr std::array<std::string_view, 12> kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (unsigned m = 0; m < kNames.size(); ++m) {
      if (!rest_.starts_with(kNames[m])) continue;
      rest_.remove_prefix(3);
      return m + 1;
    }
    ok_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Civil {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
};

void time_of_day(Scanner& in, Civil& t) {
  t.hour = in.digits(2, 2);
  in.expect(":");
  t.minute = in.digits(2, 2);
  in.expect(":");
  t.second = in.digits(2, 2);
}

std::optional<WallTime> instant(const Civil& t, double seconds_more = 0) {
  using namespace std::chrono;
  const year_month_day date{year{t.year}, month{t.month}, day{t.day}};
  // Beyond these years nanoseconds overflow, and nobody means them. 60 is a leap second.
  if (t.year < 1970 || t.year > 2200) return std::nullopt;
  if (!date.ok() || t.hour > 23 || t.minute > 59 || t.second > 60) return std::nullopt;
  const sys_seconds whole = sys_days{date} + hours{t.hour} + minutes{t.minute} + seconds{t.second};
  return whole + round<WallTime::duration>(duration<double>(seconds_more));
}

std::optional<double> parse_finite(std::string_view text, std::chars_format format) {
  constexpr std::size_t kLongest = 32;
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  double value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, format);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  return parse_finite(text, std::chars_format::fixed);
}

std::optional<double> parse_scientific(std::string_view text) {
  // from_chars knows "inf" and "nan" too, and a sign in front.
  if (text.empty() || !(digit(text.front()) || text.front() == '.')) return std::nullopt;
  return parse_finite(text, std::chars_format::general);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  Civil t;
  t.year = in.digits(4, 4);
  in.expect("-");
  t.month = static_cast<unsigned>(in.digits(2, 2));
  in.expect("-");
  t.day = static_cast<unsigned>(in.digits(2, 2));
  in.expect("T");
  time_of_day(in, t);
  double more = 0;
  if (in.at('.')) {
    in.expect(".");
    more = in.fraction();
  }
  if (in.at('+') || in.at('-')) {
    const int sign = in.at('+') ? -1 : 1;  // local time is ahead of UTC by a positive offset
    in.expect(in.at('+') ? "+" : "-");
    const int h = in.digits(2, 2);
    in.expect(":");
    const int m = in.digits(2, 2);
    if (h > 23 || m > 59) return std::nullopt;
    more += sign * (h * 3600 + m * 60);
  } else {
    in.expect("Z");
  }
  if (!in.done()) return std::nullopt;
  return instant(t, more);
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  Scanner in(text);
  Civil t;
  const bool long_day = in.letters().size() > 3;  // RFC 850 spells the weekday out
  if (in.at(',')) {
    in.expect(", ");
    t.day = static_cast<unsigned>(in.digits(2, 2));
    in.expect(long_day ? "-" : " ");
    t.month = in.month();
    in.expect(long_day ? "-" : " ");
    t.year = long_day ? in.digits(2, 2) : in.digits(4, 4);
    // Two digits: recipients take the century that is not more than 50 years ahead; no date of an
    // HTTP answer is older than HTTP.
    if (long_day) t.year += t.year >= 90 ? 1900 : 2000;
    in.expect(" ");
    time_of_day(in, t);
    in.expect(" GMT");
  } else {  // asctime: "Sun Nov  6 08:49:37 1994"
    in.expect(" ");
    t.month = in.month();
    in.expect(" ");
    in.skip_spaces();
    t.day = static_cast<unsigned>(in.digits(1, 2));
    in.expect(" ");
    time_of_day(in, t);
    in.expect(" ");
    t.year = in.digits(4, 4);
  }
  if (!in.done()) return std::nullopt;
  return instant(t);
}

std::optional<double> parse_go_duration(std::string_view text) {
  // Longer names first: "m" is also the head of "ms".
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ms", 1e-3}, {"us", 1e-6}, {"\xC2\xB5s", 1e-6}, {"\xCE\xBCs", 1e-6},
      {"ns", 1e-9}, {"h", 3600},  {"m", 60},           {"s", 1},
  };
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto end = text.find_first_not_of("0123456789.");
    const auto value = parse_decimal(text.substr(0, end));
    if (!value || end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end);
    const std::pair<std::string_view, double>* unit = nullptr;
    for (const auto& u : kUnits) {
      if (!unit && text.starts_with(u.first)) unit = &u;
    }
    if (!unit) return std::nullopt;
    text.remove_prefix(unit->first.size());
    total += *value * unit->second;
  }
  return total;
}

}  // namespace llm
