// How the providers that copied OpenAI's chat differ from it, as data (providers.md §2.2, §2.7 to
// §2.17, §3.2 to §4.2 of the project's notes). The rows are in flavour.cc.
//
// Texts are templates: `$name` stands for a value, already as JSON where it stands in JSON.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/fault.h"
#include "simulator/limit_headers.h"

namespace llm::sim {

// One error in the provider's words; what is not listed is worded as OpenAI does.
struct ErrorWords {
  ErrorName name;
  int status;
  std::string_view type, code, message, param = {};
};

// The body of errors with this status, where it is unlike the others.
struct ErrorBody {
  int status;
  std::string_view text;
  std::string_view type = "application/json";
};

struct Page {
  std::string_view path, body;
  std::string_view type = "application/json";
};

enum class Opening : std::uint8_t {
  empty_text,  // role and content "" come before the first token
  null_text,   // role and content null
  role_alone,  // no content at all
  none,        // the first token brings the role
};
enum class UsageAt : std::uint8_t {
  extra_chunk_if_asked,
  extra_chunk,         // asked or not
  finish_chunk,        // asked or not
  every_chunk,         // cumulative
  odd_chunk_if_asked,  // an extra one whose choices are not empty
};

struct Flavour {
  std::string_view name;

  // Where it is, besides /v1.
  std::string_view base = "/v1";
  bool open_models = false;          // the list of models needs no key
  std::vector<Page> pages = {};      // need no key
  std::string_view key_header = {};  // besides Authorization

  // Requests.
  bool refuses_stream_options = false;
  bool stream_options_need_stream = false;
  bool ignores_max_completion_tokens = false;

  // Answers. $object $number $created $model $fingerprint
  std::string_view envelope;
  std::string_view before_stream = {};  // events that open the stream
  std::string_view comment = {};        // keep-alive
  std::string_view before_whole = {};
  Opening opening = Opening::empty_text;
  bool role_in_every_delta = false;
  std::string_view reasoning = R"("reasoning_content":$text)";
  std::string_view text = R"("content":$text)";
  std::string_view text_of_thinker = {};  // of an answer that reasons; empty: the same
  std::string_view null_members = R"(,"logprobs":null,"finish_reason":null)";  // of a choice
  std::string_view choice_members = {};   // of every choice, $text in it is the visible text
  std::string_view opening_members = {};  // of the first chunk
  std::string_view last_delta = {};
  std::string_view stop = "stop";
  std::string_view finish_members = R"(,"logprobs":null)";  // of the last choice
  std::string_view closing_members = {};  // of the last chunk and of a whole answer
  std::string_view last_object = "chat.completion.chunk";
  std::string_view terminator = "data: [DONE]\n\n";

  // $prompt $output $total $reasoning $visible $seconds
  UsageAt usage_at = UsageAt::extra_chunk_if_asked;
  bool usage_null = false;  // in the chunks without
  std::string_view usage;
  std::string_view usage_so_far = {};  // of every_chunk, before the last

  // Errors. $message $type $code $param $status; in the messages $model $what $wait $key
  std::vector<ErrorWords> words = {};
  std::string_view error_body =
      R"({"error":{"message":$message,"type":$type,"param":$param,"code":$code}})";
  std::string_view error_type = "application/json";
  std::vector<ErrorBody> error_bodies = {};
  std::string_view error_event = "data: $error\n\n";  // and $envelope
  // Without a key: always a 401.
  std::string_view no_key = "You didn't provide an API key.";
  std::string_view no_key_code = {};

  // Lines; those with a value that is not known are left out. $id $uuid $ms $s
  std::string_view headers = "x-request-id: $id\n";
  LimitFamily limits = LimitFamily::none;
  bool retry_after = true;

  // The list of models. $id
  bool bare_array = false;
  std::string_view model_row =
      R"({"id":$model,"object":"model","created":1744321707,"owned_by":"system"})";
};

std::span<const Flavour> all_flavours();
const Flavour& find_flavour(std::string_view name);  // OpenAI's if there is none

// Values of a template, by name without `$`.
using Values = std::vector<std::pair<std::string_view, std::string>>;
std::string filled(std::string_view text, const Values& values);  // unknown names stay

}  // namespace llm::sim
