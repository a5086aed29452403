#include "probe/words.h"

#include <fmt/format.h>

#include <string_view>

namespace llm {

namespace {

double seconds(Millis m) { return to_seconds(m); }

// Host and path of a Location: its query may hold tokens, its userinfo a password.
std::string without_secrets(std::string_view location) {
  location = location.substr(0, location.find_first_of("?#"));
  std::string_view authority;
  if (const auto scheme = location.find("//"); scheme != std::string_view::npos) {
    location.remove_prefix(scheme + 2);
    authority = location.substr(0, location.find('/'));
    location.remove_prefix(authority.size());
  }
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return std::string(authority) + std::string(location);
}

std::string redirect(const Seen& seen) {
  const auto location = find_header(seen.headers, "location");
  return fmt::format("HTTP {}: redirects are refused; the endpoint has moved{}{}", seen.status,
                     location ? " to " : "", location ? without_secrets(*location) : "");
}

std::string connection_failed(const Seen& seen, std::string_view doing) {
  const bool deadline = seen.report.end == TransportEnd::connect_deadline_dns ||
                        seen.report.end == TransportEnd::connect_deadline_connect ||
                        seen.report.end == TransportEnd::connect_deadline_tls;
  if (deadline && seen.report.detail.empty())
    return fmt::format("the connect deadline of {} s passed while {}",
                       seconds(seen.target->timeout.connect), doing);
  return seen.report.detail.empty() ? fmt::format("failed while {}", doing) : seen.report.detail;
}

std::string truncated(const Seen& seen) {
  if (seen.status == 0) return "the connection was closed before the answer began";
  if (seen.ended == Ended::cut) return "the connection was closed in the middle of the answer";
  if (!seen.answer.at().last_useful) return "the stream ended without an event";
  return "the stream ended without a finish reason";
}

}  // namespace

std::string explain(Outcome outcome, const Seen& seen) {
  const auto& timeout = seen.target->timeout;
  if (seen.status >= 300 && seen.status < 400) return redirect(seen);
  if (seen.status >= 400) return fmt::format("HTTP {} without a word", seen.status);
  switch (outcome) {
    case Outcome::dns:
      return connection_failed(seen, "resolving the name");
    case Outcome::connect:
      return connection_failed(seen, "connecting");
    case Outcome::tls:
      return connection_failed(seen, "shaking hands over TLS");
    case Outcome::no_first_token:
      return fmt::format(
          "no token within {} s",
          seconds(seen.ended == Ended::total_deadline ? timeout.total : timeout.first_token));
    case Outcome::stalled:
      return fmt::format("not a byte for {} s after the first token", seconds(timeout.idle));
    case Outcome::too_slow:
      return fmt::format("not finished after {} s", seconds(timeout.total));
    case Outcome::truncated:
      return truncated(seen);
    case Outcome::invalid_response:
      return seen.answer.said().invalid.empty() ? seen.report.detail : seen.answer.said().invalid;
    case Outcome::content_mismatch:
      return fmt::format("the text does not match '{}'", seen.target->expect->pattern);
    case Outcome::blocked:
      return "the provider's filter stopped the answer";
    default:
      return seen.report.detail;
  }
}

}  // namespace llm
