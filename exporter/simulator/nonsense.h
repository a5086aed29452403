// Answers that are no answer in any dialect: what a broken proxy or a hostile server may send.
#pragma once

#include <optional>

#include "simulator/fake_dialect.h"

namespace llm::sim {

// Nothing, if this kind of fault is not of that sort.
std::optional<Reply> nonsense_reply(const Fault& fault, const SimRequest& request,
                                    const Headers& headers, std::string_view type);

}  // namespace llm::sim
