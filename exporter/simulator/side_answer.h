// What the side endpoints share: an answer before it is bytes, and the small texts of HTTP.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "simulator/fake_dialect.h"

namespace llm::sim {

using OrderedJson = nlohmann::ordered_json;  // members in the order in which the provider has them

struct SideAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers headers = {};
};

SideAnswer json_answer(int status, const OrderedJson& body, Headers headers = {});

// A member of a query or of a form body, percent-decoded (also its name: group_by%5B%5D).
std::optional<std::string> form_value(std::string_view form, std::string_view name);
bool form_has(std::string_view form, std::string_view name, std::string_view value);
std::string_view query_of(const SimRequest& request);

std::string rfc3339(WallTime time);  // 2026-11-21T12:00:00Z
std::optional<WallTime> parse_rfc3339(std::string_view text);

bool holds(const std::vector<std::string>& keys, std::string_view key);

}  // namespace llm::sim
