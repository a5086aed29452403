#include "config/read_status_page.h"

#include <fmt/format.h>

#include "config/provider_defaults.h"
#include "config/read_endpoint.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxComponents = 100;
constexpr std::size_t kMaxComponentName = 200;
// Pages ask for no more than a request a minute or so; a page of our own may be read at will.
constexpr Millis kMinInterval{120'000}, kMinLoopbackInterval{1'000}, kMaxInterval{3'600'000};

bool is_switch(const Field& field) {
  const auto& text = field.node().text;
  return field.is(YamlNode::Kind::plain) && (text == "true" || text == "false");
}

std::vector<std::string> read_components(const Field& field) {
  std::vector<std::string> components;
  const auto items = read_list(field);
  if (!items) return components;
  if (items->size() > kMaxComponents) {
    field.error(fmt::format("more than {} components", kMaxComponents));
    return components;
  }
  for (const auto& item : *items) {
    if (auto name = read_text(item, kMaxComponentName)) components.push_back(std::move(*name));
  }
  return components;
}

StatusPage read_page(const Field& field, const Provider& provider) {
  Section section(field);
  auto page = type_status_page(provider);
  if (const auto system = section.find("system")) {
    const auto index = read_choice(*system, kStatusSystemNames);
    const auto chosen = index ? static_cast<StatusSystem>(*index + 1) : page.system;
    if (chosen != page.system) {
      page = {};
      page.system = chosen;
    }
  } else if (page.system == StatusSystem::none) {
    section.missing("system", fmt::format("type {} has no page of its own; say how this one is "
                                          "written, such as statuspage",
                                          provider.type->name));
  }
  if (const auto url = section.find("url")) {
    page.url = read_http_url(*url);
  } else if (page.url.empty()) {
    section.missing("url", "give the address of the page's machine-readable form");
  }
  if (const auto components = section.find("components")) {
    page.components = read_components(*components);
  }
  if (const auto interval = section.find("interval")) {
    const auto least = is_loopback(page.url) ? kMinLoopbackInterval : kMinInterval;
    page.interval = read_duration(*interval, least, kMaxInterval).value_or(page.interval);
  }
  section.finish();
  return page;
}

}  // namespace

void read_status_page_key(Section& section, Provider& provider) {
  provider.status_page = default_status_page(provider);
  const auto field = section.find("status_page");
  if (!field) return;
  if (field->is(YamlNode::Kind::map)) {
    provider.status_page = read_page(*field, provider);
  } else if (!is_switch(*field)) {
    field->error("must be true, false or a mapping such as {url: URL, interval: 5m}");
  } else if (field->node().text == "false") {
    provider.status_page = {};
  } else {
    provider.status_page = type_status_page(provider);
    if (provider.status_page.system == StatusSystem::none) {
      field->error(fmt::format(
          "type {} has no page that can be read; write {{system: statuspage, url: URL}}",
          provider.type->name));
    }
  }
}

}  // namespace llm
