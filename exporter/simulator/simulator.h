// The fake providers: dialects over SimServer, scripted by YAML (the `simulator:` section of a
// configuration, or a file of its own with `llm_exporter simulate`).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace llm::sim {

struct SimError {
  int line = 0, column = 0;  // within the text that was given; from 1
  std::string message;
};

struct Scenario;  // parsed script, simulator/scenario.h

// All errors at once, with "did you mean", as the exporter's own configuration.
Result<std::shared_ptr<const Scenario>, std::vector<SimError>> parse_scenario(
    std::string_view yaml);

class Simulator {
 public:
  static Result<std::unique_ptr<Simulator>> start(std::shared_ptr<const Scenario> scenario);
  ~Simulator();
  std::vector<std::string> addresses() const;  // "http://127.0.0.1:9878"

  struct Impl;

 private:
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm::sim
