// Runs a program that prints a secret. Blocking: main thread only.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace llm {

// The standard output of `argv`, found by PATH, started without a shell and with empty standard
// input. At most `max_bytes` + 1 bytes. Errors say what happened (not found, exit code, signal,
// time limit) and nothing that the program printed: it may hold a part of the secret.
// When `interrupt_fd` is or becomes readable (a signalfd; -1: none), the program is killed or not
// started, and the error says so. Nothing is read from it.
Result<std::string> run_command(const std::vector<std::string>& argv, std::size_t max_bytes,
                                std::chrono::milliseconds time_limit, int interrupt_fd = -1);

}  // namespace llm
