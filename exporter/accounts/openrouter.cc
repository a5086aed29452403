// OpenRouter: what the key has spent and may spend, and what the account has left (providers.md
// §6).
#include "accounts/amounts.h"

namespace llm {

namespace {

std::optional<double> spent(json::Value object, std::string_view key) {
  const auto usd = amount(object, key);
  return usd && *usd >= 0 ? usd : std::nullopt;
}

class Key final : public AccountPart {
 public:
  std::string path() const override { return "/key"; }
  bool read(json::Value root) override {
    const auto data = json::member(root, "data");
    if (!data || !data->is_object()) return false;
    spent_today_usd_ = spent(*data, "usage_daily");
    spent_month_usd_ = spent(*data, "usage_monthly");
    limit_usd_ = spent(*data, "limit");  // null: no limit
    limit_remaining_usd_ = amount(*data, "limit_remaining");
    return true;
  }
  void finish(AccountReport& report) const override {
    report.spent_today_usd = spent_today_usd_;
    report.spent_month_usd = spent_month_usd_;
    report.limit_usd = limit_usd_;
    report.limit_remaining_usd = limit_remaining_usd_;
  }

 private:
  std::optional<double> spent_today_usd_, spent_month_usd_, limit_usd_, limit_remaining_usd_;
};

// For management keys alone.
class Credits final : public AccountPart {
 public:
  std::string path() const override { return "/credits"; }
  bool read(json::Value root) override {
    const auto data = json::member(root, "data");
    if (!data || !data->is_object()) return false;
    const auto bought = amount(*data, "total_credits");
    const auto used = amount(*data, "total_usage");
    if (!bought || !used) return false;
    left_usd_ = *bought - *used;
    return true;
  }
  void finish(AccountReport& report) const override {
    report.balances.push_back({"USD", left_usd_});
  }
  bool optional() const override { return true; }

 private:
  double left_usd_ = 0;
};

}  // namespace

AccountParts openrouter_parts() {
  AccountParts parts;
  parts.push_back(std::make_unique<Key>());
  parts.push_back(std::make_unique<Credits>());
  return parts;
}

}  // namespace llm
