// The probe thread against a fake provider: what it publishes while other threads read and reload.
#include "schedule/prober.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "schedule/probe_once.h"
#include "simulator/server.h"

namespace llm {
namespace {

constexpr std::chrono::seconds kPatience{60};  // only a broken program waits so long

constexpr std::string_view kChunk =
    "data: {\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{"
    "\"index\":0,\"delta\":{\"content\":\"pong\"},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";

sim::Reply answer(const sim::SimRequest& request) {
  if (request.path.starts_with("/silent")) return {{}, sim::Finish::hang};
  if (request.path.ends_with("/models")) {
    return sim::plain_reply(200, "application/json",
                            R"({"object":"list","data":[{"id":"m","object":"model"}]})");
  }
  if (request.path.starts_with("/metered"))
    return sim::plain_reply(200, "text/event-stream", std::string(kChunk));
  return sim::plain_reply(
      200, "text/event-stream",
      "data: {\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{"
      "\"index\":0,\"delta\":{\"content\":\"pong\"},\"finish_reason\":\"stop\"}]}"
      "\n\ndata: [DONE]\n\n");
}

// Results as they are counted, to wait for.
class Results {
 public:
  void add(const ProbeResult& result) {
    const std::lock_guard lock(mutex_);
    all_.push_back(result);
    ++by_target_[result.target->name];
    ++by_target_[result.target->name + " " + std::string(to_string(result.kind))];
    changed_.notify_all();
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++by_target_[what];
    changed_.notify_all();
  }
  bool wait_for(const std::string& target, int count, std::chrono::seconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return by_target_[target] >= count; });
  }
  bool wait_for_success(const std::string& target) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      return std::ranges::any_of(all_, [&](const ProbeResult& result) {
        return result.target->name == target && result.counts && success(result.outcome);
      });
    });
  }
  std::vector<ProbeResult> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  bool wait_for_kind(const std::string& target, Kind kind, int count) {
    return wait_for(target + " " + std::string(to_string(kind)), count);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> by_target_;
  std::vector<ProbeResult> all_;  // in the order they were counted
};

class ProberTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = sim::SimServer::start({}, answer);
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
  }
  void TearDown() override { stop(); }

  // Providers as "name" or "name: prompt", each with one streamed target probed every second.
  std::shared_ptr<const Config> config(const std::vector<std::string>& names,
                                       const std::string& prompt = "Say pong.") {
    std::string yaml = "providers:\n";
    for (const auto& name : names) {
      yaml += fmt::format(
          "  - {{name: {0}, type: openai-compatible, base_url: 'http://127.0.0.1:{1}/{0}', probes: "
          "[{{kind: stream, models: [m], interval: 1s, prompt: '{2}'}}]}}\n",
          name, server_->port(), prompt);
    }
    return parsed(yaml);
  }
  std::shared_ptr<const Config> parsed(const std::string& yaml) {
    auto config = parse_config(yaml, "test.yml");
    EXPECT_TRUE(config) << to_string(config.error().at(0));
    return std::make_shared<const Config>(std::move(*config));
  }

  void start(std::shared_ptr<const Config> config) {
    config_ = config;
    prober_.emplace(Prober::Options{.shard = {},
                                    .on_result = [this](const ProbeResult& r) { results_.add(r); },
                                    .ledger = ledger_},
                    Prober::Plan{std::move(config), {}, nullptr});
    thread_ = std::thread([this] { prober_->run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    prober_->stop();
    thread_.join();
  }

  const RosterEntry* entry(const std::string& name) {
    roster_ = prober_->roster();
    for (const auto& e : roster_->entries) {
      if (e->target->name == name) return e.get();
    }
    return nullptr;
  }

  Results results_;
  BudgetLedger ledger_;
  std::shared_ptr<const Config> config_;  // that it was started with
  std::unique_ptr<sim::SimServer> server_;
  std::shared_ptr<const Roster> roster_;
  std::optional<Prober> prober_;
  std::thread thread_;
};

// A target that was told to wait waits, and says so; its neighbour goes on.
TEST_F(ProberTest, WaitsAsToldByRetryAfter) {
  auto limited = sim::SimServer::start({}, [](const sim::SimRequest&) {
    return sim::plain_reply(429, "application/json", R"({"error":{"message":"slow down"}})",
                            {{"Retry-After", "600"}});
  });
  ASSERT_TRUE(limited) << limited.error();
  start(parsed(fmt::format(R"(
providers:
  - {{name: free, type: openai-compatible, base_url: 'http://127.0.0.1:{}/free',
     probes: [{{models: [m], interval: 1s}}]}}
  - {{name: limited, type: openai-compatible, base_url: 'http://127.0.0.1:{}/v1',
     probes: [{{models: [m], interval: 1s}}]}}
)",
                           server_->port(), (*limited)->port())));
  ASSERT_TRUE(results_.wait_for("limited/m", 1));
  ASSERT_TRUE(results_.wait_for("free/m", 4));  // three slots of the other have passed
  stop();
  const auto state = entry("limited/m")->state.get();
  EXPECT_EQ(state.attempts, 1U);
  EXPECT_EQ(state.errors[static_cast<std::size_t>(Outcome::rate_limited)], 1U);
  EXPECT_EQ(state.failures, 0U);
  EXPECT_TRUE(paused(state, to_unix_seconds(wall_now())));
  EXPECT_GE(prober_->state().skipped_waiting, 1U);
}

// While a canary has not said whose fault it was, the probe is held; a reload without its target
// and a stop end it uncounted.
TEST_F(ProberTest, ProbesThatAwaitTheirVerdictEndUncounted) {
  auto silent = sim::SimServer::start({}, [](const sim::SimRequest&) {
    return sim::Reply{{}, sim::Finish::hang};
  });
  ASSERT_TRUE(silent) << silent.error();
  const auto providers = [&](const std::string& names) {
    std::string yaml = fmt::format(
        "canary: {{timeout: 1m, checks: [{{name: a, https: "
        "'http://127.0.0.1:{}'}}]}}\nproviders:\n",
        (*silent)->port());
    for (const char name : names) {
      yaml += fmt::format(
          "  - {{name: {}, type: openai-compatible, base_url: 'http://127.0.0.1:1', "
          "probes: [{{models: [m], interval: 1s}}]}}\n",
          name);
    }
    // Is probed all the while: time passes.
    yaml += fmt::format(
        "  - {{name: free, type: openai-compatible, base_url: 'http://127.0.0.1:{}/free', "
        "probes: [{{models: [m], interval: 1s}}]}}\n",
        server_->port());
    return parsed(yaml);
  };
  start(providers("ab"));
  ASSERT_TRUE(results_.wait_for("free/m", 3));
  prober_->apply({providers("b"), {}, nullptr});
  ASSERT_TRUE(results_.wait_for("free/m", 5));
  EXPECT_GE(prober_->state().in_flight, 1U) << "held, and so not probed again";
  stop();
  EXPECT_EQ(entry("b/m")->state.get().attempts, 0U);
  EXPECT_FALSE(results_.wait_for("a/m", 1, {}));
  EXPECT_FALSE(results_.wait_for("b/m", 1, {}));
}

// full -> models: once the day's tokens are gone, the provider's free check runs at the same
// cadence; a provider without one is not probed at all.
TEST_F(ProberTest, OutOfBudgetAFreeCheckRunsInstead) {
  start(parsed(fmt::format(R"(
budget: {{tokens_per_day: 1000}}
providers:
  - {{name: a, type: openai-compatible, base_url: 'http://127.0.0.1:{}/metered',
     budget: {{tokens_per_day: 300}},
     probes: [{{models: [m], interval: 1s, prompt: pong, max_output_tokens: 4}}]}}
)",
                           server_->port())));
  ASSERT_TRUE(results_.wait_for_kind("a/m", Kind::key, 2));
  stop();
  const auto state = entry("a/m")->state.get();
  EXPECT_TRUE(state.substituted);
  EXPECT_EQ(state.errors, decltype(state.errors){});
  const auto providers = prober_->providers();
  ASSERT_EQ(providers->budgets.size(), 2U);
  EXPECT_EQ(providers->budgets[0].level, BudgetLevel::full);
  EXPECT_EQ(providers->budgets[1].provider, "a");
  EXPECT_EQ(providers->budgets[1].level, BudgetLevel::models);
  const auto spent = state.tokens[0] + state.tokens[1];
  EXPECT_EQ(providers->budgets[1].spent.tokens, spent);
  EXPECT_LE(spent, 300U);
  EXPECT_GT(spent, 0U);
}

TEST_F(ProberTest, WhatWasSpentBeforeTheStartCounts) {
  ledger_.day = std::chrono::floor<std::chrono::days>(wall_now());
  ledger_.total.tokens = 1'000;
  start(parsed(fmt::format(R"(
budget: {{tokens_per_day: 1000}}
providers:
  - {{name: a, type: openai-compatible, base_url: 'http://127.0.0.1:{}/metered',
     probes: [{{models: [m], interval: 1s}}]}}
)",
                           server_->port())));
  ASSERT_TRUE(results_.wait_for_kind("a/m", Kind::key, 1));
  stop();
  EXPECT_EQ(entry("a/m")->state.get().tokens[0], 0U);
}

// A table's price makes a cost of the answer's usage; a table that is replaced is used at once.
TEST_F(ProberTest, CostComesFromThePriceTable) {
  const auto table = PriceTable::parse(
      R"({"m":{"input_cost_per_token":0.001,"output_cost_per_token":0.5,"mode":"chat",
           "max_input_tokens":1200}})");
  ASSERT_TRUE(table) << table.error();
  start(parsed(fmt::format(R"(
providers:
  - {{name: a, type: openai-compatible, base_url: 'http://127.0.0.1:{}/metered',
     probes: [{{models: [m], interval: 1s}}]}}
)",
                           server_->port())));
  ASSERT_TRUE(results_.wait_for("a/m", 1));
  prober_->set_prices(*table);
  ASSERT_TRUE(results_.wait_for("a/m", 3));
  stop();
  const auto state = entry("a/m")->state.get();
  const auto priced = static_cast<double>(state.attempts - 1);
  EXPECT_TRUE(state.cost_known);
  EXPECT_GE(state.cost_usd, (priced - 1) * (10 * 0.001 + 2 * 0.5) - 1e-9);
  EXPECT_LE(state.cost_usd, priced * (10 * 0.001 + 2 * 0.5) + 1e-9);
  EXPECT_EQ(state.price.context_window_tokens, 1200);
  EXPECT_EQ(state.last.context_tokens, 12);
}

TEST_F(ProberTest, ReadsTheStatusPageAndRevalidates) {
  std::atomic<int> asked{0}, unchanged{0};
  auto page = sim::SimServer::start({}, [&](const sim::SimRequest& request) {
    ++asked;
    for (const auto& [name, value] : request.headers) {
      if (name != "if-none-match" || value != "\"v1\"") continue;
      ++unchanged;
      results_.note("status");
      return sim::plain_reply(304, "application/json", "");
    }
    return sim::plain_reply(200, "application/json",
                            R"({"page":{"id":"p"},"status":{"indicator":"major"},"components":[
                                {"id":"1","name":"API","status":"partial_outage","group":false},
                                {"id":"2","name":"Site","status":"operational","group":false}],
                                "incidents":[]})",
                            {{"ETag", "\"v1\""}});
  });
  ASSERT_TRUE(page) << page.error();
  start(parsed(fmt::format(R"(
providers:
  - {{name: a, type: openai, base_url: 'http://127.0.0.1:{}/a',
     status_page: {{url: 'http://127.0.0.1:{}/', system: statuspage, components: [API],
                   interval: 1s}},
     probes: [{{models: [m], interval: 1s}}]}}
)",
                           server_->port(), (*page)->port())));
  ASSERT_TRUE(results_.wait_for("status", 2));  // the answer before has been read
  stop();
  const auto providers = prober_->providers();
  ASSERT_EQ(providers->providers.size(), 1U);
  const auto& status = providers->providers[0].status;
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->readable) << status->error;
  EXPECT_EQ(status->report.overall, ServiceLevel::partial_outage);
  ASSERT_EQ(status->report.components.size(), 1U);
  EXPECT_EQ(status->report.components[0].name, "API");
}

// While it fails for long it is asked nothing that costs; once a free check passes, the full probe
// tells, and until it does the target is down.
TEST_F(ProberTest, AnOpenBreakerChecksFreelyAndTheFullProbeHasTheWord) {
  std::atomic<bool> down{true};
  auto ill = sim::SimServer::start({}, [&](const sim::SimRequest& request) {
    return down ? sim::plain_reply(503, "application/json", R"({"error":{"message":"down"}})")
                : answer(request);
  });
  ASSERT_TRUE(ill) << ill.error();
  start(parsed(fmt::format(R"(
global: {{breaker: {{after: 0, failures: 1, successes: 1}}}}
providers:
  - {{name: a, type: openai-compatible, base_url: 'http://127.0.0.1:{}/v1',
     probes: [{{models: [m], interval: 1s}}]}}
)",
                           (*ill)->port())));
  ASSERT_TRUE(results_.wait_for_kind("a/m", Kind::key, 2));
  auto state = entry("a/m")->state.get();
  EXPECT_EQ(state.breaker.state, BreakerState::open);
  EXPECT_EQ(state.breaker.why, Outcome::overloaded);
  EXPECT_GT(state.breaker.next_full_unix_seconds, state.last.at_unix_seconds);
  EXPECT_EQ(state.last.state, State::down);
  EXPECT_EQ(state.failures, state.attempts);

  prober_->apply({config_, {}, nullptr});
  EXPECT_EQ(entry("a/m")->state.get().breaker.opened, 1U) << "a reload keeps it";
  down = false;
  ASSERT_TRUE(results_.wait_for_success("a/m"));
  stop();
  state = entry("a/m")->state.get();
  EXPECT_EQ(state.breaker.state, BreakerState::closed);
  EXPECT_EQ(state.breaker.opened, 1U);
  EXPECT_TRUE(std::isnan(state.breaker.next_full_unix_seconds));
  EXPECT_EQ(state.confirmations, 0U);

  bool asked = false;
  for (const auto& result : results_.all()) {
    EXPECT_EQ(result.check, result.kind == Kind::key);
    if (asked) {
      EXPECT_EQ(result.kind, Kind::stream);
    }
    asked = result.check && success(result.outcome);
    EXPECT_EQ(result.counts, !asked);
  }
  EXPECT_EQ(state.attempts, state.successes + state.errors[std::size_t(Outcome::overloaded)]);
}

TEST_F(ProberTest, ReloadKeepsDropsAndStartsAfresh) {
  start(config({"kept", "dropped"}));
  ASSERT_TRUE(results_.wait_for("kept/m", 2));
  ASSERT_TRUE(results_.wait_for("dropped/m", 1));
  const auto* before = entry("kept/m");
  const auto attempts = before->state.get().attempts;

  prober_->apply({config({"kept", "added"}), {}, nullptr});
  EXPECT_EQ(entry("kept/m"), before) << "an equal target keeps its entry";
  EXPECT_GE(entry("kept/m")->state.get().attempts, attempts);
  EXPECT_EQ(entry("dropped/m"), nullptr);
  ASSERT_TRUE(results_.wait_for("added/m", 1));

  prober_->apply({config({"kept", "added"}, "Another question."), {}, nullptr});
  EXPECT_NE(entry("kept/m"), before) << "another question is another target";
}

TEST_F(ProberTest, StoppingCancelsWithoutCounting) {
  start(config({"silent"}));
  const auto give_up = mono_now() + kPatience;
  while (prober_->state().in_flight == 0 && mono_now() < give_up) std::this_thread::yield();
  ASSERT_EQ(prober_->state().in_flight, 1U);
  stop();
  EXPECT_EQ(entry("silent/m")->state.get().attempts, 0U);
}

TEST_F(ProberTest, RemovingATargetCancelsItsProbe) {
  start(config({"silent", "kept"}));
  const auto give_up = mono_now() + kPatience;
  while (server_->seen().empty() && mono_now() < give_up) std::this_thread::yield();
  prober_->apply({config({"kept"}), {}, nullptr});
  ASSERT_TRUE(results_.wait_for("kept/m", 1));
  EXPECT_EQ(prober_->state().targets, 1U);
}

// Run under TSan: readers see whole states while probes end and configurations change.
TEST_F(ProberTest, ReadersSeeWholeStatesWhileEverythingMoves) {
  start(config({"a", "b", "c"}));
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto roster = prober_->roster();
      for (const auto& e : roster->entries) {
        const auto state = e->state.get();
        std::uint64_t errors = 0;
        for (const auto count : state.errors) errors += count;
        ASSERT_EQ(state.attempts, state.successes + errors);
      }
      prober_->state();
    }
  });
  for (int i = 0; i < 20; ++i) {
    prober_->apply({config({"a", i % 2 == 0 ? "b" : "d"}), {}, nullptr});
    prober_->set_credentials({});
  }
  EXPECT_TRUE(results_.wait_for("a/m", 1));
  done = true;
  reader.join();
}

TEST_F(ProberTest, OnceGivesResultsInTheOrderAsked) {
  const auto asked = config({"a", "b", "c"})->targets;
  const auto results = probe_once(asked, {}, {.max_parallel = 2});
  ASSERT_EQ(results.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].target, asked[i]);
    EXPECT_EQ(results[i].outcome, Outcome::ok);
  }
}

TEST_F(ProberTest, OnceInterruptedMarksTheRestCancelled) {
  const auto asked = config({"silent", "a"})->targets;
  const auto results = probe_once(
      asked, {}, {.max_parallel = 1, .interrupted = [&] { return !server_->seen().empty(); }});
  EXPECT_TRUE(results[0].cancelled);
  EXPECT_TRUE(results[1].cancelled);
  EXPECT_EQ(results[1].target, asked[1]);
}

}  // namespace
}  // namespace llm
