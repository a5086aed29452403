#include "simulator/http_request.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace llm::sim {
namespace {

constexpr std::size_t kMaxChunkLine = 1024;

bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::optional<std::size_t> to_size(std::string_view digits, int base) {
  std::size_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

const std::string* find(const SimRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace

void RequestParser::feed(std::string_view bytes) {
  buffer_.erase(0, position_);
  position_ = 0;
  buffer_.append(bytes);
}

RequestParser::State RequestParser::advance() {
  while (step()) {
  }
  if (stage_ == Stage::complete) return State::complete;
  return stage_ == Stage::failed ? State::failed : State::incomplete;
}

SimRequest RequestParser::take() {
  stage_ = Stage::head;
  last_ = false;
  trailer_bytes_ = 0;
  return std::exchange(request_, {});
}

bool RequestParser::step() {
  switch (stage_) {
    case Stage::head:
      return read_head();
    case Stage::body:
      return read_data(Stage::complete);
    case Stage::chunk_size:
      return read_chunk_size();
    case Stage::chunk_data:
      return read_data(Stage::chunk_end);
    case Stage::chunk_end:
      return read_chunk_end();
    case Stage::trailers:
      return read_trailer();
    case Stage::complete:
    case Stage::failed:
      return false;
  }
  return false;
}

bool RequestParser::fail(int status) {
  stage_ = Stage::failed;
  error_status_ = status;
  return false;
}

bool RequestParser::read_head() {
  std::string_view head;
  if (!next_until("\r\n\r\n", kMaxRequestHead, &head)) return false;
  bool first = true;
  while (first || !head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    if (!(first ? parse_request_line(line) : parse_header(line))) return false;
    first = false;
  }
  return choose_body();
}

bool RequestParser::parse_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(400);
  const auto method = line.substr(0, first);
  const auto path = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  const bool printable =
      std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_token(method) || path.empty() || !printable) return fail(400);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(505);
  last_ = version == "HTTP/1.0";
  request_.method = method;
  request_.path = path;
  return true;
}

bool RequestParser::parse_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return fail(400);
  auto name = to_lower(line.substr(0, colon));
  std::string value(trim(line.substr(colon + 1)));
  if (name == "connection" && icontains(value, "close")) last_ = true;
  request_.headers.emplace_back(std::move(name), std::move(value));
  return true;
}

bool RequestParser::choose_body() {
  const auto* encoding = find(request_, "transfer-encoding");
  const auto* length = find(request_, "content-length");
  if (encoding != nullptr) {
    if (length != nullptr) return fail(400);  // two opinions about where the body ends
    if (!iequals(*encoding, "chunked")) return fail(501);
    stage_ = Stage::chunk_size;
    return true;
  }
  const auto size = length == nullptr ? std::optional<std::size_t>(0) : to_size(*length, 10);
  if (!size) return fail(400);
  if (*size > kMaxRequestBody) return fail(413);
  remaining_ = *size;
  stage_ = Stage::body;
  return true;
}

bool RequestParser::read_data(Stage next) {
  const auto n = std::min(remaining_, buffered());
  request_.body.append(buffer_, position_, n);
  position_ += n;
  remaining_ -= n;
  if (remaining_ > 0) return false;
  stage_ = next;
  return true;
}

bool RequestParser::next_until(std::string_view mark, std::size_t limit, std::string_view* text) {
  const auto unread = std::string_view(buffer_).substr(position_);
  const auto end = unread.find(mark);
  // Part of the mark may be there already: where the bytes were cut must not matter.
  const auto least =
      end != unread.npos ? end : unread.size() - std::min(unread.size(), mark.size() - 1);
  if (least > limit) return fail(431);
  if (end == unread.npos) return false;
  *text = unread.substr(0, end);
  position_ += end + mark.size();
  return true;
}

bool RequestParser::read_chunk_size() {
  std::string_view line;
  if (!next_until("\r\n", kMaxChunkLine, &line)) return false;
  const auto size = to_size(trim(line.substr(0, line.find(';'))), 16);
  if (!size) return fail(400);
  if (*size > kMaxRequestBody - request_.body.size()) return fail(413);
  remaining_ = *size;
  stage_ = remaining_ == 0 ? Stage::trailers : Stage::chunk_data;
  return true;
}

bool RequestParser::read_chunk_end() {
  if (buffered() < 2) return false;
  if (buffer_.compare(position_, 2, "\r\n") != 0) return fail(400);
  position_ += 2;
  stage_ = Stage::chunk_size;
  return true;
}

bool RequestParser::read_trailer() {
  std::string_view line;
  if (!next_until("\r\n", kMaxRequestHead - trailer_bytes_, &line)) return false;
  trailer_bytes_ += std::min(line.size() + 2, kMaxRequestHead - trailer_bytes_);
  if (line.empty()) stage_ = Stage::complete;
  return true;
}

}  // namespace llm::sim
