#include "cli/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "cli/status_json.h"
#include "web/words.h"

namespace llm {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kBarProbes = 30;  // the newest that a line has room for
constexpr std::size_t kMaxNameWidth = 48;
constexpr std::string_view kDash = "–";

class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  std::string operator()(std::string_view code, std::string_view text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  std::string state(State state, std::string_view text) const {
    constexpr std::string_view codes[] = {"2", "32", "33", "33", "33", "31;1"};
    return (*this)(codes[static_cast<std::size_t>(state)], text);
  }

 private:
  bool colour_;
};

State state_of(const Json& target) {
  const auto word = text_of(member(target, "state"));
  for (std::size_t i = 0; i < kStates; ++i) {
    if (word == to_string(State(i))) return State(i);
  }
  return State::unknown;
}

// In columns; every character counts as one.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (; !text.empty(); ++width) text.remove_prefix(std::max<std::size_t>(utf8_length(text), 1));
  return width;
}
std::string left(std::string text, std::size_t width) {
  text.append(width - std::min(width, width_of(text)), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  const auto& shown = text.empty() ? std::string(kDash) : text;
  return std::string(width - std::min(width, width_of(shown)), ' ') + shown;
}

// A sign beside the word, where there is no colour; the page has icons.
std::string_view sign(State state) {
  constexpr std::string_view signs[] = {"?", "✓", "≈", "‖", "!", "✗"};
  return signs[static_cast<std::size_t>(state)];
}

// Taller is worse, as on the page.
std::string bar(const Json& target, const Paint& paint) {
  const auto& probes = member(member(target, "history"), "probes");
  if (!probes.is_array() || probes.empty()) return {};
  std::string text;
  const auto shown = std::min(probes.size(), kBarProbes);
  for (auto i = probes.size() - shown; i < probes.size(); ++i) {
    const auto state = state_of(probes[i]);
    constexpr std::string_view marks[] = {"·", "▃", "▅", "▁", "▁", "█"};
    text += paint.state(state, marks[static_cast<std::size_t>(state)]);
  }
  return std::string(kBarProbes - shown, ' ') + text;
}

// What is left of the scarcest limit.
double headroom(const Json& target) {
  double least = kUnknown;
  for (const auto& limit : member(target, "ratelimit")) {
    const double share = number_of(member(limit, "remaining")) / number_of(member(limit, "limit"));
    if (std::isfinite(share)) least = std::fmin(least, std::clamp(share, 0.0, 1.0));
  }
  return least;
}

std::string outcome(const Json& probe) {
  auto text = text_of(member(probe, "class"));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (const double status = number_of(member(probe, "http_status")); std::isfinite(status))
    text += fmt::format(", HTTP {:.0f}", status);
  return text + ", fault: " + text_of(member(probe, "fault"));
}

// Why it is not up, and that it is not probed as configured.
std::string trouble(const Json& target) {
  std::vector<std::string> parts;
  const auto& last = member(target, "last_probe");
  if (member(last, "class").is_string()) {
    parts.push_back(outcome(last));
    if (auto message = text_of(member(member(last, "error"), "message")); !message.empty())
      parts.push_back(std::move(message));
  }
  const auto& breaker = member(target, "breaker");
  if (const auto state = text_of(member(breaker, "state")); !state.empty() && state != "closed")
    parts.push_back("breaker " + state);
  if (const auto until = text_of(member(target, "wait_until"));
      !until.empty() && member(target, "paused") == true)
    parts.push_back("told to wait until " + until);
  if (member(target, "model_retired") == true) parts.push_back("the model is retired");
  return fmt::format("{}", fmt::join(parts, " · "));
}

std::string whole(double value) {
  return std::isfinite(value) ? fmt::format("{:.0f}", value) : std::string();
}

std::string line(const Json& target, std::size_t name_width, bool bars, double now,
                 const Paint& paint) {
  const auto state = state_of(target);
  const auto& availability = member(target, "availability");
  const auto ratio = [&](const char* span) {
    return percent_words(number_of(member(member(availability, span), "ratio")));
  };
  const auto& ttft = member(target, "ttft");
  const double room = headroom(target);
  auto text = paint.state(state, fmt::format("{} {:<13}", sign(state), to_string(state))) + "  " +
              left(text_of(member(target, "target")), name_width) +
              right(span_words(now - time_of(member(target, "state_since"))), 9);
  if (bars) {
    const auto drawn = bar(target, paint);
    text += "  " + (drawn.empty() ? std::string(kBarProbes, ' ') : drawn);
  }
  text +=
      right(ratio("hour"), 8) + right(ratio("day"), 8) +
      right(seconds_words(number_of(member(ttft, "p50_seconds"))), 9) +
      right(seconds_words(number_of(member(ttft, "p95_seconds"))), 9) +
      right(whole(number_of(member(member(target, "throughput"), "p50_tokens_per_second"))), 7) +
      right(std::isfinite(room) ? whole(std::floor(room * 100)) + "%" : "", 6) +
      right(usd_words(number_of(member(target, "cost_today_usd"))), 10) + "\n";
  if (const auto why = trouble(target); !why.empty()) text += "    " + why + "\n";
  return text;
}

std::string heading(std::size_t name_width, bool bars, const Paint& paint) {
  auto text = left("  STATE", 17) + left("TARGET", name_width) + right("FOR", 9);
  if (bars) text += "  " + left(fmt::format("LAST {} PROBES", kBarProbes), kBarProbes);
  text += right("HOUR", 8) + right("DAY", 8) + right("TTFT p50", 9) + right("p95", 9) +
          right("TOK/S", 7) + right("LEFT", 6) + right("TODAY", 10);
  return paint("2", text) + "\n";
}

std::string summary(const std::vector<const Json*>& targets, const std::string& vantage,
                    const Paint& paint) {
  std::array<std::size_t, kStates> count{};
  for (const auto* target : targets) ++count[static_cast<std::size_t>(state_of(*target))];
  auto text = fmt::format("{} {}", targets.size(), targets.size() == 1 ? "target" : "targets");
  if (!vantage.empty()) text += " seen from " + vantage;
  const char* separator = ": ";
  for (std::size_t i = kStates; i-- > 0;) {
    if (count[i] == 0) continue;
    text += std::exchange(separator, ", ") +
            paint.state(State(i), fmt::format("{} {}", count[i], to_string(State(i))));
  }
  return text + "\n";
}

std::string vantage_lines(const Json& vantage, double now, const Paint& paint) {
  if (member(vantage, "down") != true) return {};
  return paint("35;1", "It is us, not them") + ": our own network fails for " +
         right(span_words(now - time_of(member(vantage, "since"))), 0) + ": " +
         text_of(member(vantage, "why")) + "\n";
}

std::string failover_lines(const Json& failover, const Paint& paint) {
  std::string text;
  for (const auto& group : member(failover, "groups")) {
    const auto use = text_of(member(group, "recommended"));
    const bool primary = use == text_of(member(group, "primary"));
    text += fmt::format("group {}: use {}{}: {}\n", text_of(member(group, "group")),
                        paint(primary ? "1" : "33;1", use), primary ? " (primary)" : "",
                        text_of(member(group, "why")));
    for (const auto& candidate : member(group, "candidates")) {
      const auto rejected = text_of(member(candidate, "rejected"));
      if (!rejected.empty())
        text += fmt::format("    not {}: {}\n", text_of(member(candidate, "target")), rejected);
    }
  }
  return text;
}

// Providers whose own word tells of trouble, or differs from what we see.
std::string provider_lines(const Json& providers, const Paint& paint) {
  std::string text;
  for (const auto& provider : member(providers, "providers")) {
    const auto& page = member(provider, "status_page");
    auto level = text_of(member(page, "overall"));
    const auto agreement = text_of(member(page, "agreement"));
    const bool differs = agreement == "unreported_outage" || agreement == "unseen_incident";
    if (level.empty() || level == "unknown" || (level == "operational" && !differs)) continue;
    std::replace(level.begin(), level.end(), '_', ' ');
    text += fmt::format("status page of {}: {}", text_of(member(provider, "provider")), level);
    if (const auto incident = text_of(member(page, "incident")); !incident.empty())
      text += " · " + incident;
    if (agreement == "unreported_outage") text += " · " + paint("1", "we see an outage");
    if (agreement == "unseen_incident") text += " · " + paint("1", "all that we probe is up");
    text += "\n";
  }
  return text;
}

std::vector<const Json*> targets_of(const Json& data) {
  std::vector<const Json*> targets;
  for (const auto& target : member(data, "targets")) targets.push_back(&target);
  return targets;
}

}  // namespace

bool all_up(const Json& data) {
  const auto targets = targets_of(data);
  return !targets.empty() && std::ranges::all_of(targets, [](const Json* target) {
    const auto state = state_of(*target);
    return state == State::up || state == State::degraded;
  });
}

std::string status_text(const StatusAnswers& answers, WallTime now, bool colour) {
  const Paint paint(colour);
  const double seconds = to_unix_seconds(now);
  auto targets = targets_of(answers.targets);
  std::ranges::stable_sort(targets, std::greater(),
                           [](const Json* target) { return urgency(state_of(*target)); });
  std::size_t name_width = 6;
  bool bars = false;
  for (const auto* target : targets) {
    name_width = std::max(name_width, width_of(text_of(member(*target, "target"))));
    bars = bars || member(*target, "history").is_object();
  }
  name_width = std::min(name_width, kMaxNameWidth);
  auto text = vantage_lines(answers.vantage, seconds, paint) +
              summary(targets, text_of(member(answers.targets, "vantage")), paint) +
              failover_lines(answers.failover, paint) + provider_lines(answers.providers, paint);
  if (targets.empty()) return text;
  text += "\n" + heading(name_width, bars, paint);
  for (const auto* target : targets) text += line(*target, name_width, bars, seconds, paint);
  return text;
}

}  // namespace llm
