// The exporter: three kinds of thread. This one owns configuration and signals; the probe thread
// owns everything that runs; the web threads read what was published.
#include <fmt/format.h>
#include <sys/epoll.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <thread>

#include "base/log.h"
#include "base/published.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/setup.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "config/file_contents.h"
#include "engine/loop.h"
#include "journal/probe_log.h"
#include "metrics/self.h"
#include "money/budget_file.h"
#include "money/budget_warnings.h"
#include "schedule/failover_warnings.h"
#include "schedule/prober.h"
#include "web/routes.h"
#include "web/server.h"

namespace llm {

namespace {

// How often files are looked at for changes, and the budget's ledger is written if it changed.
constexpr std::chrono::seconds kFilePoll{5};
// How long POST /-/reload waits for its verdict: a configuration may run commands for its secrets.
constexpr std::chrono::seconds kReloadPatience{60};
// How soon such a wait notices that the exporter stops.
constexpr std::chrono::milliseconds kReloadPoll{50};

const char* environment(const char* name) { return std::getenv(name); }

// Their models have no price: a bound in dollars does not count them.
void warn_about(const PriceTable& prices) {
  if (prices.rejected() == 0) return;
  log::warn("entries of the price file were not understood",
            {{"entries", std::int64_t(prices.rejected())}, {"first", prices.complaint()}});
}

class Exporter {
 public:
  // `stop` and `hangup` were made before any thread and before anything that blocks.
  Exporter(const Flags& flags, Setup setup, Signals& stop, Signals& hangup)
      : flags_(flags),
        stop_(stop),
        hangup_(hangup),
        scenario_text_(setup.config->simulator),
        secret_files_(std::move(*setup.secret_files)),
        credentials_(std::move(setup.credentials)),
        renew_at_(next_renewal(credentials_, wall_now())),
        self_({std::string(version()), std::string(revision()), setup.config->vantage,
               flags.shard.index, flags.shard.count}),
        prober_({.shard = flags.shard,
                 .user_agent = fmt::format("llm_exporter/{}", version()),
                 .on_result = log_probe,
                 .ledger = load_ledger(ledger_file(*setup.config))},
                {setup.config, credentials_, setup.prices}) {
    config_.set(setup.config);
    prices_stamp_ = file_stamp(setup.config->prices_file);
    warn_about_money(setup);
    saved_ = prober_.providers()->ledger;
    self_.reload_succeeded(wall_now(), setup.config->vantage);
  }

  int run(std::shared_ptr<const sim::Scenario> scenario);

 private:
  bool start_simulator(std::shared_ptr<const sim::Scenario> scenario);
  bool start_web();
  void warn_about(const Config& config);
  void warn_about_money(const Setup& setup);
  std::string reload();           // on this thread
  std::string reload_and_wait();  // from a web thread
  std::string ledger_file(const Config& config) const;
  static BudgetLedger load_ledger(const std::string& file);
  void poll_files();
  void poll_secrets();
  void poll_prices();
  void save_ledger();

  const Flags& flags_;
  Signals& stop_;
  Signals& hangup_;
  Loop control_;
  std::string scenario_text_;
  SecretFiles secret_files_;
  CredentialsByProvider credentials_;  // the last that were read
  std::optional<WallTime> renew_at_;   // when some of them end
  std::string prices_stamp_;
  BudgetLedger saved_;          // as it is on disk
  std::string save_complaint_;  // the last one, told once
  Published<Config> config_;
  std::atomic<bool> ready_{false};
  SelfMetrics self_;
  Prober prober_;
  std::unique_ptr<sim::Simulator> simulator_;
  std::unique_ptr<WebServer> web_;
};

void Exporter::warn_about(const Config& config) {
  for (const auto& warning : config.warnings) log::warn("configuration", {{"warning", warning}});
  for (const auto& warning : failover_warnings(config, flags_.shard))
    log::warn("configuration", {{"warning", warning}});
}

void Exporter::warn_about_money(const Setup& setup) {
  const auto* prices = setup.prices.get();
  if (prices != nullptr) llm::warn_about(*prices);
  for (const auto& warning : budget_warnings(*setup.config, prices, flags_.shard.count))
    log::warn("configuration", {{"warning", warning}});
}

int Exporter::run(std::shared_ptr<const sim::Scenario> scenario) {
  warn_about(*config_.get());
  if (scenario && !start_simulator(std::move(scenario))) return kExitFailed;
  if (!start_web()) return kExitFailed;
  std::thread probing([this] { prober_.run(); });
  control_.watch(hangup_.fd(), EPOLLIN, [this](std::uint32_t) {
    while (hangup_.next() != 0) reload();
  });
  control_.watch(stop_.fd(), EPOLLIN, [this](std::uint32_t) {
    log::info("stopping", {{"signal", stop_.next() == SIGTERM ? "SIGTERM" : "SIGINT"}});
    control_.stop();
  });
  poll_files();
  ready_ = true;
  control_.run();
  ready_ = false;
  prober_.stop();
  probing.join();
  save_ledger();
  web_.reset();  // last: the state of what was counted stays readable until now
  log::info("stopped");
  return kExitOk;
}

bool Exporter::start_simulator(std::shared_ptr<const sim::Scenario> scenario) {
  auto simulator = sim::Simulator::start(std::move(scenario));
  if (!simulator) {
    log::error("cannot start the simulator", {{"reason", simulator.error()}});
    return false;
  }
  simulator_ = std::move(*simulator);
  for (const auto& address : simulator_->addresses()) {
    log::info("fake providers listening", {{"address", address}});
  }
  return true;
}

bool Exporter::start_web() {
  WebContext context;
  context.roster = [this] { return prober_.roster(); };
  context.exporter_state = [this] { return prober_.state(); };
  context.providers = [this] { return prober_.providers(); };
  context.failover = [this] { return prober_.failover(); };
  context.vantage = [this] { return prober_.vantage(); };
  context.self = &self_;
  context.config = [this] { return config_.get(); };
  context.ready = [this] { return ready_.load(); };
  context.reload = [this] { return reload_and_wait(); };
  context.version = version();
  context.revision = revision();
  context.external_url = flags_.external_url;
  auto web = WebServer::start({flags_.listen_addresses, flags_.route_prefix},
                              make_routes(std::move(context)));
  if (!web) {
    log::error("cannot serve", {{"reason", web.error()}});
    return false;
  }
  web_ = std::move(*web);
  for (const auto& address : web_->addresses()) {
    log::info("listening", {{"address", address},
                            {"targets", std::int64_t(prober_.roster()->entries.size())},
                            {"version", version()}});
  }
  return true;
}

std::string Exporter::reload() {
  auto setup = load_setup(flags_, stop_.fd());
  if (!setup) {
    self_.reload_failed();
    for (const auto& error : setup.error()) {
      log::error("reload refused, nothing changed", {{"reason", to_string(error)}});
    }
    return to_text(setup.error());
  }
  if (setup->config->simulator != scenario_text_) {
    log::warn("the simulator section changed: restart to run it", {{"file", setup->config->file}});
  }
  warn_about(*setup->config);
  warn_about_money(*setup);
  secret_files_ = std::move(*setup->secret_files);
  prices_stamp_ = file_stamp(setup->config->prices_file);
  credentials_ = std::move(setup->credentials);
  renew_at_ = next_renewal(credentials_, wall_now());
  prober_.apply({setup->config, credentials_, setup->prices});
  config_.set(setup->config);
  self_.reload_succeeded(wall_now(), setup->config->vantage);
  log::info(
      "configuration reloaded",
      {{"file", setup->config->file}, {"targets", std::int64_t(prober_.roster()->entries.size())}});
  return {};
}

std::string Exporter::reload_and_wait() {
  if (!ready_) return "starting or stopping: the configuration was not reloaded\n";
  auto verdict = std::make_shared<std::promise<std::string>>();
  auto answer = verdict->get_future();
  control_.post([this, verdict] { verdict->set_value(reload()); });
  const auto give_up = mono_now() + kReloadPatience;
  while (answer.wait_for(kReloadPoll) != std::future_status::ready) {
    if (!ready_) return "stopping: the configuration was not reloaded\n";
    if (mono_now() > give_up) return "no verdict yet: the reload still runs, see the log\n";
  }
  return answer.get();
}

// A rotated key is used from the next probe on, without a reload.
void Exporter::poll_secrets() {
  const auto now = wall_now();
  const bool renew = renew_at_ && now >= *renew_at_;
  if (!secret_files_.changed() && !renew) return;
  auto fresh = reread_secrets(*config_.get(), credentials_, &environment, now, stop_.fd());
  if (fresh) {
    credentials_ = std::move(*fresh);
    prober_.set_credentials(credentials_);
    log::info(renew ? "credentials renewed" : "secret files changed: credentials replaced");
  } else {
    for (const auto& error : fresh.error()) {
      log::error("new credentials refused, the old ones stay", {{"reason", to_string(error)}});
    }
  }
  renew_at_ = next_renewal(credentials_, now);
}

// A price file that was replaced is used from the next probe on; a broken one is not.
void Exporter::poll_prices() {
  const auto& file = config_.get()->prices_file;
  auto now = file_stamp(file);
  if (file.empty() || now == prices_stamp_) return;
  prices_stamp_ = std::move(now);
  auto prices = PriceTable::load(file);
  if (!prices) {
    log::error("price file changed, the old prices stay", {{"reason", prices.error()}});
    return;
  }
  log::info("price file changed: prices replaced",
            {{"file", file}, {"models", std::int64_t((*prices)->size())}});
  llm::warn_about(**prices);
  prober_.set_prices(std::move(*prices));
}

// Shards have a share of the budget each, and so a ledger each; empty: there is no budget.
std::string Exporter::ledger_file(const Config& config) const {
  const auto& file = config.budget_state_file;
  if (file.empty() || flags_.shard.count == 1) return file;
  return fmt::format("{}.shard{}of{}", file, flags_.shard.index, flags_.shard.count);
}

BudgetLedger Exporter::load_ledger(const std::string& file) {
  if (file.empty()) return {};
  auto ledger = load_budget_file(file);
  if (ledger) return std::move(*ledger);
  log::warn("what was spent today is unknown, counting from nothing", {{"reason", ledger.error()}});
  return {};
}

void Exporter::save_ledger() {
  const auto file = ledger_file(*config_.get());
  const auto providers = prober_.providers();
  if (file.empty() || providers->ledger == saved_) return;
  const auto why = save_budget_file(file, providers->ledger);
  if (why.empty()) {
    saved_ = providers->ledger;
  } else if (why != save_complaint_) {
    log::error("what was spent today will be forgotten by a restart", {{"reason", why}});
  }
  save_complaint_ = why;
}

void Exporter::poll_files() {
  poll_secrets();
  poll_prices();
  save_ledger();
  control_.at(mono_now() + kFilePoll, [this] { poll_files(); });
}

}  // namespace

int run_serve(const Flags& flags) {
  Signals stop({SIGTERM, SIGINT});
  Signals hangup({SIGHUP});
  auto setup = load_setup_or_complain(flags, stop.fd());
  if (!setup) return stop.next() != 0 ? kExitOk : kExitUnusable;
  if (flags.config_check) {
    for (const auto& warning : setup->config->warnings) say("{}\n", warning);
    for (const auto& warning : failover_warnings(*setup->config, flags.shard)) say("{}\n", warning);
    for (const auto& warning :
         budget_warnings(*setup->config, setup->prices.get(), flags.shard.count))
      say("{}\n", warning);
    say("{}: valid: {} providers, {} targets\n",
        setup->config->file.empty() ? "environment" : setup->config->file,
        setup->config->providers.size(), setup->config->targets.size());
    return kExitOk;
  }
  auto scenario = setup->scenario;
  return Exporter(flags, std::move(*setup), stop, hangup).run(std::move(scenario));
}

}  // namespace llm
