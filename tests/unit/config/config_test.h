// What the tests of the configuration share.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "config/config.h"

namespace llm {

inline std::string all_lines(const ConfigErrors& errors) {
  std::string lines;
  for (const auto& error : errors) lines += to_string(error) + "\n";
  return lines;
}

// In the folder for tests; the absolute path.
inline std::string write_file(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

// The configuration, or an empty one after a test failure.
inline Config must_parse(std::string_view yaml) {
  auto config = parse_config(yaml, "test.yml");
  if (config) return std::move(*config);
  ADD_FAILURE() << all_lines(config.error());
  return {};
}

}  // namespace llm
