// DeepSeek: the balance, by currency (providers.md §6).
#include <algorithm>

#include "accounts/amounts.h"

namespace llm {

namespace {

constexpr std::size_t kMaxCurrencies = 10;

// "USD". It becomes a label, so nothing else is one.
bool is_currency(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

class Balance final : public AccountPart {
 public:
  std::string path() const override { return "/user/balance"; }
  bool read(json::Value root) override {
    json::Array infos;
    const auto list = json::member(root, "balance_infos");
    if (!list || list->get(infos) != simdjson::SUCCESS) return false;
    bool usable = false;
    const auto available = json::member(root, "is_available");
    if (available && available->get(usable) == simdjson::SUCCESS) usable_ = usable;
    for (const auto info : infos) add(info);
    return true;
  }
  void finish(AccountReport& report) const override {
    report.usable = usable_;
    report.balances = balances_;
  }

 private:
  void add(json::Value info) {
    const auto currency = json::text(info, "currency");
    const auto total = amount(info, "total_balance");
    const bool known = std::ranges::count(balances_, currency, &AccountBalance::currency) != 0;
    if (!total || !is_currency(currency) || known || balances_.size() >= kMaxCurrencies) return;
    balances_.push_back({std::string(currency), *total});
  }

  std::optional<bool> usable_;
  std::vector<AccountBalance> balances_;
};

}  // namespace

AccountParts deepseek_parts() {
  AccountParts parts;
  parts.push_back(std::make_unique<Balance>());
  return parts;
}

}  // namespace llm
