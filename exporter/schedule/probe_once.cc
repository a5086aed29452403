#include "schedule/probe_once.h"

#include <map>
#include <string_view>
#include <utility>

#include "engine/http_client.h"
#include "engine/loop.h"
#include "probe/probe.h"
#include "schedule/access_tokens.h"
#include "vantage/vantage.h"

namespace llm {

namespace {

constexpr std::chrono::milliseconds kInterruptPoll{100};

using Targets = std::vector<std::shared_ptr<const Target>>;

class Round {
 public:
  Round(const Targets& targets, const CredentialsByProvider& credentials, const ProbeOnce& how)
      : targets_(targets),
        credentials_(credentials),
        how_(how),
        http_(loop_, HttpClientOptions{.shards = 1, .user_agent = how.user_agent}),
        tokens_(http_),
        vantage_(loop_, http_, Vantage::Watch::on_demand),
        results_(targets.size()),
        probes_(targets.size()) {
    if (how.config) vantage_.apply(*how.config);
  }

  std::vector<ProbeResult> run();

 private:
  bool may_start(const Target& target) {
    const auto& provider = *target.provider;
    return in_flight_ < how_.max_parallel && running_[provider.name] < provider.max_concurrent;
  }
  void start(std::size_t i);
  void launch(std::size_t i, const Credentials& secrets);
  void judge(std::size_t i, ProbeResult result);
  void finish(std::size_t i, ProbeResult result);

  const Targets& targets_;
  const CredentialsByProvider& credentials_;
  const ProbeOnce& how_;
  Loop loop_;
  HttpClient http_;
  AccessTokens tokens_;
  Vantage vantage_;
  std::vector<ProbeResult> results_;
  std::vector<std::unique_ptr<Probe>> probes_;
  std::map<std::string_view, std::uint32_t> running_;  // by provider
  std::size_t in_flight_ = 0, finished_ = 0;
};

void Round::start(std::size_t i) {
  const auto& target = targets_[i];
  how_.on_start(*target);
  ++in_flight_;
  ++running_[target->provider->name];
  const auto known = credentials_.find(target->provider->name);
  const Credentials secrets = known == credentials_.end() ? Credentials{} : known->second;
  if (secrets.service_account.empty()) return launch(i, secrets);
  tokens_.get(*target->provider, secrets.service_account,
              [this, i, secrets](const Result<Secret, TokenFailure>& token) {
                if (!token) return judge(i, failed_probe(targets_[i], wall_now(), token.error()));
                auto with_token = secrets;
                with_token.access_token = *token;
                launch(i, with_token);
              });
}

void Round::launch(std::size_t i, const Credentials& secrets) {
  const auto& target = targets_[i];
  probes_[i] =
      std::make_unique<Probe>(target, secrets, mono_now(), wall_now(),
                              [this, i](ProbeResult result) { judge(i, std::move(result)); });
  http_.start(make_call(*target, secrets, wall_now()), *probes_[i]);
}

void Round::judge(std::size_t i, ProbeResult result) {
  vantage_.judge(i, std::move(result),
                 [this, i](ProbeResult judged) { finish(i, std::move(judged)); });
}

void Round::finish(std::size_t i, ProbeResult result) {
  const auto price = price_of(*targets_[i], result.served_model, how_.prices.get());
  if (!result.cost_usd && price && result.usage) result.cost_usd = cost_usd(*price, *result.usage);
  results_[i] = std::move(result);
  --running_[targets_[i]->provider->name];
  --in_flight_;
  ++finished_;
}

std::vector<ProbeResult> Round::run() {
  std::vector<std::size_t> waiting(targets_.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    waiting[i] = i;
    results_[i].target = targets_[i];
    results_[i].cancelled = true;  // until it has finished
  }
  while (finished_ < targets_.size() && !how_.interrupted()) {
    std::erase_if(waiting, [this](std::size_t i) {
      if (!may_start(*targets_[i])) return false;
      start(i);
      return true;
    });
    loop_.turn(kInterruptPoll);
  }
  vantage_.cancel_all();
  http_.cancel_all();
  return std::move(results_);
}

}  // namespace

std::vector<ProbeResult> probe_once(const Targets& targets,
                                    const CredentialsByProvider& credentials,
                                    const ProbeOnce& how) {
  return Round(targets, credentials, how).run();
}

}  // namespace llm
