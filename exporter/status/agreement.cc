#include "status/level.h"
#include "status/status_page.h"

namespace llm {

std::string_view to_string(Agreement agreement) {
  switch (agreement) {
    case Agreement::unknown:
      return "unknown";
    case Agreement::agree:
      return "agree";
    case Agreement::unreported_outage:
      return "unreported_outage";
    case Agreement::unseen_incident:
      return "unseen_incident";
  }
  return "unknown";
}

Agreement compare(const OwnView& ours, ServiceLevel theirs) {
  if (ours.known == 0 || theirs == ServiceLevel::unknown) return Agreement::unknown;
  if (ours.down == 0) return broken(theirs) ? Agreement::unseen_incident : Agreement::agree;
  const bool denied = theirs == ServiceLevel::operational;
  return denied && ours.down_for >= kStatusLag ? Agreement::unreported_outage : Agreement::agree;
}

}  // namespace llm
