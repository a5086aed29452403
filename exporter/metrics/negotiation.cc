// Which text format a client wants (RFC 9110 §12.4.2, §12.5.1).
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "metrics/exposition.h"

namespace llm {
namespace {

// Calls `each` with the trimmed parts of a list.
template <class F>
void split(std::string_view list, char separator, F each) {
  for (;;) {
    const auto end = list.find(separator);
    each(trim(list.substr(0, end)));
    if (end == list.npos) return;
    list.remove_prefix(end + 1);
  }
}

struct MediaRange {
  std::string_view type;     // "text/plain", "*/*"
  std::string_view version;  // empty: any
  double quality = 1;
};

// 0 to 1; what is malformed is not wanted.
double parse_quality(std::string_view text) {
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  const bool valid = error == std::errc() && end == text.data() + text.size();
  return valid && quality >= 0 && quality <= 1 ? quality : 0;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// Other parameters (charset, Prometheus 3's escaping) choose nothing that we could do differently.
MediaRange parse_range(std::string_view text) {
  MediaRange range;
  split(text, ';', [&range](std::string_view part) {
    const auto equals = part.find('=');
    if (equals == part.npos) {
      if (range.type.empty()) range.type = part;
      return;
    }
    const auto name = trim(part.substr(0, equals));
    const auto value = unquoted(trim(part.substr(equals + 1)));
    if (iequals(name, "version")) range.version = value;
    if (iequals(name, "q")) range.quality = parse_quality(value);
  });
  return range;
}

// How much the client wants a format: the quality of the most specific range that covers it.
class Preference {
 public:
  Preference(std::string_view type, std::string_view version) : type_(type), version_(version) {}

  void consider(const MediaRange& range) {
    const int specific = specificity(range);
    if (specific == 0 || specific < specificity_) return;
    quality_ = specific > specificity_ ? range.quality : std::max(quality_, range.quality);
    specificity_ = specific;
  }
  double quality() const { return quality_; }

 private:
  // 0: the range does not cover the format.
  int specificity(const MediaRange& range) const {
    if (!range.version.empty() && range.version != version_) return 0;
    const auto family = type_.substr(0, type_.find('/') + 1);  // "text/"
    if (iequals(range.type, type_)) return range.version.empty() ? 3 : 4;
    if (range.type.ends_with("/*") && iequals(range.type.substr(0, range.type.size() - 1), family))
      return 2;
    return range.type == "*/*" ? 1 : 0;
  }

  std::string_view type_, version_;
  int specificity_ = 0;
  double quality_ = 0;
};

}  // namespace

TextFormat negotiate(std::string_view accept) {
  Preference plain("text/plain", "0.0.4");
  Preference openmetrics("application/openmetrics-text", "1.0.0");
  split(accept, ',', [&](std::string_view part) {
    const auto range = parse_range(part);
    plain.consider(range);
    openmetrics.consider(range);
  });
  return openmetrics.quality() > plain.quality() ? TextFormat::openmetrics : TextFormat::prometheus;
}

std::string_view content_type(TextFormat format) {
  return format == TextFormat::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace llm
