// Any bytes as the answers of an account API: never a crash, always an end, and no number that is
// not one. The first byte chooses the API; a zero byte ends a page.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "accounts/account.h"

namespace {

void check(std::optional<double> amount, bool may_be_negative) {
  if (!amount) return;
  if (!std::isfinite(*amount) || (!may_be_negative && *amount < 0)) std::abort();
}

void check(const llm::AccountReport& report) {
  check(report.spent_today_usd, false);
  check(report.spent_month_usd, false);
  check(report.limit_usd, false);
  check(report.limit_remaining_usd, true);
  for (const auto& balance : report.balances) check(balance.amount, true);
  if (report.tokens.size() > 4 * llm::kMaxAccountModels) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  llm::Provider provider;
  provider.account.api = static_cast<llm::AccountApi>(data[0] % 5);
  provider.account.url = "http://account.test";
  const llm::WallTime now{std::chrono::seconds{1'795'262'400}};
  const auto reader = llm::read_account(provider, {}, now);
  if (!reader) return 0;
  std::size_t pages = 0;
  while (reader->next()) {
    if (++pages > llm::kMaxAccountPages) std::abort();
    const auto page = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), page.size() + 1));
    reader->answer(page.starts_with('!') ? 403 : 200, page);
  }
  check(reader->report());
  return 0;
}
