#include "vantage/inquiry.h"

#include <algorithm>
#include <utility>

namespace llm {

void Inquiry::begin(std::vector<Witness> witnesses, const Rules& rules, MonoTime now) {
  rules_ = rules;
  witnesses_ = std::move(witnesses);
  questions_.assign(witnesses_.size(), {});
  if (!rules.interval) return;
  for (auto& question : questions_) question.routine = now;
}

bool Inquiry::hold(Key key, LostProbe probe, MonoTime began, MonoTime now) {
  auto witnesses = witnesses_for(probe, witnesses_);
  if (witnesses.empty() || witnesses.size() < rules_.quorum) return false;
  witnesses.resize(std::min(witnesses.size(), rules_.most));
  std::erase_if(witnesses, [&](std::size_t i) {
    const auto& last = questions_[i];
    return last.said_at && *last.said_at >= began - kSpacing &&
           !clears(probe, witnesses_[i], last.said);
  });
  if (witnesses.empty()) {
    verdicts_.push_back({key, true});
    return true;
  }
  for (const auto i : witnesses) questions_[i].wanted = !questions_[i].running;
  held_.emplace(key, Held{.probe = std::move(probe),
                          .until = now + kSpacing + rules_.timeout,
                          .awaited = {witnesses.begin(), witnesses.end()}});
  return true;
}

void Inquiry::withdraw(Key key) {
  held_.erase(key);
  std::erase_if(verdicts_, [key](const Verdict& verdict) { return verdict.key == key; });
}

void Inquiry::heard(std::size_t witness, const Testimony& testimony, MonoTime now) {
  auto& question = questions_[witness];
  question.running = false;
  question.said = testimony;
  question.said_at = now;
  for (auto i = held_.begin(); i != held_.end();) {
    auto& [key, held] = *i;
    const bool awaited = held.awaited.erase(witness) != 0;
    const bool fine = awaited && clears(held.probe, witnesses_[witness], testimony);
    const bool settled = fine || (awaited && held.awaited.empty());
    if (settled) verdicts_.push_back({key, !fine});
    i = settled ? held_.erase(i) : std::next(i);
  }
}

std::optional<MonoTime> Inquiry::next_question(const Question& question) const {
  if (question.running) return std::nullopt;
  if (!question.wanted) return question.routine;
  return question.asked_at ? *question.asked_at + kSpacing : MonoTime();
}

Inquiry::Due Inquiry::due(MonoTime now) {
  Due due{{}, std::exchange(verdicts_, {})};
  std::erase_if(held_, [&](const auto& entry) {
    if (now < entry.second.until) return false;
    due.verdicts.push_back({entry.first, true});
    return true;
  });
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    auto& question = questions_[i];
    const auto when = next_question(question);
    if (!when || now < *when) continue;
    question.running = true;
    question.wanted = false;
    question.asked_at = now;
    if (rules_.interval) question.routine = now + *rules_.interval;
    due.ask.push_back(i);
  }
  return due;
}

std::optional<MonoTime> Inquiry::next() const {
  std::optional<MonoTime> next;
  const auto earlier = [&next](std::optional<MonoTime> when) {
    if (when && (!next || *when < *next)) next = when;
  };
  if (!verdicts_.empty()) earlier(MonoTime());
  for (const auto& question : questions_) earlier(next_question(question));
  for (const auto& [key, held] : held_) earlier(held.until);
  return next;
}

}  // namespace llm
