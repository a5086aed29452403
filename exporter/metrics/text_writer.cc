#include "metrics/text_writer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/utf8.h"

namespace llm {
namespace {

// HELP of the Prometheus format leaves quotes alone; OpenMetrics escapes them as in a label.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto c = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      out += kReplacement;
    } else if (c == "\n") {
      out += "\\n";
    } else if (c == "\\" || (c == "\"" && quotes)) {
      out.append("\\").append(c);
    } else {
      out += c;
    }
    text.remove_prefix(c.size());
  }
}

std::string_view type_name(MetricType type, TextFormat format) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::untyped:
      break;
  }
  return format == TextFormat::openmetrics ? "unknown" : "untyped";
}

}  // namespace

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  append_escaped(out, value, true);
  out += '"';
  return out;
}

std::string bound(double value, TextFormat format) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // As people and other clients write them, "0.0005"; the shortest form would be "5e-04".
  const bool plain = value == 0 || (std::abs(value) >= 1e-6 && std::abs(value) < 1e15);
  const auto style = plain ? std::chars_format::fixed : std::chars_format::general;
  char buffer[32];
  std::string out(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value, style).ptr);
  const bool whole = out.find_first_of(".e") == std::string::npos;
  return whole && format == TextFormat::openmetrics ? out + ".0" : out;
}

TextWriter::TextWriter(TextFormat format, std::size_t expected_bytes) : format_(format) {
  out_.reserve(expected_bytes);
}

void TextWriter::family(std::string_view name, MetricType type, std::string_view help) {
  drop_empty_family();
  name_ = name;
  // OpenMetrics names a counter's family without the suffix that its samples carry.
  constexpr std::string_view kTotal = "_total";
  const bool openmetrics = format_ == TextFormat::openmetrics;
  if (openmetrics && type == MetricType::counter && name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  family_begin_ = out_.size();
  out_.append("# HELP ").append(name).append(" ");
  append_escaped(out_, help, openmetrics);
  out_.append("\n# TYPE ").append(name).append(" ").append(type_name(type, format_)).append("\n");
  samples_begin_ = out_.size();
}

std::string TextWriter::take() && {
  drop_empty_family();
  return std::move(out_);
}

void TextWriter::append_labels(std::string_view labels, std::string_view more) {
  if (labels.empty() && more.empty()) return;
  out_ += '{';
  out_ += labels;
  if (!labels.empty() && !more.empty()) out_ += ',';
  out_ += more;
  out_ += '}';
}

void TextWriter::append_number(double value) {
  if (std::isfinite(value)) {
    char buffer[32];
    out_.append(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value).ptr);
  } else {
    out_ += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  }
}

void TextWriter::drop_empty_family() {
  if (out_.size() == samples_begin_) out_.resize(family_begin_);
}

}  // namespace llm
