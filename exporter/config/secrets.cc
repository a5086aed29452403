#include "config/secrets.h"

#include <fmt/format.h>

#include "config/command.h"
#include "config/file_contents.h"
#include "config/syntax.h"

namespace llm {
namespace {

constexpr std::chrono::seconds kCommandLimit{10};

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

Result<Secret> read_secret(const SecretSource& source, GetEnv getenv, int interrupt_fd) {
  const auto text = read_source(source, getenv, interrupt_fd);
  if (!text) return Err{text.error()};
  if (text->size() > kMaxSecretBytes) {
    return Err{fmt::format("larger than {} KiB; is it the right source?", kMaxSecretBytes >> 10)};
  }
  const auto value = without_newline(*text);
  if (value.empty()) return Err{"the value is empty; put the key there"};
  if (has_control(value)) {
    return Err{"the value has a line break or another control character; it must be one line"};
  }
  return Secret(std::string(value));
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

}  // namespace

std::vector<Secret> Credentials::all() const {
  std::vector<Secret> secrets;
  if (!api_key.empty()) secrets.push_back(api_key);
  for (const auto& [name, value] : headers) {
    if (!value.empty()) secrets.push_back(value);
  }
  return secrets;
}

Result<CredentialsByProvider, ConfigErrors> read_secrets(const Config& config, GetEnv getenv,
                                                         int interrupt_fd) {
  CredentialsByProvider all;
  ConfigErrors errors;
  for (const auto& provider : config.providers) {
    const auto read = [&](const SecretSource& source, const std::string& key) {
      auto secret = read_secret(source, getenv, interrupt_fd);
      if (secret) return std::move(*secret);
      errors.push_back({config.file, source.line, source.column,
                        fmt::format("provider {}: {} ({}): {}", provider->name, key,
                                    describe(source), secret.error())});
      return Secret();
    };
    auto& credentials = all[provider->name];
    if (provider->api_key) credentials.api_key = read(*provider->api_key, "api_key");
    for (const auto& header : provider->headers) {
      if (!header.secret) continue;
      credentials.headers[header.name] =
          read(*header.secret, fmt::format("headers: {}", header.name));
    }
  }
  if (!errors.empty()) return Err{std::move(errors)};
  return all;
}

}  // namespace llm
