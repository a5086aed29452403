// Reads an exposition as a strict scraper would: every rule of the two formats that a writer could
// break is a failure with the line that broke it.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "metrics/exposition.h"

namespace llm::test {

using Samples = std::map<std::string, double>;  // `name{a="b",…}` as written -> value

struct Parsed {
  std::string error;  // empty: valid
  Samples samples;
  std::map<std::string, std::string> types, helps;  // by family, as written
  std::vector<std::string> order;                   // families
};

class StrictParser {
 public:
  explicit StrictParser(TextFormat format) : openmetrics_(format == TextFormat::openmetrics) {}

  Parsed parse(std::string_view text) {
    if (!text.empty() && text.back() != '\n') fail("no newline at the end", text);
    while (!text.empty() && out_.error.empty()) {
      const auto end = text.find('\n');
      line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    finish_histogram();
    if (openmetrics_ && !eof_) fail("no # EOF", "");
    return out_;
  }

 private:
  void fail(std::string_view what, std::string_view where) {
    if (out_.error.empty()) out_.error.append(what).append(": ").append(where);
  }

  void line(std::string_view text) {
    if (eof_) return fail("after # EOF", text);
    for (std::string_view rest = text; !rest.empty();) {
      const auto length = utf8_length(rest);
      if (length == 0) return fail("not UTF-8", text);
      rest.remove_prefix(length);
    }
    if (text == "# EOF" && openmetrics_) {
      eof_ = true;
    } else if (text.starts_with("# HELP ")) {
      help(text, text.substr(7));
    } else if (text.starts_with("# TYPE ")) {
      type(text, text.substr(7));
    } else if (text.empty() || text[0] == '#') {
      fail("blank or unknown comment", text);
    } else {
      sample(text);
    }
  }

  void help(std::string_view text, std::string_view rest) {
    finish_histogram();
    const auto space = rest.find(' ');
    family_ = rest.substr(0, space);
    type_.clear();
    if (!is_name(family_, true)) fail("bad name", text);
    const auto help = space == rest.npos ? "" : rest.substr(space + 1);
    if (!unescape(help, openmetrics_ ? "\\n\"" : "\\n")) fail("bad escape", text);
    if (!out_.helps.emplace(family_, help).second) fail("second HELP", text);
    out_.order.push_back(family_);
  }

  void type(std::string_view text, std::string_view rest) {
    const auto space = rest.find(' ');
    if (rest.substr(0, space) != family_) fail("TYPE without HELP", text);
    type_ = rest.substr(space + 1);
    static const std::set<std::string, std::less<>> known{"counter", "gauge",   "histogram",
                                                          "summary", "untyped", "unknown"};
    if (!known.contains(type_)) fail("bad type", text);
    if ((type_ == "untyped") == openmetrics_ && (type_ == "untyped" || type_ == "unknown"))
      fail("type of the other format", text);
    if (openmetrics_ && type_ == "counter" && family_.ends_with("_total"))
      fail("counter family with _total", text);
    if (!out_.types.emplace(family_, type_).second) fail("second TYPE", text);
  }

  void sample(std::string_view text) {
    std::string_view rest = text;
    const auto name = rest.substr(0, rest.find_first_of("{ "));
    rest.remove_prefix(name.size());
    std::vector<std::pair<std::string, std::string>> labels;
    if (rest.starts_with('{') && !read_labels(rest, labels)) return fail("bad labels", text);
    const auto series = text.substr(0, text.size() - rest.size());
    const auto value = rest.starts_with(' ') ? number(rest.substr(1)) : std::nullopt;
    if (!value) return fail("bad value", text);  // a timestamp is one, too
    std::set<std::string> names;
    for (const auto& [label, unused] : labels) {
      if (!is_name(label, false) || !names.insert(label).second) return fail("bad label", text);
    }
    if (!belongs(name, labels)) return fail("not of its family", text);
    if (type_ == "counter" && !(*value >= 0)) return fail("negative counter", text);
    if (!out_.samples.emplace(series, *value).second) return fail("duplicate", text);
    if (type_ == "histogram") histogram(text, name, labels, *value);
  }

  bool belongs(std::string_view name,
               const std::vector<std::pair<std::string, std::string>>& labels) {
    const auto has = [&](std::string_view wanted) {
      for (const auto& [label, value] : labels) {
        if (label == wanted) return is_canonical(value);
      }
      return false;
    };
    const auto suffix = name.starts_with(family_) ? name.substr(family_.size()) : "?";
    if (type_ == "counter") return openmetrics_ ? suffix == "_total" : suffix.empty();
    if (type_ == "histogram") {
      return (suffix == "_bucket" && has("le")) || suffix == "_sum" || suffix == "_count";
    }
    if (type_ == "summary") {
      return (suffix.empty() && has("quantile")) || suffix == "_sum" || suffix == "_count";
    }
    return suffix.empty() && !type_.empty();
  }

  // Buckets of one histogram rise, end with +Inf, and agree with its count.
  void histogram(std::string_view text, std::string_view name,
                 const std::vector<std::pair<std::string, std::string>>& labels, double value) {
    std::string key;
    for (const auto& [label, v] : labels) key += label == "le" ? "" : label + "=" + v + ";";
    auto& seen = histograms_[key];
    if (name.ends_with("_count")) seen.count = value;
    if (!name.ends_with("_bucket")) return;
    const double le = *number(labels.back().second);
    if (labels.back().first != "le") fail("le is not last", text);
    if (le <= seen.last_le || value < seen.last_bucket) fail("bucket order", text);
    seen.last_le = le;
    seen.last_bucket = value;
  }
  void finish_histogram() {
    for (const auto& [key, seen] : histograms_) {
      if (!std::isinf(seen.last_le) || seen.last_bucket != seen.count) fail("no +Inf = count", key);
    }
    histograms_.clear();
  }

  static bool read_labels(std::string_view& rest,
                          std::vector<std::pair<std::string, std::string>>& labels) {
    rest.remove_prefix(1);
    for (;;) {
      const auto equals = rest.find("=\"");
      if (equals == rest.npos) return false;
      const auto name = rest.substr(0, equals);
      rest.remove_prefix(equals + 2);
      std::size_t end = 0;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) return false;
      const auto value = unescape(rest.substr(0, end), "\\n\"");
      if (!value) return false;
      labels.emplace_back(name, *value);
      rest.remove_prefix(end + 1);
      const bool more = rest.starts_with(',');
      if (!more && !rest.starts_with('}')) return false;
      rest.remove_prefix(1);
      if (!more) return true;
    }
  }

  static std::optional<std::string> unescape(std::string_view text, std::string_view allowed) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        out += text[i];
        continue;
      }
      if (++i == text.size() || allowed.find(text[i]) == allowed.npos) return std::nullopt;
      out += text[i] == 'n' ? '\n' : text[i];
    }
    return out;
  }

  static bool is_name(std::string_view name, bool colon) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char c : name) {
      const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || (c == ':' && colon);
      if (!ok) return false;
    }
    return true;
  }

  static std::optional<double> number(std::string_view text) {
    if (text == "+Inf") return INFINITY;
    if (text == "-Inf") return -INFINITY;
    if (text == "NaN") return NAN;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool finite = error == std::errc() && std::isfinite(value);
    return finite && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
  }

  // OpenMetrics: "1.0", never "1"; both: what a float is.
  bool is_canonical(std::string_view bound) const {
    if (!number(bound)) return false;
    const bool whole = bound.find_first_of(".eI") == bound.npos;
    return whole != openmetrics_ || !whole;
  }

  bool openmetrics_;
  bool eof_ = false;
  std::string family_, type_;
  struct Seen {
    double last_le = -INFINITY, last_bucket = 0, count = NAN;
  };
  std::map<std::string, Seen> histograms_;  // of the family, by labels
  Parsed out_;
};

inline Parsed parse_strictly(std::string_view text, TextFormat format) {
  return StrictParser(format).parse(text);
}

}  // namespace llm::test
