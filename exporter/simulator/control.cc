#include "simulator/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace llm::sim {
namespace {

std::string events_of(const std::vector<SentEvent>& events) {
  std::string out;
  for (const auto& event : events) {
    fmt::format_to(std::back_inserter(out), R"({}{{"event":{},"realtime_ns":{}}})",
                   out.empty() ? "" : ",", event.event, event.realtime_ns);
  }
  return out;
}

std::string_view first_segment(std::string_view path) {
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  return path.substr(0, path.find('/'));
}

Reply text(int status, std::string body) {
  return plain_reply(status, "text/plain; charset=utf-8", std::move(body));
}

// PUT: what `parse` makes of the body takes the place of what the script says; DELETE: the script
// holds again.
Reply control(const SimRequest& request, FakeProvider* provider, const auto& parse,
              const auto& set) {
  if (provider == nullptr) return text(404, "there is no such provider\n");
  if (request.method == "DELETE") {
    set(*provider, std::nullopt);
    return text(200, "the script holds again\n");
  }
  if (request.method != "PUT") return text(405, "PUT what shall hold, or DELETE it\n");
  auto parsed = parse(request.body);
  if (!parsed) {
    std::string errors;
    for (const auto& e : parsed.error()) {
      fmt::format_to(std::back_inserter(errors), "{}:{}: {}\n", e.line, e.column, e.message);
    }
    return text(400, std::move(errors));
  }
  set(*provider, std::optional(std::move(*parsed)));
  return text(200, "set\n");
}

}  // namespace

std::string sent_json(const std::vector<SeenRequest>& seen, const std::vector<SentEvent>& sent,
                      std::size_t limit) {
  std::unordered_map<std::uint64_t, std::vector<SentEvent>> events;
  for (const auto& event : sent) events[event.request_id].push_back(event);
  std::string out;
  for (std::size_t i = seen.size() - std::min(limit, seen.size()); i < seen.size(); ++i) {
    const auto& request = seen[i];
    fmt::format_to(std::back_inserter(out),
                   "{}\n"
                   R"({{"request_id":"{}","provider":{},"path":{},"read_ns":{},"events":[{}]}})",
                   out.empty() ? "" : ",", request_id(request.request_id),
                   json_string(first_segment(request.path)), json_string(request.path),
                   request.read_realtime_ns, events_of(events[request.request_id]));
  }
  return fmt::format("[{}\n]\n", out);
}

Reply control_fault(const SimRequest& request, FakeProvider* provider) {
  return control(request, provider, parse_faults,
                 [](FakeProvider& of, auto faults) { of.set_faults(std::move(faults)); });
}

Reply control_status(const SimRequest& request, FakeProvider* provider) {
  return control(request, provider, parse_status_page,
                 [](FakeProvider& of, auto page) { of.set_status_page(std::move(page)); });
}

}  // namespace llm::sim
