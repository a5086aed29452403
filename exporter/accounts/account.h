// What a provider says of our account (providers.md §6): spending of today and of the month, what
// is left, tokens by model. Pure: asks for one document after the other and is given each answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "config/secrets.h"
#include "config/target.h"
#include "dialects/dialect.h"

namespace llm {

struct AccountBalance {
  std::string currency;  // "USD"
  double amount = 0;     // may be negative
  friend bool operator==(const AccountBalance&, const AccountBalance&) = default;
};

struct AccountTokens {
  std::string model;  // "other": those beyond the limit, and those without a name
  // "input" (all of it), of which "cached_input" and "cache_write" are parts; "output".
  std::string_view token_type;
  std::uint64_t today = 0;
  friend bool operator==(const AccountTokens&, const AccountTokens&) = default;
};

struct AccountReport {
  // By UTC days; providers lag by minutes to hours. OpenRouter counts the key's spending alone.
  std::optional<double> spent_today_usd, spent_month_usd;
  std::optional<double> limit_usd, limit_remaining_usd;  // absent: no limit, or not said
  std::optional<bool> usable;  // the provider says the account can be used
  std::vector<AccountBalance> balances;
  std::vector<AccountTokens> tokens;  // at most kMaxAccountModels models
  friend bool operator==(const AccountReport&, const AccountReport&) = default;
};
inline constexpr std::size_t kMaxAccountModels = 200;
inline constexpr std::size_t kMaxAccountPages = 40;  // documents read for one report

// Reads one report. Use: while (auto request = reader->next()) reader->answer(status, body). Status
// 0: there was no answer; `body` is then the reason in words.
class AccountReader {
 public:
  virtual ~AccountReader() = default;
  virtual std::optional<Request> next() = 0;  // nullopt: done, or given up
  virtual void answer(int status, std::string_view body) = 0;
  // After next() gave nullopt: what was learned, and what went wrong. A part that failed leaves its
  // members unknown; the error is there too.
  virtual const AccountReport& report() const = 0;
  virtual const std::optional<ProviderError>& error() const = 0;  // outcome words in `type`
};
// nullptr if `provider.account` is none.
std::unique_ptr<AccountReader> read_account(const Provider& provider,
                                            const Credentials& credentials, WallTime now);

}  // namespace llm
