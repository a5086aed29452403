#include "simulator/answer.h"

#include <algorithm>

namespace llm::sim {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c == ' ' && !word.empty() && word != " ") words.push_back(std::exchange(word, {}));
    word += c;
  }
  words.push_back(word);
  return words;
}

}  // namespace

std::size_t count_words(std::string_view text) { return split(text).size(); }

std::vector<std::string> words_of(std::string_view text, std::size_t count) {
  const auto words = split(text);
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& word = words[i % words.size()];
    const bool again = i >= words.size() && i % words.size() == 0;
    out.push_back(again ? " " + word : word);
  }
  return out;
}

Answer make_answer(const ChatRequest& request, Nanos since_start, std::mt19937_64& random) {
  const auto& model = *request.model;
  Answer answer;
  answer.served_model =
      model.served[static_cast<std::size_t>(since_start / model.drift_every) % model.served.size()];
  answer.requested_model = model.name;
  answer.form = request.form;
  answer.max_tokens = request.max_tokens;
  answer.created = std::chrono::system_clock::to_time_t(wall_now());
  answer.include_usage = request.include_usage;

  const auto wanted = model.output_tokens != 0 ? std::uint64_t{model.output_tokens}
                                               : (model.text.empty() ? 0 : count_words(model.text));
  const auto budget = request.max_tokens.value_or(UINT64_MAX);
  const auto reasoning = std::min<std::uint64_t>(model.reasoning_tokens, budget);
  const auto visible = std::min(wanted, budget - reasoning);
  answer.cut = reasoning + visible < model.reasoning_tokens + wanted;
  answer.text = words_of(model.text, visible);
  if (!model.reasoning_text.empty()) answer.reasoning = words_of(model.reasoning_text, reasoning);
  answer.input_tokens = request.input_tokens;
  answer.reasoning_tokens = static_cast<std::uint32_t>(reasoning);
  answer.output_tokens = static_cast<std::uint32_t>(reasoning + visible);

  std::uniform_real_distribution<double> spread(1 - model.jitter, 1 + model.jitter);
  const auto drawn = [&](double nanos) {
    return Nanos(static_cast<Nanos::rep>(nanos * spread(random)));
  };
  const auto ttft = static_cast<double>(model.ttft.count());
  const double gap = 1e9 / model.tokens_per_second;
  // The head goes out half-way, so that the first byte is not the first token.
  answer.head_delay = drawn(ttft / 2);
  const auto shown = answer.reasoning.size() + answer.text.size();
  for (std::size_t i = 0; i < shown; ++i) {
    answer.token_delays.push_back(drawn(i == 0 ? ttft / 2 : gap));
  }
  const auto hidden =
      answer.reasoning.empty() ? drawn(gap * static_cast<double>(reasoning)) : Nanos(0);
  if (shown > 0) {
    answer.token_delays[0] += hidden;
  } else {
    answer.end_delay = drawn(ttft / 2) + hidden;
  }
  return answer;
}

}  // namespace llm::sim
