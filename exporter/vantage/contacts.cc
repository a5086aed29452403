#include "vantage/contacts.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "probe/probe.h"

namespace llm {
namespace {

constexpr std::size_t kMaxError = 256;

using Goal = HttpCall::Goal;

HttpCall call_of(const CanaryCheck& check, const Canary& canary) {
  HttpCall call;
  call.connect_timeout = canary.timeout;
  switch (check.kind) {
    case CanaryCheck::Kind::dns:
      call.url = "http://" + check.address + "/";
      call.goal = Goal::address;
      break;
    case CanaryCheck::Kind::tcp:
      call.url = "http://" + check.address + "/";
      call.goal = Goal::connection;
      break;
    case CanaryCheck::Kind::https:
      call.method = "HEAD";
      call.url = check.address + "/";
      call.proxy_url = canary.proxy_url;
      call.ca_file = canary.tls.ca_file;
      call.cert_file = canary.tls.cert_file;
      call.key_file = canary.tls.key_file;
      call.server_name = canary.tls.server_name;
  }
  return call;
}

HttpCall call_of(const Provider& provider, Millis timeout) {
  HttpCall call = call_to(provider);
  call.url = provider.base_url;
  call.goal = Goal::connection;
  call.connect_timeout = timeout;
  return call;
}

Step last_step(const CanaryCheck& check) {
  constexpr Step kLast[] = {Step::resolve, Step::connect, Step::answer};
  return kLast[static_cast<std::size_t>(check.kind)];
}

Witness witness_at(std::string_view address, Step last) {
  Place place = place_of(address);
  const Step first = place.has_name ? Step::resolve : Step::connect;
  return {std::move(place), first, last};
}

std::optional<Step> lost_at(const Fetched& answer) {
  if (answer.status != 0) return std::nullopt;
  switch (answer.end) {
    case TransportEnd::stopped:  // got as far as it should
      return std::nullopt;
    case TransportEnd::connect_failed:
    case TransportEnd::connect_deadline_connect:
      return Step::connect;
    case TransportEnd::tls_failed:
    case TransportEnd::connect_deadline_tls:
      return Step::tls;
    case TransportEnd::cut:
    case TransportEnd::deadline:
    case TransportEnd::limit:
    case TransportEnd::complete:
      return Step::answer;
    default:  // no name, or a failure of our own before anything
      return Step::resolve;
  }
}

bool ran_out_of_time(TransportEnd end) {
  return end == TransportEnd::connect_deadline_dns ||
         end == TransportEnd::connect_deadline_connect ||
         end == TransportEnd::connect_deadline_tls || end == TransportEnd::deadline;
}

}  // namespace

std::vector<Contact> canary_contacts(const Canary& canary) {
  std::vector<Contact> contacts;
  for (const auto& check : canary.checks) {
    contacts.push_back(
        {check.name, call_of(check, canary), witness_at(check.address, last_step(check))});
  }
  return contacts;
}

std::vector<Contact> provider_contacts(std::span<const std::shared_ptr<const Provider>> providers,
                                       Millis timeout) {
  std::vector<Contact> contacts;
  std::set<std::string> known;
  for (const auto& provider : providers) {
    const bool https = provider->base_url.starts_with("https://");
    auto witness = witness_at(provider->base_url, https ? Step::tls : Step::connect);
    if (!known.insert(witness.place.authority).second) continue;
    contacts.push_back({provider->name, call_of(*provider, timeout), std::move(witness)});
  }
  return contacts;
}

Testimony testimony_of(const Fetched& answer, Millis timeout) {
  constexpr std::string_view kWaitedFor[] = {"no address", "no connection", "no TLS", "no answer"};
  const auto lost = lost_at(answer);
  if (!lost) return {};
  if (ran_out_of_time(answer.end)) {
    return {lost, fmt::format("{} within {} s", kWaitedFor[static_cast<std::size_t>(*lost)],
                              to_seconds(timeout))};
  }
  return {lost, clean_text(answer.detail, kMaxError)};
}

}  // namespace llm
