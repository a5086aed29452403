#include "accounts/buckets.h"

#include <utility>

namespace llm {

namespace {

// False: not such a report. `begin` tells whether a bucket counts, `take` is given its results.
template <class Start, class Begin, class Take>
bool read_buckets(json::Value root, Start start_of, Begin begin, Take take) {
  json::Array buckets;
  const auto data = json::member(root, "data");
  if (!data || data->get(buckets) != simdjson::SUCCESS) return false;
  for (const auto bucket : buckets) {
    const auto start = start_of(bucket);
    json::Array results;
    const auto list = json::member(bucket, "results");
    if (!start || !list || list->get(results) != simdjson::SUCCESS) return false;
    if (!begin(*start)) continue;
    for (const auto result : results) take(result);
  }
  return true;
}

class Costs final : public AccountPart {
 public:
  Costs(const Period& period, CostWords words) : words_(std::move(words)), spending_(period) {}

  std::string path() const override { return words_.path; }
  bool read(json::Value root) override {
    return read_buckets(
        root, words_.start, [&](WallTime start) { return spending_.begin(start); },
        [&](json::Value result) { spending_.add(words_.usd(result)); });
  }
  void finish(AccountReport& report) const override { spending_.finish(report); }

 private:
  CostWords words_;
  Spending spending_;
};

class UsageOfDay final : public AccountPart {
 public:
  UsageOfDay(const Period& period, UsageWords words) : words_(std::move(words)), period_(period) {}

  std::string path() const override { return words_.path; }
  bool read(json::Value root) override {
    return read_buckets(
        root, words_.start, [&](WallTime start) { return period_.in_day(start); },
        [&](json::Value result) {
          tokens_.add(json::text(result, "model"), words_.tokens(result));
        });
  }
  void finish(AccountReport& report) const override { tokens_.finish(report); }

 private:
  UsageWords words_;
  Period period_;
  TokensByModel tokens_;
};

}  // namespace

std::unique_ptr<AccountPart> cost_part(const Period& period, CostWords words) {
  return std::make_unique<Costs>(period, std::move(words));
}

std::unique_ptr<AccountPart> usage_part(const Period& period, UsageWords words) {
  return std::make_unique<UsageOfDay>(period, std::move(words));
}

}  // namespace llm
