// One frame of AWS's binary event stream (providers.md §2.6 of the project's notes).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm::sim {

using FrameHeaders = std::vector<std::pair<std::string_view, std::string_view>>;  // all strings

std::string event_stream_frame(const FrameHeaders& headers, std::string_view payload);
std::uint32_t crc32_ieee(std::string_view bytes);

}  // namespace llm::sim
