#include "config/read_secret.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::string_view kSources =
    "{env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT, …]}";
constexpr std::size_t kMaxPath = 4'096;
constexpr std::size_t kMaxArguments = 64;
constexpr std::size_t kMaxArgument = 4'096;
constexpr std::size_t kMaxHeaders = 64;
constexpr std::size_t kMaxHeaderValue = 8'192;

std::optional<std::string> read_variable(const Field& field) {
  auto name = read_text(field, kMaxPath);
  if (name && !is_variable_name(*name)) {
    field.error("must be the name of an environment variable, such as OPENAI_API_KEY");
    return std::nullopt;
  }
  return name;
}

std::vector<std::string> read_command(const Field& field) {
  std::vector<std::string> arguments;
  const auto items = read_list(field);
  if (!items) return arguments;
  if (items->size() > kMaxArguments) field.error(fmt::format("more than {} words", kMaxArguments));
  for (const auto& item : *items) {
    if (auto argument = read_text(item, kMaxArgument)) arguments.push_back(std::move(*argument));
  }
  return arguments;
}

// Length, transfer and connection are what the HTTP client makes of the body; a second opinion
// would break the request.
bool belongs_to_http(std::string_view name) {
  return iequals(name, "content-length") || iequals(name, "transfer-encoding") ||
         iequals(name, "connection");
}

std::optional<Header> read_header(const Field& field, const std::filesystem::path& folder) {
  if (!is_header_name(field.key())) {
    field.diagnostics().error(field.at(),
                              fmt::format("{}: not a header name", in_quotes(field.key())));
    return std::nullopt;
  }
  if (belongs_to_http(field.key())) {
    field.error("is set by the exporter itself; remove it");
    return std::nullopt;
  }
  if (field.is(YamlNode::Kind::map)) {
    auto source = read_secret_source(field, folder);
    if (!source) return std::nullopt;
    return Header{field.key(), "", std::move(source)};
  }
  if (is_credential_header(field.key())) {
    field.error(
        fmt::format("carries a credential, which must not stand in the file; write {}", kSources));
    return std::nullopt;
  }
  auto value = read_text(field, kMaxHeaderValue);
  if (!value) return std::nullopt;
  if (redact(*value, {}) != *value) {
    field.error(fmt::format("looks like a credential, which must not stand in the file; write {}",
                            kSources));
    return std::nullopt;
  }
  return Header{field.key(), std::move(*value), std::nullopt};
}

}  // namespace

std::string absolute_path(const std::string& path, const std::filesystem::path& folder) {
  std::error_code ignored;
  auto absolute = std::filesystem::absolute(folder / path, ignored);
  return absolute.lexically_normal().string();
}

std::optional<SecretSource> read_secret_source(const Field& field,
                                               const std::filesystem::path& folder) {
  if (!field.is(YamlNode::Kind::map)) {
    field.error(fmt::format("a secret must not stand in the file; write {}", kSources));
    return std::nullopt;
  }
  Section section(field);
  SecretSource source;
  source.line = field.at().line;
  source.column = field.at().column;
  int given = 0;
  if (const auto env = section.find("env")) {
    ++given;
    source.from = SecretSource::From::env;
    source.name = read_variable(*env).value_or("");
  }
  if (const auto file = section.find("file")) {
    ++given;
    source.from = SecretSource::From::file;
    if (const auto path = read_text(*file, kMaxPath)) source.name = absolute_path(*path, folder);
  }
  if (const auto command = section.find("command")) {
    ++given;
    source.from = SecretSource::From::command;
    source.command = read_command(*command);
  }
  section.finish();
  if (given == 1) return source;
  field.error(fmt::format("must have exactly one source: {}", kSources));
  return std::nullopt;
}

std::vector<Header> read_headers(const Field& field, const std::filesystem::path& folder) {
  std::vector<Header> headers;
  std::map<std::string, Position> seen;
  const auto fields = Section(field).all();
  if (fields.size() > kMaxHeaders) {
    field.error(fmt::format("more than {} headers", kMaxHeaders));
    return headers;
  }
  for (const auto& entry : fields) {
    const auto [first, is_new] = seen.try_emplace(to_lower(entry.key()), entry.at());
    if (!is_new && first->second != entry.at()) {
      entry.error("repeated header: names differ in case only; remove one");
    }
    if (auto header = read_header(entry, folder)) headers.push_back(std::move(*header));
  }
  return headers;
}

}  // namespace llm
