#include "engine/header_reader.h"

#include <charconv>

#include "base/text.h"

namespace llm {

bool HeaderReader::line(std::string_view line, Exchange& exchange) noexcept {
  if (line.size() > left_) return false;
  left_ -= line.size();
  if (complete_) return true;

  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    complete_ = status_ >= 200;
    status_ = 0;
  } else if (status_ == 0) {
    status_line(line, exchange);
  } else if (const auto colon = line.find(':'); colon != line.npos && colon > 0) {
    exchange.on_header(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return true;
}

// "HTTP/1.1 200 OK"; libcurl has checked the form, and that there is a status.
void HeaderReader::status_line(std::string_view line, Exchange& exchange) noexcept {
  const auto digits = trim(line.substr(std::min(line.find(' '), line.size())));
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  status_ = status;
  exchange.on_status(status);
}

}  // namespace llm
