// Reads HTTP/1.1 requests (RFC 9112) out of bytes as they arrive. Pure: no socket, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/server.h"

namespace llm::sim {

// Far above any real request; what protects us from a client gone wrong.
inline constexpr std::size_t kMaxRequestHead = 64 << 10;
inline constexpr std::size_t kMaxRequestBody = 8 << 20;

class RequestParser {
 public:
  enum class State : std::uint8_t { incomplete, complete, failed };

  void feed(std::string_view bytes);
  State advance();

  // Once complete: the request, without id. Bytes after it stay for the next one.
  SimRequest take();
  // Once complete, before take(): the client will not send another request.
  bool last() const { return last_; }
  // Once failed: the status to answer with. The connection is of no more use.
  int error_status() const { return error_status_; }
  std::size_t buffered() const { return buffer_.size() - position_; }

 private:
  enum class Stage : std::uint8_t {
    head,
    body,  // of known length
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    complete,
    failed
  };

  // Each handles one stage; false: more bytes are needed.
  bool step();
  bool read_head();
  bool read_data(Stage next);
  bool read_chunk_size();
  bool read_chunk_end();
  bool read_trailer();

  bool parse_request_line(std::string_view line);
  bool parse_header(std::string_view line);
  bool choose_body();
  bool fail(int status);
  // Takes the text before the next `mark`, and the mark. False: not all there, or beyond `limit`
  // (431).
  bool next_until(std::string_view mark, std::size_t limit, std::string_view* text);

  std::string buffer_;
  std::size_t position_ = 0;   // consumed of buffer_
  std::size_t remaining_ = 0;  // of the body or chunk
  std::size_t trailer_bytes_ = 0;
  Stage stage_ = Stage::head;
  bool last_ = false;
  int error_status_ = 0;
  SimRequest request_;
};

}  // namespace llm::sim
