// The endpoints, served for real.
#include "web/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "unit/web/fixture.h"
#include "unit/web/raw_client.h"

namespace llm {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Routes : public testing::Test {
 protected:
  Routes() {
    config_.vantage = "eu-west-1";
    const auto target = make_target("openai/gpt-4o");
    roster_.entries.push_back(make_entry(target, after({good_result(target)})));
    config_.targets.push_back(roster_.entries[0]->target);
    config_.providers.push_back(target.provider);

    WebContext context;
    context.roster = [this] { return std::make_shared<const Roster>(roster_); };
    context.exporter_state = [] { return ExporterState{}; };
    context.providers = [] { return std::make_shared<const ProvidersState>(); };
    context.failover = [] { return std::make_shared<const FailoverState>(); };
    context.vantage = [] { return std::make_shared<const VantageState>(); };
    context.self = &self_;
    context.config = [this] { return std::make_shared<const Config>(config_); };
    context.ready = [this] { return ready_.load(); };
    context.reload = [this] { return reload_(); };
    context.version = "1.2.3";
    auto server = WebServer::start({{"127.0.0.1:0"}, ""}, make_routes(std::move(context)));
    EXPECT_TRUE(server) << server.error();
    server_ = std::move(*server);
  }
  std::uint16_t port() const { return port_of(server_->addresses().at(0)); }

  Roster roster_;
  Config config_;
  SelfMetrics self_{{"1.2.3", "abc", "eu-west-1"}};
  std::atomic<bool> ready_{true};
  std::function<std::string()> reload_ = [] { return std::string(); };
  std::unique_ptr<WebServer> server_;
};

TEST_F(Routes, AnswerWithStatusAndType) {
  const struct {
    const char* method;
    const char* path;
    int status;
    const char* type;
    const char* starts;
  } rows[] = {
      {"GET", "/", 200, "text/html; charset=utf-8", "<!DOCTYPE html>"},
      {"GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", "# HELP llm_probe_"},
      {"GET", "/api/v1/targets", 200, "application/json", "{\"status\":\"success\""},
      {"GET", "/api/v1/vantage", 200, "application/json", "{\"status\":\"success\""},
      {"GET", "/config", 200, "text/plain; charset=utf-8", ""},
      {"GET", "/-/healthy", 200, "text/plain; charset=utf-8", "llm_exporter is Healthy.\n"},
      {"GET", "/-/ready", 200, "text/plain; charset=utf-8", "llm_exporter is Ready.\n"},
      {"POST", "/-/reload", 200, "text/plain; charset=utf-8", ""},
      {"GET", "/-/reload", 405, "text/plain; charset=utf-8", "method not allowed; use POST"},
      {"POST", "/metrics", 405, "text/plain; charset=utf-8", "method not allowed; use GET, HEAD"},
      {"GET", "/favicon.ico", 404, "text/plain; charset=utf-8", "not found"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.method) + " " + row.path);
    auto reply = request(port(), row.method, row.path);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_EQ(reply.headers["content-type"], row.type);
    EXPECT_THAT(reply.body, StartsWith(row.starts));
  }
}

TEST_F(Routes, MetricsNegotiateFormatAndCoding) {
  auto open = get(port(), "/metrics",
                  "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n"
                  "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(open.headers["content-type"],
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const auto text = gunzip(open.body);
  EXPECT_THAT(text, HasSubstr("llm_probe_attempts_total{target=\"openai/gpt-4o\""));
  EXPECT_THAT(text, HasSubstr("llm_exporter_build_info"));
  EXPECT_THAT(text, testing::EndsWith("# EOF\n"));
  EXPECT_THAT(get(port(), "/metrics").body, Not(HasSubstr("# EOF")));
}

TEST_F(Routes, PageIsLockedDown) {
  auto reply = get(port(), "/");
  EXPECT_THAT(reply.headers["content-security-policy"], StartsWith("default-src 'none'; "));
  EXPECT_THAT(reply.headers["content-security-policy"], Not(HasSubstr("unsafe")));
  EXPECT_EQ(reply.headers["referrer-policy"], "no-referrer");
  EXPECT_EQ(reply.headers["x-content-type-options"], "nosniff");
  EXPECT_THAT(reply.body, HasSubstr("openai/gpt-4o"));
  EXPECT_THAT(reply.body, HasSubstr("version 1.2.3"));
}

TEST_F(Routes, TargetsAreJson) {
  const auto parsed = nlohmann::json::parse(get(port(), "/api/v1/targets").body);
  EXPECT_EQ(parsed["data"]["vantage"], "eu-west-1");
  EXPECT_EQ(parsed["data"]["targets"][0]["target"], "openai/gpt-4o");
}

// What it says of the answers is held against them in tests/integration/test_api.py.
TEST_F(Routes, EveryPathOfTheApiIsDescribed) {
  const auto described = nlohmann::json::parse(get(port(), "/api/v1/openapi.json").body)["paths"];
  std::set<std::string> served, paths;
  for (const auto& route : make_routes({})) {
    if (route.path.starts_with("/api/")) served.insert(route.path);
  }
  for (const auto& [path, methods] : described.items()) paths.insert(path);
  EXPECT_EQ(paths, served);
}

TEST_F(Routes, ConfigIsTheDump) { EXPECT_EQ(get(port(), "/config").body, dump_config(config_)); }

TEST_F(Routes, ReadyFollowsTheExporter) {
  ready_ = false;
  const auto reply = get(port(), "/-/ready");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "llm_exporter is not ready.\n");
  EXPECT_EQ(get(port(), "/-/healthy").status, 200);
}

TEST_F(Routes, FailedReloadSaysWhy) {
  reload_ = [] { return std::string("config.yml:3:5: unknown key \"modell\"\n"); };
  const auto reply = request(port(), "POST", "/-/reload", "Content-Length: 0\r\n");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "failed to reload config: config.yml:3:5: unknown key \"modell\"\n");
}

TEST_F(Routes, SlowReloadSilencesNothingAndRunsOnce) {
  std::promise<void> entered, may_go;
  reload_ = [&] {
    entered.set_value();
    may_go.get_future().wait();
    return std::string();
  };
  auto first =
      std::async(std::launch::async, [this] { return request(port(), "POST", "/-/reload"); });
  entered.get_future().wait();
  EXPECT_EQ(request(port(), "POST", "/-/reload").status, 503);
  EXPECT_EQ(get(port(), "/-/healthy").status, 200);
  may_go.set_value();
  EXPECT_EQ(first.get().status, 200);
}

}  // namespace
}  // namespace llm
