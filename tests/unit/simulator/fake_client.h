// A simulator on a free port, and requests to its fake providers.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "simulator/simulator.h"
#include "unit/simulator/client.h"

namespace llm::sim {

class FakeProviders {
 public:
  explicit FakeProviders(const std::string& providers) {
    auto scenario = parse_scenario("listen: 127.0.0.1:0\nproviders:\n" + providers);
    if (!scenario) throw std::runtime_error(scenario.error().at(0).message);
    auto simulator = Simulator::start(*scenario);
    if (!simulator) throw std::runtime_error(simulator.error());
    simulator_ = std::move(*simulator);
  }

  int port() const {
    const auto address = simulator_->addresses().at(0);
    return std::stoi(address.substr(address.rfind(':') + 1));
  }

  static std::string request(std::string_view method, std::string_view path, std::string_view body,
                             std::string_view headers = "") {
    return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: sim\r\n" +
           "anthropic-version: 2023-06-01\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  static std::string chat(std::string_view provider, bool stream, std::string_view more = "") {
    const std::string path = provider.starts_with("claude") ? "messages" : "chat/completions";
    const auto body =
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":"hi"}])" +
        std::string(stream ? R"(,"stream":true)" : "") + std::string(more) + "}";
    return request("POST", "/" + std::string(provider) + "/v1/" + path, body);
  }

  HttpAnswer ask(const std::string& bytes) const {
    Client client(port());
    client.send(bytes);
    return client.read_answer();
  }

 private:
  std::unique_ptr<Simulator> simulator_;
};

// The JSON of each `data:` of a stream; [DONE] is left out.
inline std::vector<nlohmann::json> events_of(const std::string& body) {
  std::vector<nlohmann::json> events;
  constexpr std::string_view kData = "data: ";
  for (std::size_t at = 0; (at = body.find(kData, at)) != std::string::npos;) {
    at += kData.size();
    const auto event = nlohmann::json::parse(body.substr(at, body.find("\n\n", at) - at), nullptr,
                                             /*allow_exceptions=*/false);
    if (!event.is_discarded()) events.push_back(event);
  }
  return events;
}

// The visible text of a stream of either dialect.
inline std::string text_of(const std::string& body) {
  std::string text;
  for (const auto& event : events_of(body)) {
    if (event.contains("choices") && !event["choices"].empty()) {
      text += event["choices"][0]["delta"].value("content", "");
    } else if (event.value("type", "") == "content_block_delta") {
      text += event["delta"].value("text", "");
    }
  }
  return text;
}

}  // namespace llm::sim
