// The helpers that handlers build answers with.
#include <fmt/format.h>

#include <iterator>

#include "simulator/server.h"

namespace llm::sim {
namespace {

// Not every status has a registered phrase; none is needed (529).
std::string_view reason_phrase(int status) {
  struct Row {
    int status;
    std::string_view phrase;
  };
  constexpr Row kRows[] = {{200, "OK"},
                           {301, "Moved Permanently"},
                           {302, "Found"},
                           {307, "Temporary Redirect"},
                           {308, "Permanent Redirect"},
                           {400, "Bad Request"},
                           {401, "Unauthorized"},
                           {402, "Payment Required"},
                           {403, "Forbidden"},
                           {404, "Not Found"},
                           {405, "Method Not Allowed"},
                           {408, "Request Timeout"},
                           {413, "Content Too Large"},
                           {429, "Too Many Requests"},
                           {431, "Request Header Fields Too Large"},
                           {500, "Internal Server Error"},
                           {501, "Not Implemented"},
                           {502, "Bad Gateway"},
                           {503, "Service Unavailable"},
                           {504, "Gateway Timeout"},
                           {505, "HTTP Version Not Supported"}};
  for (const auto& row : kRows) {
    if (row.status == status) return row.phrase;
  }
  return "";
}

}  // namespace

std::string response_head(int status,
                          const std::vector<std::pair<std::string, std::string>>& headers) {
  auto head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  for (const auto& [name, value] : headers) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  head += "\r\n";
  return head;
}

Reply plain_reply(int status, std::string_view content_type, std::string body,
                  const std::vector<std::pair<std::string, std::string>>& headers) {
  std::vector<std::pair<std::string, std::string>> all{
      {"Content-Type", std::string(content_type)}, {"Content-Length", std::to_string(body.size())}};
  all.insert(all.end(), headers.begin(), headers.end());
  Reply reply;
  reply.steps.push_back({.delay = {}, .bytes = response_head(status, all) + body});
  return reply;
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace llm::sim
