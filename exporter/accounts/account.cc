#include "accounts/account.h"

#include <utility>

#include "accounts/part.h"
#include "base/text.h"

namespace llm {

namespace {

constexpr std::size_t kMaxMessageBytes = 300;

// What every byte of a token can be in a query.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

// The token of the page after this one; nullopt: this was the last; empty: it does not say.
std::optional<std::string> next_page(json::Value root) {
  bool more = false;
  const auto has_more = json::member(root, "has_more");
  if (!has_more || has_more->get(more) != simdjson::SUCCESS || !more) return std::nullopt;
  return std::string(json::text(root, "next_page"));
}

class Reader final : public AccountReader {
 public:
  Reader(AccountParts parts, std::string base_url,
         std::vector<std::pair<std::string, Secret>> headers, std::vector<Secret> secrets)
      : parts_(std::move(parts)),
        base_url_(std::move(base_url)),
        headers_(std::move(headers)),
        secrets_(std::move(secrets)) {}

  std::optional<Request> next() override {
    if (part_ < parts_.size() && pages_ >= kMaxAccountPages) {
      fail(Outcome::invalid_response, "the account API's pages do not end");
      part_ = parts_.size();
    }
    if (part_ >= parts_.size()) return std::nullopt;
    Request request{"GET", base_url_ + parts_[part_]->path(), headers_, ""};
    if (!page_.empty()) {
      request.url += request.url.find('?') == std::string::npos ? "?page=" : "&page=";
      request.url += percent_encoded(page_);
    }
    return request;
  }

  void answer(int status, std::string_view body) override {
    if (part_ >= parts_.size()) return;
    ++pages_;
    if (status < 200 || status >= 300) return refused(status, body);
    const auto root = body.empty() ? std::nullopt : json::parse(body);
    if (!root) return fail(Outcome::invalid_response, "the account API's answer is not JSON");
    if (!parts_[part_]->read(*root))
      return fail(Outcome::invalid_response, "the account API's answer has an unknown shape");
    turn_to(next_page(*root));
  }

  const AccountReport& report() const override { return report_; }
  const std::optional<ProviderError>& error() const override { return error_; }

 private:
  void turn_to(std::optional<std::string> page) {
    if (!page) {
      parts_[part_]->finish(report_);
      return next_part();
    }
    // Sums that miss a page, or count one twice, are wrong.
    if (page->empty() || *page == page_)
      return fail(Outcome::invalid_response, "the account API does not say where its next page is");
    page_ = std::move(*page);
  }

  void refused(int status, std::string_view body) {
    const bool forbidden = status == 401 || status == 403 || status == 404;
    if (forbidden && parts_[part_]->optional()) return next_part();
    if (status == 0) return fail(Outcome::connect, body);
    auto error = read_error_body(body);
    Facts facts;
    facts.http_status = status;
    facts.generates = false;
    facts.error = &error;
    const auto outcome = classify(facts);
    if (error.code.empty()) error.code = error.type;
    fail(outcome, std::move(error));
    // Whoever is not let in here, or is asked to slow down, does not try the next door.
    if (outcome == Outcome::auth || outcome == Outcome::rate_limited) part_ = parts_.size();
  }

  void fail(Outcome outcome, std::string_view message) {
    ProviderError error;
    error.message = message;
    fail(outcome, std::move(error));
  }
  // The first is the one to tell.
  void fail(Outcome outcome, ProviderError error) {
    if (!error_) {
      const auto clean = [&](std::string& text) {
        text = clean_text(redact(text, secrets_), kMaxMessageBytes);
      };
      clean(error.code);
      clean(error.param);
      clean(error.message);
      clean(error.reason);
      error.type = to_string(outcome);
      error_ = std::move(error);
    }
    next_part();
  }
  void next_part() {
    ++part_;
    page_.clear();
  }

  AccountParts parts_;
  std::string base_url_;
  std::vector<std::pair<std::string, Secret>> headers_;
  std::vector<Secret> secrets_;
  std::size_t part_ = 0;   // the one being read
  std::string page_;       // of it; empty: the first
  std::size_t pages_ = 0;  // read so far, of all parts
  AccountReport report_;
  std::optional<ProviderError> error_;
};

AccountParts parts_of(AccountApi api, const Period& period) {
  switch (api) {
    case AccountApi::none:
      return {};
    case AccountApi::openai:
      return openai_parts(period);
    case AccountApi::anthropic:
      return anthropic_parts(period);
    case AccountApi::openrouter:
      return openrouter_parts();
    case AccountApi::deepseek:
      return deepseek_parts();
  }
  return {};
}

std::vector<std::pair<std::string, Secret>> headers_of(AccountApi api, const Secret& key) {
  std::vector<std::pair<std::string, Secret>> headers;
  if (api == AccountApi::anthropic) {
    headers.emplace_back("x-api-key", key);
    headers.emplace_back("anthropic-version", Secret("2023-06-01"));
  } else {
    headers.emplace_back("Authorization", Secret("Bearer " + key.reveal()));
  }
  headers.emplace_back("Accept", Secret("application/json"));
  return headers;
}

std::string base_of(const Account& account) {
  std::string url = account.url;
  while (url.ends_with('/')) url.pop_back();
  // DeepSeek's other base URL: its API answers there too, but for the balance.
  if (account.api == AccountApi::deepseek && url.ends_with("/v1")) url.resize(url.size() - 3);
  return url;
}

}  // namespace

Period::Period(WallTime now) {
  using namespace std::chrono;
  const auto today = floor<days>(now);
  const year_month_day date{today};
  day = today;
  month = sys_days{date.year() / date.month() / 1};
}

std::unique_ptr<AccountReader> read_account(const Provider& provider,
                                            const Credentials& credentials, WallTime now) {
  const auto& account = provider.account;
  if (account.api == AccountApi::none) return nullptr;
  const auto& key = credentials.admin_key.empty() ? credentials.api_key : credentials.admin_key;
  return std::make_unique<Reader>(parts_of(account.api, Period(now)), base_of(account),
                                  headers_of(account.api, key), credentials.all());
}

}  // namespace llm
