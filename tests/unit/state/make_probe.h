// Targets and results for tests of what is made of them.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/time.h"
#include "config/target.h"
#include "probe/result.h"

namespace llm::test {

inline WallTime at(double unix_seconds) {
  return WallTime(
      std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(unix_seconds)));
}

inline std::shared_ptr<Provider> make_provider(std::string name = "acme") {
  static const ProviderType type = [] {
    ProviderType t{};
    t.name = "groq";
    t.otel = "groq";
    return t;
  }();
  auto provider = std::make_shared<Provider>();
  provider->name = std::move(name);
  provider->type = &type;
  provider->dialect = "openai-chat";
  provider->base_url = "https://api.acme.test:8443/v1";
  return provider;
}

inline std::shared_ptr<Target> make_target(Kind kind = Kind::stream) {
  auto target = std::make_shared<Target>();
  target->provider = make_provider();
  target->kind = kind;
  target->model = kind == Kind::models ? "" : "m-1";
  target->name = kind == Kind::models ? "acme/models" : "acme/m-1";
  return target;
}

inline ProbeResult make_result(std::shared_ptr<const Target> target, Outcome outcome) {
  ProbeResult result;
  result.target = std::move(target);
  result.kind = result.target->kind;
  result.outcome = outcome;
  return result;
}

}  // namespace llm::test
