// Reads a whole file that the user named, within a limit.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace llm {

// At most `max_bytes` + 1 bytes, so that the caller can tell what is too large. Only regular files:
// a pipe could keep us waiting. Errors say why, without the path.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

// Changes when the file does: device, inode, size and time of what the path leads to. Links are
// followed: Kubernetes swaps a link to a folder, and the file behind it is another one then.
std::string file_stamp(const std::string& path);  // "missing" where there is none

}  // namespace llm
