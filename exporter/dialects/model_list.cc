#include "dialects/model_list.h"

#include "dialects/error_body.h"
#include "dialects/json.h"

namespace llm {

namespace {

// Where the list stands, and what an item calls its name.
struct Shape {
  std::string_view list, name;
};

constexpr Shape kShapes[] = {
    {"data", "id"},                 // OpenAI and all who follow it; Anthropic
    {"models", "name"},             // Gemini, Cohere, Ollama. llama.cpp has both and means `data`
    {"publisherModels", "name"},    // Vertex
    {"modelSummaries", "modelId"},  // Bedrock
};

std::optional<json::Array> array(std::optional<json::Value> value) {
  json::Array items;
  if (!value || value->get(items) != simdjson::SUCCESS) return std::nullopt;
  return items;
}

bool read_items(json::Array items, std::string_view name, Reading& out) {
  for (const auto item : items) {
    const auto model = json::text(item, name);
    if (model.empty()) return false;
    out.models.emplace_back(model);
  }
  return true;
}

bool read_list(json::Value root, Reading& out) {
  if (const auto bare = array(root)) return read_items(*bare, "id", out);  // Together
  for (const auto& shape : kShapes) {
    if (const auto items = array(json::member(root, shape.list)))
      return read_items(*items, shape.name, out);
  }
  return false;
}

bool read_key(json::Value root, Reading& out) {
  json::Object key;
  const auto data = json::member(root, "data");
  if (data && data->get(key) == simdjson::SUCCESS) return key.size() != 0;
  return read_list(root, out);
}

bool is_live(json::Value provider) { return json::text(provider, "status") == "live"; }

// A list, or, as older servers have it, an object keyed by provider.
void read_providers(json::Value mapping, Reading& out) {
  if (const auto list = array(mapping)) {
    for (const auto item : *list) {
      const auto provider = json::text(item, "provider");
      if (is_live(item) && !provider.empty()) out.served_by.emplace_back(provider);
    }
    return;
  }
  json::Object by_provider;
  if (mapping.get(by_provider) != simdjson::SUCCESS) return;
  for (const auto [provider, item] : by_provider) {
    if (is_live(item)) out.served_by.emplace_back(provider);
  }
}

bool read_model_info(json::Value root, Reading& out) {
  if (json::text(root, "id").empty()) return false;
  if (const auto mapping = json::member(root, "inferenceProviderMapping"))
    read_providers(*mapping, out);
  out.model_served = json::text(root, "inference") == "warm" || !out.served_by.empty();
  return true;
}

template <class Read>
Reading read(std::string_view body, Read read_answer) {
  Reading reading;
  const auto root = json::parse(body);
  reading.understood = root && read_answer(*root, reading);
  if (root && !reading.understood) {
    reading = {};
    reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
  }
  return reading;
}

}  // namespace

Reading read_model_list(std::string_view body) { return read(body, read_list); }
Reading read_key_check(std::string_view body) { return read(body, read_key); }
Reading read_served(std::string_view body) { return read(body, read_model_info); }

Reading read_catalog(std::string_view body, Kind kind) {
  if (kind == Kind::served) return read_served(body);
  return kind == Kind::key ? read_key_check(body) : read_model_list(body);
}

}  // namespace llm
