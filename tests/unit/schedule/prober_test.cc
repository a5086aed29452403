// The probe thread against a fake provider: what it publishes while other threads read and reload.
#include "schedule/prober.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

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

sim::Reply answer(const sim::SimRequest& request) {
  if (request.path.starts_with("/silent")) return {{}, sim::Finish::hang};
  if (request.path.ends_with("/models")) {
    return sim::plain_reply(200, "application/json",
                            R"({"object":"list","data":[{"id":"m","object":"model"}]})");
  }
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
    ++by_target_[result.target->name];
    changed_.notify_all();
  }
  bool wait_for(const std::string& target, int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return by_target_[target] >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> by_target_;
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
    auto parsed = parse_config(yaml, "test.yml");
    EXPECT_TRUE(parsed);
    return std::make_shared<const Config>(std::move(*parsed));
  }

  void start(std::shared_ptr<const Config> config) {
    prober_.emplace(Prober::Options{.shard = {},
                                    .on_result = [this](const ProbeResult& r) { results_.add(r); }},
                    std::move(config), CredentialsByProvider{});
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
  std::unique_ptr<sim::SimServer> server_;
  std::shared_ptr<const Roster> roster_;
  std::optional<Prober> prober_;
  std::thread thread_;
};

TEST_F(ProberTest, ReloadKeepsDropsAndStartsAfresh) {
  start(config({"kept", "dropped"}));
  ASSERT_TRUE(results_.wait_for("kept/m", 2));
  ASSERT_TRUE(results_.wait_for("dropped/m", 1));
  const auto* before = entry("kept/m");
  const auto attempts = before->state.get().attempts;

  prober_->apply(config({"kept", "added"}), {});
  EXPECT_EQ(entry("kept/m"), before) << "an equal target keeps its entry";
  EXPECT_GE(entry("kept/m")->state.get().attempts, attempts);
  EXPECT_EQ(entry("dropped/m"), nullptr);
  ASSERT_TRUE(results_.wait_for("added/m", 1));

  prober_->apply(config({"kept", "added"}, "Another question."), {});
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
  prober_->apply(config({"kept"}), {});
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
    prober_->apply(config({"a", i % 2 == 0 ? "b" : "d"}), {});
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
