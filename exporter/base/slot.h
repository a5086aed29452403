// Publishes a value from one writer to any number of readers without a lock: a sequence lock over
// relaxed atomics (measured: a put of 512 bytes costs 39 ns with or without a reader sweeping;
// see engine.md, B5 in the project's notes). Readers retry while a put is under way and so never
// see half of one; the writer never waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

namespace llm {

template <class T>
class Slot {
  static_assert(std::is_trivially_copyable_v<T>, "a reader may copy while the writer writes");

 public:
  Slot() { put(T{}); }
  explicit Slot(const T& value) { put(value); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  // Writer thread only.
  void put(const T& value) {
    std::array<std::uint64_t, kWords> words{};
    std::memcpy(words.data(), &value, sizeof(T));
    const auto version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    // A reader that sees one of the new words also sees the odd version: the words are stored with
    // release, which TSan understands where it does not understand a fence.
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
    version_.store(version + 2, std::memory_order_release);
  }

  // Any thread.
  T get() const {
    std::array<std::uint64_t, kWords> words;
    for (;;) {
      const auto before = version_.load(std::memory_order_acquire);
      for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
      if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) break;
    }
    T value;
    std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
    return value;
  }

 private:
  static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;
  std::atomic<std::uint64_t> version_{0};
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace llm
