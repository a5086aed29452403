// Writes metric families as text, in the Prometheus text format 0.0.4 or in OpenMetrics 1.0. Knows
// names, escapes and numbers; what a metric means is its callers' business.
#pragma once

#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "metrics/exposition.h"

namespace llm {

enum class MetricType : std::uint8_t { counter, gauge, histogram, summary, untyped };

// `name="value"`, escaped for both formats: backslash, quote, newline; bytes that are not UTF-8
// become U+FFFD, because one of them would fail the whole scrape.
std::string label(std::string_view name, std::string_view value);
// A number as the label `le` or `quantile` has it: "0.1", "3" (OpenMetrics: "3.0"), "+Inf".
std::string bound(double value, TextFormat format);

class TextWriter {
 public:
  TextWriter(TextFormat format, std::size_t expected_bytes);

  TextFormat format() const { return format_; }

  // Starts a family; one that gets no sample leaves no trace. `name` must stay valid until the
  // next call: as the samples have it, so a counter's ends in "_total".
  void family(std::string_view name, MetricType type, std::string_view help);

  // One line. `labels` and `more` are label(s) joined with commas, or empty.
  template <class Number>
  void sample(std::string_view suffix, std::string_view labels, std::string_view more,
              Number value) {
    out_.append(name_).append(suffix);
    append_labels(labels, more);
    out_ += ' ';
    append_number(value);
    out_ += '\n';
  }
  template <class Number>
  void sample(std::string_view labels, Number value) {
    sample({}, labels, {}, value);
  }

  std::string take() &&;

 private:
  void append_labels(std::string_view labels, std::string_view more);
  void append_number(double value);
  void append_number(std::uint64_t value) {
    char buffer[24];
    out_.append(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value).ptr);
  }
  void drop_empty_family();

  TextFormat format_;
  std::string out_;
  std::string_view name_;
  std::size_t family_begin_ = 0, samples_begin_ = 0;
};

}  // namespace llm
