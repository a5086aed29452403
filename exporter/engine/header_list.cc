#include "engine/header_list.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/text.h"

namespace llm {
namespace {

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2

bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kTokenMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_field_value(std::string_view text) {
  const auto control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  return std::none_of(text.begin(), text.end(), control);
}

}  // namespace

void WipeList::operator()(curl_slist* list) const noexcept {
  for (curl_slist* i = list; i; i = i->next) OPENSSL_cleanse(i->data, std::strlen(i->data));
  curl_slist_free_all(list);
}

void append(CurlList& list, std::string line) {
  // nullptr only without memory, where the exporter ends as with any other allocation.
  if (curl_slist* longer = curl_slist_append(list.get(), line.c_str())) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
  OPENSSL_cleanse(line.data(), line.size());
}

Result<CurlList> make_header_list(const HttpCall& call, const std::string& host) {
  if (!is_token(call.method)) return Err{std::string("the method is not an HTTP token")};
  CurlList list;
  bool has_host = false;
  for (const auto& [name, value] : call.headers) {
    if (!is_token(name)) return Err{std::string("a header name is not an HTTP token")};
    if (!is_field_value(value.reveal())) {
      return Err{fmt::format("the value of header {} contains a control character", name)};
    }
    has_host = has_host || iequals(name, "host");
    // "Name;" is libcurl's way to send an empty field; "Name:" would suppress it.
    append(list, value.empty() ? name + ";" : name + ": " + value.reveal());
  }
  if (!host.empty() && !has_host) append(list, "Host: " + host);
  // libcurl would wait up to a second for "100 Continue" before a larger body.
  append(list, "Expect:");
  return list;
}

}  // namespace llm
