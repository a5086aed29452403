// Reads where secrets come from; values of secrets are read later, by secrets.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// {env: NAME} | {file: PATH} | {command: [PROGRAM, ARGUMENT…]}. A value in the file itself is an
// error that does not repeat it.
std::optional<SecretSource> read_secret_source(const Field& field,
                                               const std::filesystem::path& folder);

// name -> plain text, or a source for those that carry a credential.
std::vector<Header> read_headers(const Field& field, const std::filesystem::path& folder);

// A path of the configuration: relative ones start at the folder of the configuration file.
std::string absolute_path(const std::string& path, const std::filesystem::path& folder);

}  // namespace llm
