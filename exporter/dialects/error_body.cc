#include "dialects/error_body.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/text.h"
#include "dialects/dialect.h"
#include "dialects/numbers.h"

namespace llm {

namespace {

// Of an error that is not JSON (an HTML page, a proxy's sentence) this much is kept.
constexpr std::size_t kMaxExcerpt = 512;

std::string first_of(json::Value object, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (auto value = json::scalar(object, key); !value.empty()) return value;
  }
  return {};
}

// FastAPI: a string, or a list of {loc, msg, type} of which the first tells enough.
std::string detail(json::Value object) {
  if (auto said = json::scalar(object, "detail"); !said.empty()) return said;
  const auto item = json::first(json::member(object, "detail"));
  if (!item) return {};
  return json::is_string(*item) ? std::string(json::as_text(*item)) : json::scalar(*item, "msg");
}

// The finer reason: Google's list of details, Anthropic's details.error_code, OpenRouter's
// metadata.error_type, Azure's innererror.code.
void read_details(json::Value error, ProviderError& out) {
  const auto details = json::member(error, "details");
  json::Array list;
  if (details && details->get(list) == simdjson::SUCCESS) {
    for (const auto item : list) {
      if (out.reason.empty()) out.reason = json::scalar(item, "reason");
      if (!json::text(item, "@type").ends_with("google.rpc.RetryInfo")) continue;
      out.retry_after_seconds = parse_go_duration(json::text(item, "retryDelay"));
    }
    return;
  }
  if (details) out.reason = json::scalar(*details, "error_code");
  if (const auto meta = json::member(error, "metadata"); meta && out.reason.empty())
    out.reason = json::scalar(*meta, "error_type");
  if (const auto inner = json::member(error, "innererror"); inner && out.reason.empty())
    out.reason = json::scalar(*inner, "code");
}

// LiteLLM: "litellm.RateLimitError: OpenAIException - …" is the word of the provider behind it;
// without such a name the proxy itself speaks (providers.md §4.1).
std::string_view upstream_exception(std::string_view message) {
  constexpr std::string_view kMark = "Exception - ";
  const auto at = message.find(kMark);
  if (at == std::string_view::npos) return {};
  const auto begin = message.find_last_of(" :.", at);
  const auto first = begin == std::string_view::npos ? 0 : begin + 1;
  return message.substr(first, at + std::string_view("Exception").size() - first);
}

// AWS's JSON names the class in a namespace: "com.amazonaws.bedrock#ValidationException".
std::string aws_type(json::Value error) {
  const auto type = json::text(error, "__type");
  return std::string(type.substr(type.rfind('#') + 1));
}

ProviderError read_members(json::Value error) {
  ProviderError out;
  out.type = first_of(error, {"type", "status", "error_type"});
  if (out.type.empty()) out.type = aws_type(error);
  // The names of a status are TGI's and Cerebras', inside streams.
  out.code = first_of(error, {"code", "http_status_code", "status_code"});
  out.param = json::scalar(error, "param");
  out.message = first_of(error, {"message", "Message", "error_description"});
  if (out.message.empty()) out.message = detail(error);
  read_details(error, out);
  // What tells Anthropic's errors of one type apart is as good as a code.
  if (out.code.empty()) out.code = out.reason;
  if (out.reason.empty()) out.reason = upstream_exception(out.message);
  return out;
}

}  // namespace

std::optional<ProviderError> nested_error(json::Value root) {
  const auto error = json::member(root, "error");
  if (!error) return std::nullopt;
  if (json::is_string(*error)) {
    if (json::as_text(*error).empty()) return std::nullopt;
    ProviderError out = read_members(root);
    const auto said = json::as_text(*error);
    // OAuth's errors are a word beside its description (RFC 6749 §5.2).
    if (out.message.empty()) {
      out.message = said;
    } else if (out.code.empty() && said.find(' ') == std::string_view::npos) {
      out.code = said;
    }
    return out;
  }
  json::Object object;
  if (error->get(object) != simdjson::SUCCESS || object.size() == 0) return std::nullopt;
  ProviderError out = read_members(*error);
  if (out.code.empty()) out.code = json::scalar(root, "status_code");
  return out;
}

std::optional<ProviderError> flat_error(json::Value root) {
  const bool says_so = json::text(root, "object") == "error" || json::text(root, "type") == "error";
  ProviderError out = read_members(root);
  if (says_so || !out.message.empty()) return out;
  return std::nullopt;
}

std::optional<ProviderError> any_error(json::Value root) {
  auto error = nested_error(root);
  return error ? error : flat_error(root);
}

std::string read_error_request_id(std::string_view body) {
  const auto root = json::parse(body);
  return root ? std::string(json::text(*root, "request_id")) : std::string{};
}

ProviderError read_error_body(std::string_view body) {
  auto root = json::parse(body);
  // Google answers with a list where a list was asked for (providers.md §2.4).
  if (root && root->type() == simdjson::dom::element_type::ARRAY) root = json::first(root);
  if (root) {
    if (auto error = any_error(*root)) return *error;
  }
  ProviderError out;
  out.message = trim(body).substr(0, kMaxExcerpt);
  return out;
}

}  // namespace llm
