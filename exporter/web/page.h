// The page at `/`, whole on the server: no script, nothing to load, links relative so that a route
// prefix or a proxy in front changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "state/roster.h"

namespace llm {

struct PageContext {
  std::string version, revision, vantage, external_url;  // each but the first may be empty
};

std::string status_page(const Roster& roster, const PageContext& context, WallTime now);

// The Content-Security-Policy under which the page shows: its one style block, by hash.
std::string_view page_policy();

// Text for an element or a quoted attribute.
std::string escape_html(std::string_view text);

}  // namespace llm
