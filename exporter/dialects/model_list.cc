#include "dialects/model_list.h"

#include "dialects/error_body.h"
#include "dialects/json.h"

namespace llm {

Reading read_model_list(std::string_view body) {
  Reading reading;
  reading.understood = false;
  const auto root = json::parse(body);
  if (!root) return reading;
  json::Array models;
  const auto data = json::member(*root, "data");
  if ((data ? *data : *root).get(models) != simdjson::SUCCESS) {
    reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
    return reading;
  }
  for (const auto model : models) {
    const auto id = json::text(model, "id");
    if (id.empty()) return reading;
    reading.models.emplace_back(id);
  }
  reading.understood = true;
  return reading;
}

}  // namespace llm
