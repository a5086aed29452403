// What commands say, on standard output, and complain about, on standard error. A reader that has
// gone (`| head -1`) or a full disk is no reason to throw: the failure stays in the stream until
// main asks for it.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace llm {

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

template <class... Args>
void complain(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

inline bool everything_was_said() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

}  // namespace llm
