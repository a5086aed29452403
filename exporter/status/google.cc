// Google Cloud's incidents.json: a bare array of all incidents of many years, newest first.
#include <optional>

#include "base/text.h"
#include "status/page.h"

namespace llm {

namespace {

// About two years of them. One that began earlier and is not over is not looked for.
constexpr std::size_t kMaxIncidents = 500;

// Cuts the elements of an array apart without reading them, so that the rest of a large file costs
// nothing.
class Elements {
 public:
  explicit Elements(std::string_view array) : rest_(trim(array)) {
    if (rest_.starts_with('[')) rest_.remove_prefix(1);
  }

  // The next one; nullopt: no more, or the text is cut off.
  std::optional<std::string_view> next() {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (in_string) {
        if (c == '\\') ++i;
        if (c == '"') in_string = false;
      } else if (depth == 0 && (c == ',' || c == ']')) {
        return cut(i);
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        --depth;
      }
    }
    return std::nullopt;
  }
  bool complete() const { return complete_; }

 private:
  std::optional<std::string_view> cut(std::size_t end) {
    const auto element = trim(rest_.substr(0, end));
    const bool last = rest_[end] == ']';
    rest_.remove_prefix(last ? rest_.size() : end + 1);
    complete_ = last;
    if (last && element.empty()) return std::nullopt;
    return element;
  }

  std::string_view rest_;
  bool complete_ = false;  // the closing bracket was seen
};

std::string title_of(json::Value row) {
  auto title = title_in(row, "external_desc");
  return title.empty() ? title_in(row, "service_name") : title;
}

void read_incident(json::Value row, Page& page) {
  if (json::member(row, "end")) return;  // over
  PageIncident incident;
  incident.title = title_of(row);
  incident.level = level_of(json::text(row, "status_impact"));
  each_row(row, "affected_products", kMaxPageTouches, [&](json::Value product) {
    incident.touches.push_back({name_in(product, "id"), name_in(product, "title")});
  });
  page.incidents.push_back(std::move(incident));
}

}  // namespace

Result<Page> read_google(std::string_view body) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  if (body.starts_with(kBom)) body.remove_prefix(kBom.size());
  if (!trim(body).starts_with('[')) return Err<std::string>{not_json(body)};
  Page page;
  page.only_incidents = true;
  Elements elements(body);
  for (std::size_t n = 0; n < kMaxIncidents; ++n) {
    const auto element = elements.next();
    if (!element) {
      if (elements.complete()) return page;
      return Err{"JSON that is cut off"};
    }
    const auto row = element->empty() ? std::nullopt : json::parse(*element);
    if (!row || !row->is_object()) return Err{"not JSON, or not a list of incidents"};
    read_incident(*row, page);
  }
  return page;
}

}  // namespace llm
