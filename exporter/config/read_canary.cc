#include "config/read_canary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "config/provider_defaults.h"
#include "config/read_endpoint.h"
#include "config/read_tls.h"
#include "config/read_transport.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

using Kind = CanaryCheck::Kind;

constexpr std::size_t kMaxAddress = 2'048;
constexpr Millis kMinInterval{1'000}, kMaxInterval{3'600'000};
// Failed probes are held back until the checks are done, so these cannot take for ever.
constexpr Millis kMinTimeout{100}, kMaxTimeout{60'000};

// Whether getaddrinfo() would answer without asking anybody.
bool needs_no_resolver(std::string_view host) {
  return host == "localhost" || host.starts_with('[') ||
         host.find_first_not_of("0123456789.") == host.npos;
}

std::string read_host(const Field& field) {
  auto text = read_text(field, kMaxAddress);
  if (!text) return "";
  if (!is_host_name(*text)) {
    field.error("must be a host name such as example.com, without scheme and port");
  } else if (needs_no_resolver(*text)) {
    field.error(
        fmt::format("{} says nothing of the resolver; write a name that only it knows, such as "
                    "example.com",
                    in_quotes(*text)));
  } else {
    return *text;
  }
  return "";
}

std::string read_host_and_port(const Field& field) {
  auto text = read_text(field, kMaxAddress);
  if (!text) return "";
  const auto url = parse_url("tcp://" + *text);
  if (url && !url->port.empty() && url->path.empty() && url->userinfo.empty() &&
      !text->ends_with('/')) {
    return *text;
  }
  field.error("must be host and port, such as \"192.0.2.1:443\"");
  return "";
}

std::string read_url(const Field& field) {
  auto url = read_http_url(field);
  if (url.starts_with("http://") && !is_loopback(url)) {
    field.warning(
        "http can be answered by any box on the way, such as a hotel's portal; use https");
  }
  return url;
}

std::string read_address(Kind kind, const Field& field) {
  switch (kind) {
    case Kind::dns:
      return read_host(field);
    case Kind::tcp:
      return read_host_and_port(field);
    case Kind::https:
      return read_url(field);
  }
  return "";
}

CanaryCheck read_check(const Field& field) {
  CanaryCheck check;
  Section section(field);
  if (const auto name = section.require("name", "give the check a name, such as resolver")) {
    check.name = read_text(*name, kMaxNameBytes).value_or("");
    if (!check.name.empty() && !is_name(check.name)) {
      name->error(fmt::format("{} {}", in_quotes(check.name), kNameShape));
    }
  }
  std::optional<Kind> kind;
  for (std::size_t i = 0; i < kCanaryKinds.size(); ++i) {
    const auto address = section.find(kCanaryKinds[i]);
    if (!address) continue;
    if (kind) {
      address->error(fmt::format("the check has {} already; make a second one", to_string(*kind)));
      continue;
    }
    kind = static_cast<Kind>(i);
    check.kind = *kind;
    check.address = read_address(*kind, *address);
  }
  section.finish();
  if (section.valid() && !kind) {
    field.error("says nothing to check; give dns: NAME, tcp: \"HOST:PORT\" or https: URL");
  }
  return check;
}

std::vector<CanaryCheck> read_checks(const Field& field) {
  std::vector<CanaryCheck> checks;
  const auto items = read_list(field);
  if (!items) return checks;
  if (items->size() > kMaxCanaryChecks) {
    field.error(fmt::format("more than {} checks; a few that fail for different reasons say more",
                            kMaxCanaryChecks));
    return checks;
  }
  std::set<std::string> names;
  for (const auto& item : *items) {
    auto check = read_check(item);
    if (!check.name.empty() && !names.insert(check.name).second) {
      item.error(fmt::format("a second check {}; choose another name", in_quotes(check.name)));
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace

Canary read_canary(const Field& field, const std::filesystem::path& folder) {
  Canary canary;
  Section section(field);
  if (const auto interval = section.find("interval")) {
    canary.interval =
        read_duration(*interval, kMinInterval, kMaxInterval).value_or(canary.interval);
  }
  if (const auto timeout = section.find("timeout")) {
    canary.timeout = read_duration(*timeout, kMinTimeout, kMaxTimeout).value_or(canary.timeout);
  }
  if (const auto proxy = section.find("proxy_url")) canary.proxy_url = read_proxy_url(*proxy);
  if (const auto tls = section.find("tls")) {
    canary.tls = read_tls(*tls, folder);
    if (canary.tls.insecure_skip_verify) {
      tls->error(
          "a check must verify, or a portal on the way would pass for the internet; remove "
          "insecure_skip_verify");
    }
  }
  if (const auto checks = section.require("checks",
                                          "list what to check, such as [{name: resolver, dns: "
                                          "example.com}]")) {
    canary.checks = read_checks(*checks);
  }
  section.finish();
  return canary;
}

}  // namespace llm
