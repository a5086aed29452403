// One kind of document of an account API, of one page or many: where it is and what it says. The
// reader asks, pages and sums up; a part knows the provider's words.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "dialects/json.h"

namespace llm {

// The UTC day and month that are reported on.
struct Period {
  WallTime day, month;  // their beginnings
  explicit Period(WallTime now);
  bool in_day(WallTime time) const { return time >= day && time < day + std::chrono::hours(24); }
  // Yesterday, if the month is no older: no API minds, and a range is never empty.
  WallTime cost_start() const { return std::min(month, day - std::chrono::hours(24)); }
};

class AccountPart {
 public:
  virtual ~AccountPart() = default;
  virtual std::string path() const = 0;  // with its query, below the account's URL
  // One page. False: not what it should be; the part is then given up.
  virtual bool read(json::Value root) = 0;
  // After the last page: what was learned.
  virtual void finish(AccountReport& report) const = 0;
  // Whether a refusal is normal: most keys may not see it.
  virtual bool optional() const { return false; }
};
using AccountParts = std::vector<std::unique_ptr<AccountPart>>;

AccountParts openai_parts(const Period& period);
AccountParts anthropic_parts(const Period& period);
AccountParts openrouter_parts();
AccountParts deepseek_parts();

}  // namespace llm
