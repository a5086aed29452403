// `llm_exporter status`: what the page at / tells, from a running exporter, on a terminal.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/status_json.h"
#include "cli/status_text.h"
#include "engine/fetch.h"
#include "engine/loop.h"

namespace llm {

namespace {

using Json = nlohmann::json;

// A healthy exporter answers within milliseconds, of 10,000 targets within a second.
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::size_t kMaxAnswerBytes = 64 << 20;  // 10,000 targets are some 20 MB
// More than so many targets nobody reads on a terminal: their histories stay where they are.
constexpr std::size_t kMaxHistories = 500;

// Our answers are less than half as deep; what copies JSON recurses.
constexpr int kMaxDepth = 20;

class Client {
 public:
  explicit Client(std::string base) : base_(std::move(base)) {}

  // The `data` of an answer of the API, or why there is none.
  Result<Json> get(const std::string& path) {
    HttpCall call;
    call.url = base_ + path;
    call.accept_gzip = true;
    std::optional<Fetched> answer;
    Fetch fetch(http_, call, {.total = kPatience, .max_bytes = kMaxAnswerBytes},
                [&answer](Fetched fetched) { answer = std::move(fetched); });
    while (!answer) loop_.turn(kPatience);
    if (!answer->detail.empty()) return Err{fmt::format("{}: {}", call.url, answer->detail)};
    if (answer->status != 200) {
      return Err{
          fmt::format("{}: HTTP {}; --url must name a running llm_exporter, with its route prefix "
                      "if it has one",
                      call.url, answer->status)};
    }
    const auto not_too_deep = [](int depth, Json::parse_event_t, const Json&) {
      return depth <= kMaxDepth;
    };
    const auto json = Json::parse(answer->body, not_too_deep, false);
    const auto data = json.is_object() ? json.find("data") : json.end();
    if (!json.is_object() || data == json.end() || !data->is_object())
      return Err{fmt::format("{}: this is not an answer of llm_exporter", call.url)};
    return *data;
  }

 private:
  std::string base_;
  Loop loop_;
  HttpClient http_{loop_, {.shards = 1}};
};

}  // namespace

int run_status(const Flags& flags) {
  auto base = flags.url;
  while (base.ends_with('/')) base.pop_back();
  Client client(base);
  StatusAnswers answers;
  auto targets = client.get("/api/v1/targets");
  if (!targets) {
    complain("no status: {}\n", targets.error());
    return kExitUnusable;
  }
  answers.targets = std::move(*targets);
  const auto listed = answers.targets.find("targets");
  if (listed != answers.targets.end() && listed->size() <= kMaxHistories) {
    if (auto full = client.get("/api/v1/targets?history=true")) answers.targets = std::move(*full);
  }
  // What follows is more than the state of the targets; an older exporter does not have all of it.
  const auto more = [&client](const std::string& path) {
    auto answer = client.get(path);
    return answer ? std::move(*answer) : Json();
  };
  answers.providers = more("/api/v1/providers");
  answers.failover = more("/api/v1/failover");
  answers.vantage = more("/api/v1/vantage");

  if (flags.format == OutputFormat::json) {
    const Json all = {{"targets", member(answers.targets, "targets")},
                      {"providers", member(answers.providers, "providers")},
                      {"budgets", member(answers.providers, "budgets")},
                      {"failover", member(answers.failover, "groups")},
                      {"vantage", answers.vantage}};
    say("{}\n", all.dump(2, ' ', true, Json::error_handler_t::replace));
  } else {
    const bool colour = isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr;
    say("{}", status_text(answers, wall_now(), colour));
  }
  return all_up(answers.targets) ? kExitOk : kExitFailed;
}

}  // namespace llm
