#include "web/routes.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "metrics/exposition.h"
#include "metrics/failover_families.h"
#include "metrics/provider_families.h"
#include "metrics/vantage_families.h"
#include "web/api.h"
#include "web/failover_api.h"
#include "web/openapi.h"
#include "web/page.h"
#include "web/providers_api.h"
#include "web/vantage_api.h"

namespace llm {
namespace {

WebResponse text(std::string body, int status = 200) {
  WebResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

WebResponse metrics(const WebContext& context, const WebRequest& request) {
  const auto accept = request.headers.find("accept");
  const auto format =
      negotiate(accept == request.headers.end() ? std::string_view() : accept->second);
  const auto roster = context.roster();
  const auto now = wall_now();
  auto own = provider_families(*context.providers(), *roster, now);
  std::ranges::move(failover_families(*context.failover()), std::back_inserter(own));
  std::ranges::move(vantage_families(*context.vantage()), std::back_inserter(own));
  std::ranges::move(context.self->collect(context.exporter_state()), std::back_inserter(own));
  auto response = text(render(*roster, own, now, format));
  response.content_type = content_type(format);
  return response;
}

WebResponse targets(const WebContext& context, const WebRequest& request) {
  const auto asked = request.query.find("history");
  const bool with_history = asked != request.query.end() && asked->second == "true";
  auto response =
      text(targets_json(*context.roster(), context.config()->vantage, wall_now(), with_history));
  response.content_type = "application/json";
  return response;
}

WebResponse providers(const WebContext& context) {
  auto response = text(providers_json(*context.providers(), *context.roster(), wall_now()));
  response.content_type = "application/json";
  return response;
}

WebResponse vantage(const WebContext& context) {
  auto response = text(vantage_json(*context.vantage(), context.config()->vantage));
  response.content_type = "application/json";
  return response;
}

WebResponse page(const WebContext& context) {
  const auto roster = context.roster();
  const auto providers = context.providers();
  const auto failover = context.failover();
  const auto vantage = context.vantage();
  auto response = text(status_page(
      {*roster, *providers, *failover, *vantage},
      {context.version, context.revision, context.config()->vantage, context.external_url},
      wall_now()));
  response.content_type = "text/html; charset=utf-8";
  response.headers["Content-Security-Policy"] = page_policy();
  response.headers["Referrer-Policy"] = "no-referrer";
  return response;
}

// A reload holds its web thread until the verdict; a second one at the same time would hold the
// last.
WebResponse reload(const WebContext& context, std::mutex& one_at_a_time) {
  const std::unique_lock only(one_at_a_time, std::try_to_lock);
  if (!only) return text("a reload is already running\n", 503);
  const auto errors = context.reload();
  return errors.empty() ? text("") : text("failed to reload config: " + errors, 500);
}

}  // namespace

std::vector<Route> make_routes(WebContext given) {
  const auto context = std::make_shared<const WebContext>(std::move(given));
  const auto one_reload = std::make_shared<std::mutex>();
  return {
      {"GET", "/", [context](const WebRequest&) { return page(*context); }},
      {"GET", "/metrics", [context](const WebRequest& r) { return metrics(*context, r); }},
      {"GET", "/api/v1/targets", [context](const WebRequest& r) { return targets(*context, r); }},
      {"GET", "/api/v1/providers", [context](const WebRequest&) { return providers(*context); }},
      {"GET", "/api/v1/targets/{name}/health",
       [context](const WebRequest& r) {
         return target_health(*context->roster(), context->vantage()->down, wall_now(), r);
       }},
      {"GET", "/api/v1/failover",
       [context](const WebRequest& r) { return failover_groups(*context->failover(), r); }},
      {"GET", "/api/v1/failover/{group}",
       [context](const WebRequest& r) {
         return failover_group(*context->failover(), context->config()->failover, r);
       }},
      {"GET", "/api/v1/openapi.json",
       [](const WebRequest&) {
         auto response = text(std::string(openapi()));
         response.content_type = "application/json";
         return response;
       }},
      {"GET", "/api/v1/vantage", [context](const WebRequest&) { return vantage(*context); }},
      {"GET", "/config",
       [context](const WebRequest&) { return text(dump_config(*context->config())); }},
      {"GET", "/-/healthy", [](const WebRequest&) { return text("llm_exporter is Healthy.\n"); }},
      {"GET", "/-/ready",
       [context](const WebRequest&) {
         return context->ready() ? text("llm_exporter is Ready.\n")
                                 : text("llm_exporter is not ready.\n", 503);
       }},
      {"POST", "/-/reload",
       [context, one_reload](const WebRequest&) { return reload(*context, *one_reload); }},
  };
}

}  // namespace llm
