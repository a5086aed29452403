#include "simulator/nonsense.h"

#include <fmt/format.h>

#include <array>

namespace llm::sim {
namespace {

constexpr std::size_t kBlock = 16 << 10;

Headers with(Headers headers, std::string_view name, std::string_view value) {
  headers.emplace_back(name, value);
  return headers;
}

bool has_events(std::string_view type) { return type.starts_with("text/event-stream"); }

Reply garbage(const Fault& fault, const Headers& headers, std::string_view type) {
  if (fault.content == "html") {
    return plain_reply(200, "text/html",
                       "<!DOCTYPE html>\n<html><body><h1>Welcome to nginx!</h1></body></html>\n",
                       headers);
  }
  std::string bytes = "this is not JSON {";
  if (fault.content == "nul") bytes = std::string("{\"id\":\"\0\0\0\",\0", 13);
  if (fault.content == "invalid_utf8")
    bytes = "{\"id\":\"\xff\xfe\xc3\x28\",\"choices\":\"\xed\xa0\x80\"}";
  return plain_reply(200, type, has_events(type) ? fmt::format("data: {}\n\n", bytes) : bytes,
                     headers);
}

// A head that promises a body of unknown length, and a block that is sent until the client leaves.
Reply endless(const Headers& headers, std::string_view type, std::string start, std::string block) {
  Reply reply;
  const auto head =
      response_head(200, with(with(headers, "Content-Type", type), "Connection", "close"));
  reply.steps.push_back({.delay = Nanos(0), .bytes = head + start});
  reply.steps.push_back({.delay = Nanos(0), .bytes = std::move(block)});
  reply.finish = Finish::close;
  reply.repeat_from = 1;
  return reply;
}

// A gzip stream (RFC 1952) of one endless block with fixed codes (RFC 1951, 3.2.6): a zero byte,
// then "the last byte, 258 times" in 13 bits (length code 285 is 11000101, distance code 0 is
// 00000), over and over: 1 byte becomes 159. After the first 11 bits it repeats every 13 bytes.
Reply gzip_bomb(const Headers& headers) {
  constexpr std::array<char, 10> kGzipHead{'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
  std::string bits = "110";  // last block; fixed codes, least significant bit first
  bits += "00110000";        // the literal 0
  while (bits.size() < std::size_t{8} * (2 + 13)) bits += "1100010100000";
  std::string bytes;
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8) {
    unsigned byte = 0;
    for (unsigned i = 0; i < 8; ++i) byte |= static_cast<unsigned>(bits[at + i] - '0') << i;
    bytes += static_cast<char>(byte);
  }
  std::string block;
  while (block.size() < kBlock) block += bytes.substr(2, 13);
  return endless(with(headers, "Content-Encoding", "gzip"), "application/json",
                 std::string(kGzipHead.data(), kGzipHead.size()) + bytes.substr(0, 2),
                 std::move(block));
}

Reply huge_headers(const Fault& fault, Headers headers) {
  constexpr std::size_t kLine = 1 << 10;
  for (std::size_t i = 0; i < fault.megabytes * ((1 << 20) / kLine); ++i) {
    headers.emplace_back(fmt::format("x-padding-{}", i), std::string(kLine, 'x'));
  }
  return plain_reply(200, "application/json", "{}", headers);
}

Reply redirect(std::string_view to, const Headers& headers) {
  return plain_reply(307, "text/plain", "", with(headers, "Location", to));
}

}  // namespace

std::optional<Reply> nonsense_reply(const Fault& fault, const SimRequest& request,
                                    const Headers& headers, std::string_view type) {
  switch (fault.kind) {
    case FaultKind::hang_up_before_answer:
      return Reply{{}, Finish::close};
    case FaultKind::reset:
      if (fault.after_tokens) return std::nullopt;
      return Reply{{}, Finish::reset};
    case FaultKind::empty_body:
      return plain_reply(200, type, "", headers);
    case FaultKind::garbage:
      return garbage(fault, headers, type);
    case FaultKind::endless_line:
      return endless(headers, type, has_events(type) ? "data: " : "\"", std::string(kBlock, 'a'));
    case FaultKind::gzip_bomb:
      return gzip_bomb(headers);
    case FaultKind::huge_headers:
      return huge_headers(fault, headers);
    case FaultKind::redirect:
      return redirect(fault.location, headers);
    case FaultKind::redirect_loop:
      return redirect(request.path, headers);
    default:
      return std::nullopt;
  }
}

}  // namespace llm::sim
