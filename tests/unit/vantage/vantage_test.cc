// Canaries and witnesses over real sockets: what is asked of whom, and what becomes of a probe.
#include "vantage/vantage.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

#include "simulator/server.h"

namespace llm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Nobody listens here.
constexpr const char* kNowhere = "127.0.0.1:1";

constexpr std::chrono::seconds kPatience{60};  // only a broken program waits so long

// Accepts connections and never says a word.
class Silent {
 public:
  Silent() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd_, raw, size) != 0 || listen(fd_, 128) != 0 || getsockname(fd_, raw, &size) != 0)
      std::abort();
    authority_ = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
  }
  ~Silent() { close(fd_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  const std::string& authority() const { return authority_; }
  // What each connection since the last call was sent before it was closed.
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    for (int fd; (fd = accept(fd_, nullptr, nullptr)) >= 0; close(fd)) {
      std::string& words = all.emplace_back();
      char block[4096];
      for (ssize_t n; (n = recv(fd, block, sizeof block, 0)) > 0;)
        words.append(block, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  int fd_;
  std::string authority_;
};

class VantageTest : public testing::Test {
 protected:
  // Providers by authority; `canary` is the value of that key, or empty.
  static Config config(const std::vector<std::string>& providers, const std::string& canary = "") {
    std::string yaml = canary.empty() ? "" : "canary: " + canary + "\n";
    yaml += "providers:\n";
    for (std::size_t i = 0; i < providers.size(); ++i) {
      yaml += fmt::format(
          "- {{name: p{}, type: openai-compatible, base_url: 'http://{}/v1', api_key: {{env: "
          "HOME}}, "
          "probes: [{{models: [m]}}]}}\n",
          i, providers[i]);
    }
    auto parsed = parse_config(yaml, "test.yml");
    if (parsed) return std::move(*parsed);
    ADD_FAILURE() << to_string(parsed.error().front());
    return {};
  }
  void apply(Config to) {
    config_ = std::move(to);
    vantage_.apply(config_);
  }

  ProbeResult lost(std::size_t provider, Outcome outcome = Outcome::connect) {
    ProbeResult result;
    result.target = config_.targets.at(provider);
    result.started_at = wall_now();
    result.outcome = outcome;
    result.ended = Ended::cut;
    result.error.emplace().message = "refused";
    return result;
  }
  // What became of it, once it is known; calls it probe `key`.
  void judge(Vantage::Key key, ProbeResult result) {
    vantage_.judge(key, std::move(result), [this, key](ProbeResult judged) {
      EXPECT_TRUE(ended_.emplace(key, std::move(judged)).second) << "called back twice";
    });
  }
  const ProbeResult& wait_for(Vantage::Key key) {
    EXPECT_TRUE(turn_until([&] { return ended_.contains(key); }));
    return ended_[key];
  }
  bool turn_until(const std::function<bool()>& done) {
    const auto limit = mono_now() + kPatience;
    while (!done() && mono_now() < limit) loop_.turn(50ms);
    return done();
  }
  bool canary_is(bool ok) {
    return turn_until([&] {
      const auto canaries = vantage_.state().canaries;
      return !canaries.empty() && canaries[0].ok == ok;
    });
  }

  Loop loop_;
  HttpClient client_{loop_, {.shards = 1}};
  Config config_;
  std::map<Vantage::Key, ProbeResult> ended_;
  Vantage vantage_{loop_, client_, Vantage::Watch::always};
};

TEST_F(VantageTest, AnswersOfAnyStatusKeepACanaryAlive) {
  std::atomic<int> status = 0;
  std::mutex mutex;
  std::string asked;
  auto server = sim::SimServer::start({}, [&](const sim::SimRequest& request) {
    const std::lock_guard lock(mutex);
    asked = request.method + " " + request.path;
    return sim::plain_reply(status, "text/plain", "");
  });
  ASSERT_TRUE(server) << server.error();
  for (const int answer : {200, 301, 404, 503}) {
    status = answer;
    const auto check = fmt::format("https: 'http://127.0.0.1:{}/x'", (*server)->port());
    apply(config({kNowhere}, "{checks: [{name: w" + std::to_string(answer) + ", " + check + "}]}"));
    EXPECT_TRUE(canary_is(true)) << answer;
    const std::lock_guard lock(mutex);
    EXPECT_EQ(asked, "HEAD /x/");
  }
}

TEST_F(VantageTest, CanariesOfEachKindSayWhyTheyFail) {
  Silent silent;
  struct Row {
    std::string check, why;
  };
  const Row rows[] = {
      {"dns: no-such-name.invalid", "no-such-name.invalid"},
      {"tcp: '127.0.0.1:1'", "Failed to connect to 127.0.0.1"},
      {"https: 'http://127.0.0.1:1'", "Failed to connect to 127.0.0.1"},
      {fmt::format("https: 'http://{}'", silent.authority()), "no answer within 0.2 s"},
      {fmt::format("https: 'https://{}'", silent.authority()), "no TLS within 0.2 s"},
  };
  for (const auto& row : rows) {
    apply(config({kNowhere}, "{timeout: 200ms, checks: [{name: c, " + row.check + "}]}"));
    ASSERT_TRUE(canary_is(false)) << row.check;
    const auto state = vantage_.state();
    EXPECT_THAT(state.canaries[0].error, HasSubstr(row.why));
    EXPECT_TRUE(state.canaries[0].checked_at);
    EXPECT_TRUE(state.down);
    EXPECT_THAT(state.why, HasSubstr("every canary fails: c ("));
  }
}

TEST_F(VantageTest, AProbeIsOursIfEveryCanaryFailsAndElseTheProviders) {
  Silent alive;
  const auto canaries = [&](const std::string& second) {
    return fmt::format("{{checks: [{{name: a, tcp: '127.0.0.1:2'}}, {{name: b, tcp: '{}'}}]}}",
                       second);
  };
  apply(config({kNowhere}, canaries("127.0.0.1:3")));
  judge(1, lost(0));
  EXPECT_EQ(wait_for(1).outcome, Outcome::local_network);
  EXPECT_THAT(ended_[1].error->message, HasSubstr("refused; canaries fail too: a ("));
  EXPECT_TRUE(vantage_.state().down);

  apply(config({kNowhere}, canaries(alive.authority())));
  EXPECT_FALSE(vantage_.state().down) << "other canaries, nothing is known";
  judge(2, lost(0));
  EXPECT_EQ(wait_for(2).outcome, Outcome::connect);
  EXPECT_EQ(ended_[2].error->message, "refused");
  EXPECT_FALSE(vantage_.state().down);
}

TEST_F(VantageTest, WhatNobodyCouldHaveLostIsNotHeld) {
  apply(config({kNowhere}, "{checks: [{name: a, tcp: '127.0.0.1:2'}]}"));
  judge(1, lost(0, Outcome::overloaded));
  EXPECT_EQ(ended_.at(1).outcome, Outcome::overloaded);
  apply(config({"192.0.2.1:80"}, "{checks: [{name: a, tcp: '127.0.0.1:2'}]}"));
  judge(2, lost(0));
  EXPECT_EQ(ended_.at(2).outcome, Outcome::connect) << "nobody on that side can tell";
}

TEST_F(VantageTest, WithoutCanariesThreeProvidersWitnessForEachOther) {
  Silent alive;
  struct Row {
    std::vector<std::string> providers;
    Outcome outcome;
  };
  const Row rows[] = {
      {{kNowhere, "127.0.0.1:2", "127.0.0.1:3"}, Outcome::local_network},
      {{kNowhere, "127.0.0.1:2", alive.authority()}, Outcome::connect},
      {{kNowhere, "127.0.0.1:2"}, Outcome::connect},
      {{kNowhere, "127.0.0.1:2", "127.0.0.1:2"}, Outcome::connect},  // two addresses
      {{kNowhere, "127.0.0.1:2", "192.0.2.1:3"}, Outcome::connect},  // two on this side
  };
  Vantage::Key key = 1;
  for (const auto& row : rows) {
    apply(config(row.providers));
    EXPECT_TRUE(vantage_.state().canaries.empty());
    judge(key, lost(0));
    EXPECT_EQ(wait_for(key).outcome, row.outcome) << "row " << key;
    EXPECT_EQ(vantage_.state().down, row.outcome == Outcome::local_network);
    ++key;
  }
  EXPECT_THAT(ended_[1].error->message, HasSubstr("no other provider can be reached either: p1 ("));
}

// A witness is asked for its connection and for nothing else, and only if a probe needs it.
TEST_F(VantageTest, ProvidersThatWitnessGetNoRequest) {
  Silent alive;
  apply(config({kNowhere, "127.0.0.1:2", alive.authority()}));
  for (int i = 0; i < 3; ++i) loop_.turn(20ms);
  EXPECT_TRUE(alive.heard().empty());
  // Failures that come together are one question.
  for (Vantage::Key key = 1; key <= 50; ++key) judge(key, lost(0));
  for (Vantage::Key key = 1; key <= 50; ++key) EXPECT_EQ(wait_for(key).outcome, Outcome::connect);
  EXPECT_EQ(alive.heard(), std::vector<std::string>{""});
}

// It holds until what was lost is answered, though nobody else has a reason to ask.
TEST_F(VantageTest, IsUpAgainWhenAProbeIsAnswered) {
  apply(config({kNowhere, "127.0.0.1:2", "127.0.0.1:3"}));
  judge(1, lost(0));
  EXPECT_EQ(wait_for(1).outcome, Outcome::local_network);
  EXPECT_TRUE(vantage_.down());
  auto answered = lost(1, Outcome::server_error);
  answered.http_status = 500;
  judge(2, std::move(answered));
  EXPECT_FALSE(vantage_.down());
}

TEST_F(VantageTest, HeldProbesEndWithAStopOrAReload) {
  Silent silent;
  const auto stuck =
      fmt::format("{{checks: [{{name: a, https: 'http://{}'}}]}}", silent.authority());
  apply(config({kNowhere}, stuck));
  judge(1, lost(0));
  judge(2, lost(0));
  judge(3, lost(0));
  EXPECT_TRUE(ended_.empty());
  vantage_.cancel(1);
  EXPECT_TRUE(ended_.at(1).cancelled);
  vantage_.apply(config_);  // a reload that changes nothing here
  EXPECT_EQ(ended_.size(), 1U);
  apply(config({kNowhere}, "{checks: [{name: b, tcp: '127.0.0.1:2'}]}"));
  EXPECT_EQ(ended_.at(2).outcome, Outcome::connect);
  EXPECT_FALSE(ended_.at(2).cancelled);
  EXPECT_EQ(ended_.size(), 3U);
  apply(config({kNowhere}, stuck));
  judge(4, lost(0));
  vantage_.cancel_all();
  EXPECT_TRUE(ended_.at(4).cancelled);
}

TEST_F(VantageTest, WatchesNothingOnDemand) {
  Silent alive;
  Vantage once(loop_, client_, Vantage::Watch::on_demand);
  config_ =
      config({kNowhere}, fmt::format("{{checks: [{{name: a, tcp: '{}'}}]}}", alive.authority()));
  once.apply(config_);
  for (int i = 0; i < 3; ++i) loop_.turn(20ms);
  EXPECT_TRUE(alive.heard().empty());
  bool done = false;
  once.judge(1, lost(0), [&](const ProbeResult& judged) {
    done = true;
    EXPECT_EQ(judged.outcome, Outcome::connect);
  });
  EXPECT_TRUE(turn_until([&] { return done; }));
}

}  // namespace
}  // namespace llm
