// Where to send traffic, asked over real sockets.
#include "web/failover_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "state/failover_groups.h"
#include "unit/web/fixture.h"
#include "unit/web/raw_client.h"
#include "web/routes.h"

namespace llm {
namespace {

using namespace test;
using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

FailoverGroup group(std::string name, std::vector<std::string> targets) {
  FailoverGroup group;
  group.name = std::move(name);
  group.targets = std::move(targets);
  return group;
}

class FailoverApi : public testing::Test {
 protected:
  FailoverApi() {
    for (const auto* name : {"openai/gpt-4o", "groq/openai/gpt-oss-20b", "local/health"}) {
      roster_->entries.push_back(make_entry(make_target(name)));
      for (int i = 0; i < 3; ++i) finish(name, Outcome::ok);
    }
    config_.failover = {group("chat", {"openai/gpt-4o", "groq/openai/gpt-oss-20b"}),
                        group("code", {"groq/openai/gpt-oss-20b", "openai/gpt-4o"}),
                        group("far", {"openai/gpt-4o", "elsewhere/m"})};
    groups_.apply(config_.failover, *roster_, wall_now(), false);

    WebContext context;
    context.roster = [this] { return roster_; };
    context.failover = [this] { return groups_.get(); };
    context.vantage = [] { return std::make_shared<const VantageState>(); };
    context.config = [this] { return std::make_shared<const Config>(config_); };
    auto server = WebServer::start({{"127.0.0.1:0"}, ""}, make_routes(std::move(context)));
    EXPECT_TRUE(server) << server.error();
    server_ = std::move(*server);
  }

  void finish(const std::string& name, Outcome outcome) {
    for (const auto& entry : roster_->entries) {
      if (entry->target->name != name) continue;
      auto state = entry->state.get();
      const auto& target = *entry->target;
      record(state,
             outcome == Outcome::ok ? good_result(target)
                                    : bad_result(target, outcome, 503, "<b>no</b>"),
             wall_now());
      entry->state.put(state);
    }
    groups_.note(name, wall_now(), false);
  }
  void take_down(const std::string& name) {
    for (int i = 0; i < 3; ++i) finish(name, Outcome::overloaded);
  }

  Reply ask(const std::string& path, const std::string& headers = "") {
    return get(port_of(server_->addresses().at(0)), path, headers);
  }
  Reply ask_again(const std::string& path, Reply& before) {
    return ask(path, "If-None-Match: " + before.headers["etag"] + "\r\n");
  }

  std::shared_ptr<Roster> roster_ = std::make_shared<Roster>();
  Config config_;
  FailoverGroups groups_;
  std::unique_ptr<WebServer> server_;
};

TEST_F(FailoverApi, AGroupAsJson) {
  take_down("openai/gpt-4o");
  auto reply = ask("/api/v1/failover/chat");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers["content-type"], "application/json");
  EXPECT_EQ(reply.headers["cache-control"], "public, max-age=1");
  const auto data = Json::parse(reply.body)["data"];
  EXPECT_EQ(data["group"], "chat");
  EXPECT_EQ(data["recommended"], "groq/openai/gpt-oss-20b");
  EXPECT_EQ(data["primary"], "openai/gpt-4o");
  EXPECT_EQ(data["why"], "openai/gpt-4o: 3 failed checks in a row, the last: overloaded");
  EXPECT_THAT(data["since"], HasSubstr("T"));
  EXPECT_EQ(data["switches"], 1);
  EXPECT_EQ(data["log"][0]["from"], "openai/gpt-4o");
  const auto& down = data["candidates"][0];
  EXPECT_EQ(down["verdict"], "unhealthy");
  EXPECT_EQ(down["rejected"], "3 failed checks in a row, the last: overloaded");
  EXPECT_EQ(down["score"], 0);
  EXPECT_EQ(down["evidence"]["samples"], 6);
  EXPECT_EQ(down["evidence"]["success_ratio"], 0.5);
  EXPECT_TRUE(down["evidence"]["input_usd_per_million_tokens"].is_null()) << "not known is not 0";
  const auto& used = data["candidates"][1];
  EXPECT_TRUE(used["recommended"]);
  EXPECT_TRUE(used["rejected"].is_null());
  EXPECT_EQ(used["evidence"]["ttft_p95_seconds"], 0.5);
}

TEST_F(FailoverApi, AllGroups) {
  const auto groups = Json::parse(ask("/api/v1/failover").body)["data"]["groups"];
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[1]["group"], "code");
  EXPECT_EQ(ask("/api/v1/failover?format=text").body,
            "chat openai/gpt-4o\ncode groq/openai/gpt-oss-20b\n");
}

TEST_F(FailoverApi, TextIsTheNameAlone) {
  auto reply = ask("/api/v1/failover/chat?format=text");
  EXPECT_EQ(reply.headers["content-type"], "text/plain; charset=utf-8");
  EXPECT_EQ(reply.body, "openai/gpt-4o\n");
  take_down("openai/gpt-4o");
  EXPECT_EQ(ask("/api/v1/failover/chat?format=text").body, "groq/openai/gpt-oss-20b\n");
}

// What every probe changes a little does not count; what a client would act upon does.
TEST_F(FailoverApi, NewTagOnlyForNewContent) {
  const struct {
    const char* path;
    bool shows_verdicts;  // not only where to go
  } rows[] = {{"/api/v1/failover/chat", true},
              {"/api/v1/failover", true},
              {"/api/v1/failover/chat?format=text", false}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.path);
    auto first = ask(row.path);
    EXPECT_THAT(first.headers["etag"], testing::MatchesRegex("W/\"[0-9a-f]{16}\""));
    finish("openai/gpt-4o", Outcome::ok);
    auto same = ask_again(row.path, first);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(same.headers["etag"], first.headers["etag"]);
    EXPECT_EQ(same.headers["cache-control"], "public, max-age=1");

    take_down("groq/openai/gpt-oss-20b");  // a candidate that nobody uses
    EXPECT_EQ(ask_again(row.path, first).status, row.shows_verdicts ? 200 : 304);
    for (int i = 0; i < 3; ++i) finish("groq/openai/gpt-oss-20b", Outcome::ok);
  }
  auto before = ask("/api/v1/failover/chat?format=text");
  take_down("openai/gpt-4o");
  EXPECT_EQ(ask_again("/api/v1/failover/chat?format=text", before).status, 200);
}

TEST_F(FailoverApi, IfNoneMatchInEveryForm) {
  const auto tag = ask("/api/v1/failover/chat").headers["etag"];
  const struct {
    std::string value;
    int status;
  } rows[] = {{tag, 304}, {tag.substr(2), 304}, {"\"x\", " + tag, 304},
              {"*", 304}, {"W/\"x\"", 200},     {"", 200},
              {",,", 200}};
  for (const auto& row : rows) {
    EXPECT_EQ(ask("/api/v1/failover/chat", "If-None-Match: " + row.value + "\r\n").status,
              row.status)
        << row.value;
  }
}

TEST_F(FailoverApi, WhatDoesNotExist) {
  const struct {
    const char* path;
    int status;
    const char* says;
  } rows[] = {
      {"/api/v1/failover/chatt", 404, "no group \\\"chatt\\\"; there are: chat, code"},
      {"/api/v1/failover/%3Cb%3E%22", 404, "no group \\\"<b>"},
      {"/api/v1/failover/far", 404, "is not evaluated here: other shards probe some"},
      {"/api/v1/failover/chat?format=xml", 400, "format must be json or text"},
      {"/api/v1/failover/x?format=text", 404, "no group \"x\"; there are: chat, code\n"},
      {"/api/v1/failover/", 404, "not found"},
      {"/api/v1/targets/openai/gpt-5/health", 404,
       "no target \\\"openai/gpt-5\\\"; there are: openai/gpt-4o, groq/openai/gpt-oss-20b"},
      {"/api/v1/targets//health", 404, "not found"},
      {"/api/v1/targets/health", 404, "not found"},
      {"/api/v1/targets/openai/gpt-4o", 404, "not found"},
  };
  for (const auto& row : rows) {
    const auto reply = ask(row.path);
    EXPECT_EQ(reply.status, row.status) << row.path;
    EXPECT_THAT(reply.body, HasSubstr(row.says)) << row.path;
  }
}

TEST_F(FailoverApi, HealthOfATargetWhateverItsNameLooksLike) {
  for (const auto* path :
       {"/api/v1/targets/openai/gpt-4o/health", "/api/v1/targets/openai%2Fgpt-4o/health",
        "/api/v1/targets/groq/openai/gpt-oss-20b/health", "/api/v1/targets/local/health/health"}) {
    auto reply = ask(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.headers["cache-control"], "no-cache");
    const auto data = Json::parse(reply.body)["data"];
    EXPECT_TRUE(data["healthy"]);
    EXPECT_EQ(data["reason"], "3 good checks in a row");
  }
}

TEST_F(FailoverApi, HealthIs503WithTheReason) {
  take_down("openai/gpt-4o");
  auto reply = ask("/api/v1/targets/openai/gpt-4o/health");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers["content-type"], "application/json");
  const auto data = Json::parse(reply.body)["data"];
  EXPECT_FALSE(data["healthy"]);
  EXPECT_EQ(data["verdict"], "unhealthy");
  EXPECT_EQ(data["reason"], "3 failed checks in a row, the last: overloaded");
}

TEST_F(FailoverApi, HeadIsGetWithoutBody) {
  take_down("openai/gpt-4o");
  const auto port = port_of(server_->addresses().at(0));
  for (const auto& [path, status] :
       {std::pair("/api/v1/failover/chat", 200), std::pair("/api/v1/failover", 200),
        std::pair("/api/v1/targets/openai/gpt-4o/health", 503)}) {
    const auto reply = request(port, "HEAD", path);
    EXPECT_EQ(reply.status, status) << path;
    EXPECT_EQ(reply.body, "") << path;
  }
  EXPECT_EQ(request(port, "POST", "/api/v1/failover/chat").status, 405);
}

}  // namespace
}  // namespace llm
