#include "config/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/aws_credentials.h"
#include "config/command.h"
#include "config/file_contents.h"
#include "config/syntax.h"

namespace llm {
namespace {

constexpr std::chrono::seconds kCommandLimit{10};
constexpr std::chrono::minutes kRenewPause{1};

// Errors of this file are "what is wrong; what to do".
Result<std::string> read_variable(const std::string& name, GetEnv getenv) {
  const auto* value = getenv(name.c_str());
  if (value == nullptr) {
    return Err{fmt::format("variable {} is not set; export it, or use file or command", name)};
  }
  return std::string(value).substr(0, kMaxSecretBytes + 1);
}

Result<std::string> read_source(const SecretSource& source, GetEnv getenv, int interrupt_fd) {
  if (source.from == SecretSource::From::env) return read_variable(source.name, getenv);
  if (source.from == SecretSource::From::file) {
    auto text = read_file(source.name, kMaxSecretBytes);
    if (text) return text;
    return Err{fmt::format("cannot read {}: {}; the exporter's user must be able to read it",
                           source.name, text.error())};
  }
  auto text = run_command(source.command, kMaxSecretBytes, kCommandLimit, interrupt_fd);
  if (text) return text;
  return Err{fmt::format("command {} {}; run it by hand as the exporter's user",
                         source.command.front(), text.error())};
}

std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

Result<std::string> read_value(const SecretSource& source, GetEnv getenv, int interrupt_fd) {
  const auto text = read_source(source, getenv, interrupt_fd);
  if (!text) return Err{text.error()};
  if (text->size() > kMaxSecretBytes) {
    return Err{fmt::format("larger than {} KiB; is it the right source?", kMaxSecretBytes >> 10)};
  }
  const auto value = without_newline(*text);
  if (value.empty()) return Err{"the value is empty; put the key there"};
  return std::string(value);
}

Result<Secret> one_line(std::string value) {
  if (has_control(value)) {
    return Err{"the value has a line break or another control character; it must be one line"};
  }
  return Secret(std::move(value));
}

// What is in it is for auth/ to judge.
Result<Secret> json_object(std::string value) {
  if (nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false).is_object()) {
    return Secret(std::move(value));
  }
  return Err{"the value is not a JSON object; it must be the key file that Google Cloud made"};
}

std::string describe(const SecretSource& source) {
  switch (source.from) {
    case SecretSource::From::env:
      return fmt::format("env {}", source.name);
    case SecretSource::From::file:
      return fmt::format("file {}", source.name);
    case SecretSource::From::command:
      break;
  }
  return fmt::format("command {}", source.command.front());
}

// What libcurl will send to a proxy of the environment, so that nobody who echoes it is repeated:
// user and password, the password alone, and both as Basic has them (RFC 7617).
std::vector<Secret> proxy_secrets(GetEnv getenv) {
  std::vector<Secret> secrets;
  for (const auto* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const auto* value = getenv(name);
    if (value == nullptr) continue;
    std::string_view url(value);
    if (const auto scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
    const auto at = url.substr(0, url.find('/')).rfind('@');
    if (at == url.npos) continue;
    const auto login = percent_decoded(url.substr(0, at));
    secrets.emplace_back(login);
    secrets.emplace_back(base64(login));
    if (const auto colon = login.find(':'); colon != login.npos && colon + 1 < login.size())
      secrets.emplace_back(login.substr(colon + 1));
  }
  return secrets;
}

// Reads all secrets of one configuration, or only those that can differ from the last ones.
class SecretReader {
 public:
  SecretReader(const Config& config, GetEnv getenv, int interrupt_fd)
      : config_(config), getenv_(getenv), interrupt_fd_(interrupt_fd) {}

  void keep(const CredentialsByProvider& last, WallTime now) {
    last_ = &last;
    now_ = now;
  }

  Result<CredentialsByProvider, ConfigErrors> read() {
    CredentialsByProvider all;
    for (const auto& provider : config_.providers) all[provider->name] = read(*provider);
    if (!errors_.empty()) return Err{std::move(errors_)};
    return all;
  }

 private:
  using Check = Result<Secret> (*)(std::string);

  Credentials read(const Provider& provider) {
    provider_ = provider.name;
    const auto& last = last_of(provider);
    Credentials now;
    now.api_key = one(provider.api_key, "api_key", last.api_key);
    now.service_account =
        one(provider.service_account, "service_account", last.service_account, &json_object);
    now.admin_key = one(provider.account.admin_key, "account: admin_key", last.admin_key);
    read_aws(provider.aws, last, now);
    if (provider.proxy_url == "env") now.proxy = proxy_secrets(getenv_);
    for (const auto& header : provider.headers) {
      if (!header.secret) continue;
      const auto old = last.headers.find(header.name);
      now.headers[header.name] = one(header.secret, "headers: " + header.name,
                                     old == last.headers.end() ? Secret() : old->second);
    }
    return now;
  }

  const Credentials& last_of(const Provider& provider) const {
    static const Credentials kNone;
    if (last_ == nullptr) return kNone;
    const auto found = last_->find(provider.name);
    return found == last_->end() ? kNone : found->second;
  }

  void read_aws(const AwsSources& sources, const Credentials& last, Credentials& now) {
    now.aws.access_key_id =
        one(sources.access_key_id, "aws: access_key_id", last.aws.access_key_id);
    now.aws.secret_access_key =
        one(sources.secret_access_key, "aws: secret_access_key", last.aws.secret_access_key);
    now.aws.session_token =
        one(sources.session_token, "aws: session_token", last.aws.session_token);
    if (!sources.credentials) return;
    const auto& source = *sources.credentials;
    const bool ending = last.aws_expires && *last.aws_expires - kRenewBefore <= now_;
    if (!ending && may_keep(source, last.aws.access_key_id)) {
      now.aws = last.aws;
      now.aws_expires = last.aws_expires;
      return;
    }
    const auto text = read_value(source, getenv_, interrupt_fd_);
    if (!text) return fail(source, "aws: credentials", text.error());
    auto parsed = parse_aws_credentials(*text);
    if (!parsed) return fail(source, "aws: credentials", parsed.error());
    now.aws = std::move(parsed->keys);
    now.aws_expires = parsed->expires;
  }

  Secret one(const std::optional<SecretSource>& source, const std::string& key, const Secret& last,
             Check check = &one_line) {
    if (!source) return Secret();
    if (may_keep(*source, last)) return last;
    auto text = read_value(*source, getenv_, interrupt_fd_);
    auto secret = text ? check(std::move(*text)) : Result<Secret>(Err{text.error()});
    if (secret) return std::move(*secret);
    fail(*source, key, secret.error());
    return Secret();
  }

  bool may_keep(const SecretSource& source, const Secret& last) const {
    return source.from != SecretSource::From::file && !last.empty();
  }

  void fail(const SecretSource& source, const std::string& key, const std::string& reason) {
    errors_.push_back(
        {config_.file, source.line, source.column,
         // A key may have been written where the name of its source belongs.
         redact(fmt::format("provider {}: {} ({}): {}", provider_, key, describe(source), reason),
                {})});
  }

  const Config& config_;
  GetEnv getenv_;
  int interrupt_fd_;
  const CredentialsByProvider* last_ = nullptr;
  WallTime now_;
  std::string_view provider_;
  ConfigErrors errors_;
};

constexpr std::size_t kMinKeyLine = 16;  // a shorter last line of a key is no secret of its own

// The lines between BEGIN and END of the private key in a JSON text, where a line break is "\n".
void add_key_lines(std::string_view json, std::vector<Secret>& secrets) {
  const auto begin = json.find("-----BEGIN");
  if (begin == json.npos) return;
  auto rest = json.substr(begin);
  rest = rest.substr(0, rest.find("-----END"));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    if (line.size() >= kMinKeyLine && !line.starts_with("-----")) {
      secrets.emplace_back(std::string(line));
    }
  }
}

}  // namespace

std::vector<Secret> Credentials::all() const {
  std::vector<Secret> secrets;
  for (const auto* secret : {&api_key, &aws.access_key_id, &aws.secret_access_key,
                             &aws.session_token, &access_token, &admin_key}) {
    if (!secret->empty()) secrets.push_back(*secret);
  }
  for (const auto& [name, value] : headers) {
    if (value.empty()) continue;
    secrets.push_back(value);
    // "Bearer KEY": who echoes the key leaves the scheme away (RFC 9110 §11.4).
    const auto& text = value.reveal();
    if (!iequals(name, "Authorization") && !iequals(name, "Proxy-Authorization")) continue;
    if (const auto space = text.find(' '); space != text.npos && space + 1 < text.size())
      secrets.emplace_back(text.substr(space + 1));
  }
  add_key_lines(service_account.reveal(), secrets);
  secrets.insert(secrets.end(), proxy.begin(), proxy.end());
  return secrets;
}

Result<CredentialsByProvider, ConfigErrors> read_secrets(const Config& config, GetEnv getenv,
                                                         int interrupt_fd) {
  return SecretReader(config, getenv, interrupt_fd).read();
}

Result<CredentialsByProvider, ConfigErrors> reread_secrets(const Config& config,
                                                           const CredentialsByProvider& last,
                                                           GetEnv getenv, WallTime now,
                                                           int interrupt_fd) {
  SecretReader reader(config, getenv, interrupt_fd);
  reader.keep(last, now);
  return reader.read();
}

std::optional<WallTime> next_renewal(const CredentialsByProvider& credentials, WallTime now) {
  std::optional<WallTime> first;
  for (const auto& [name, one] : credentials) {
    if (!one.aws_expires) continue;
    const auto due = std::max(*one.aws_expires - kRenewBefore, now + kRenewPause);
    first = first ? std::min(*first, due) : due;
  }
  return first;
}

}  // namespace llm
