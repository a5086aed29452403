// Any bytes as the budget's state: what is accepted is written and read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "money/budget_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ledger = llm::read_ledger({reinterpret_cast<const char*>(data), size});
  if (!ledger) {
    if (ledger.error().empty()) std::abort();
    return 0;
  }
  if (!(ledger->total.usd >= 0)) std::abort();
  const auto again = llm::read_ledger(llm::write_ledger(*ledger));
  if (!again || *again != *ledger) std::abort();
  return 0;
}
