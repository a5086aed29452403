// Who can be asked about our own network, how, and what the answer says.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/canary.h"
#include "engine/fetch.h"
#include "engine/http_client.h"
#include "vantage/attribution.h"

namespace llm {

struct Contact {
  std::string name;  // of the canary or the provider
  HttpCall call;
  Witness witness;
};

// One a check, in their order.
std::vector<Contact> canary_contacts(const Canary& canary);

// One an address, in the order of the providers. They are asked for a connection, in their own way
// (proxy, certificates), and get neither request nor credential.
std::vector<Contact> provider_contacts(std::span<const std::shared_ptr<const Provider>> providers,
                                       Millis timeout);

Testimony testimony_of(const Fetched& answer, Millis timeout);

}  // namespace llm
