// The ledger on disk: small JSON, written whole to a neighbour and renamed, so that a crash leaves
// the old or the new one. Safe to delete: then the day starts at nothing spent. Blocking: main
// thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "money/budget.h"

namespace llm {

inline constexpr std::size_t kMaxBudgetProviders = 10'000;
inline constexpr std::size_t kMaxBudgetFileBytes = 4 << 20;  // holds as many, with long names

// No file is an empty ledger. A file that cannot be read or understood is an error that says what
// to do; the caller goes on with an empty one. The ledger may be of an earlier day: Budget knows.
Result<BudgetLedger> load_budget_file(const std::string& path);
// Why it could not be written, or empty. Readable by its owner alone.
std::string save_budget_file(const std::string& path, const BudgetLedger& ledger);

// The text of the file.
std::string write_ledger(const BudgetLedger& ledger);
Result<BudgetLedger> read_ledger(std::string_view text);

}  // namespace llm
