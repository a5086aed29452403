// The targets of one provider on the page, under the provider's own word of itself.
#pragma once

#include <string>

#include "state/provider_state.h"
#include "state/roster.h"

namespace llm {

// `state` may be null: the provider has nothing to tell. `rows` is HTML.
std::string provider_section(const Provider& provider, const ProviderState* state,
                             const Roster& roster, const std::string& rows, WallTime now);

}  // namespace llm
