// What a fake model says and when, before any dialect has written it down.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/time.h"
#include "simulator/scenario.h"

namespace llm::sim {

// How a dialect that has more than one way shall write the answer.
enum class AnswerForm : std::uint8_t {
  usual,
  json_array,  // Gemini without alt=sse
  vertex,      // Gemini's, as Vertex AI writes it
  vertex_json_array,
};

// A valid request for an answer.
struct ChatRequest {
  const ModelScript* model = nullptr;
  bool stream = false;
  bool include_usage = false;  // OpenAI's stream_options
  AnswerForm form = AnswerForm::usual;
  std::optional<std::uint64_t> max_tokens = std::nullopt;
  std::uint32_t input_tokens = 0;
};

struct Answer {
  std::uint64_t number = 0;  // unique; ids are made of it
  std::string served_model;
  std::int64_t created = 0;  // Unix seconds
  bool include_usage = false;
  AnswerForm form = AnswerForm::usual;
  std::string requested_model;
  std::optional<std::uint64_t> max_tokens;

  std::vector<std::string> reasoning;  // that is shown; one piece a token
  std::vector<std::string> text;
  bool cut = false;  // by max_tokens
  std::uint32_t input_tokens = 0;
  std::uint32_t reasoning_tokens = 0;  // shown or not
  std::uint32_t output_tokens = 0;     // all

  Nanos head_delay{0};              // from the request to the first byte
  std::vector<Nanos> token_delays;  // per shown token, each after the one before it
  Nanos end_delay{0};               // from the last token (the head, if none) to the finish
};

// Text as tokens: words with the space before them, from the beginning again until there are
// `count`.
std::vector<std::string> words_of(std::string_view text, std::size_t count);
std::size_t count_words(std::string_view text);

// `since_start` chooses the served version; `random` draws the jitter.
Answer make_answer(const ChatRequest& request, Nanos since_start, std::mt19937_64& random);

}  // namespace llm::sim
