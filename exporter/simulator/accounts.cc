#include "simulator/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace llm::sim {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// One request on its way to an answer.
struct Call {
  const AccountScript& script;
  const std::vector<std::string>& api_keys;
  const SimRequest& request;
  std::string_view query;
  WallTime now;
};

bool is_admin(const Call& call, std::string_view key) {
  const auto& admins = call.script.admin_keys;
  if (key.empty()) return false;
  return admins.empty() ? !holds(call.api_keys, key) : holds(admins, key);
}

bool is_member(const Call& call, std::string_view key) {
  return is_admin(call, key) ||
         (!key.empty() && (call.api_keys.empty() || holds(call.api_keys, key)));
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What is asked for: buckets of one width, a page of them at a time.
struct Buckets {
  struct Bucket {
    WallTime start, end;
  };
  std::vector<Bucket> page;
  Nanos width{0};
  bool has_more = false;
  std::string next_page;
};

struct Width {
  std::string_view name;
  Nanos width;
  std::int64_t default_limit, max_limit;
};
constexpr Width kUsageWidths[] = {
    {"1d", days(1), 7, 31}, {"1h", hours(1), 24, 168}, {"1m", minutes(1), 60, 1440}};
constexpr Width kOpenaiCostWidths[] = {{"1d", days(1), 7, 180}};
constexpr Width kAnthropicCostWidths[] = {{"1d", days(1), 7, 31}};
constexpr std::string_view kPagePrefix = "page_sim";

// Error: the parameter that is wrong.
Result<Buckets> buckets_of(const Call& call, std::span<const Width> widths,
                           std::optional<WallTime> from, std::optional<WallTime> to) {
  if (!from) return Err{std::string("the start of the report is missing or cannot be read")};
  const auto name = form_value(call.query, "bucket_width").value_or("1d");
  const auto width = std::find_if(widths.begin(), widths.end(),
                                  [&](const Width& row) { return row.name == name; });
  if (width == widths.end()) return Err{fmt::format("bucket_width '{}' is not supported", name)};
  const auto limit_text = form_value(call.query, "limit");
  const auto limit = limit_text ? to_integer(*limit_text) : width->default_limit;
  if (!limit || *limit < 1 || *limit > width->max_limit) {
    return Err{fmt::format("limit must be from 1 to {}", width->max_limit)};
  }
  const auto page = form_value(call.query, "page");
  std::optional<std::int64_t> first = 0;
  if (page) {
    first = page->starts_with(kPagePrefix)
                ? to_integer(std::string_view(*page).substr(kPagePrefix.size()))
                : std::nullopt;
  }
  constexpr std::int64_t kFarthest = 10'000'000;
  if (!first || *first < 0 || *first > kFarthest)
    return Err{std::string("page is not one of ours")};

  // Whole buckets that begin before now.
  const auto since_epoch = from->time_since_epoch();
  const auto start =
      *from - since_epoch % std::chrono::duration_cast<WallTime::duration>(width->width);
  const auto end = std::min(to.value_or(call.now), call.now);
  Buckets out;
  out.width = width->width;
  auto at = start + width->width * *first;
  for (; at < end && out.page.size() < static_cast<std::size_t>(*limit); at += width->width) {
    out.page.push_back({at, at + width->width});
  }
  out.has_more = at < end;
  if (out.has_more) out.next_page = fmt::format("{}{}", kPagePrefix, *first + *limit);
  return out;
}

std::optional<WallTime> unix_time(const Call& call, std::string_view name) {
  const auto text = form_value(call.query, name);
  const auto value = text ? to_integer(*text) : std::nullopt;
  constexpr std::int64_t kYear2100 = 4'102'444'800;
  if (!value || *value < 0 || *value > kYear2100) return std::nullopt;
  return WallTime(seconds(*value));
}

std::optional<WallTime> rfc_time(const Call& call, std::string_view name) {
  const auto text = form_value(call.query, name);
  return text ? parse_rfc3339(*text) : std::nullopt;
}

double usd_of(const Call& call, const Buckets::Bucket& bucket) {
  const bool today = floor<days>(bucket.start) == floor<days>(call.now);
  return today ? call.script.usd_today : call.script.usd_per_day;
}

// A day's tokens, spread evenly over its buckets.
std::uint64_t share(std::uint64_t of_a_day, Nanos width) {
  return of_a_day / static_cast<std::uint64_t>(Nanos(days(1)) / width);
}

OrderedJson paged(const Buckets& buckets, OrderedJson data) {
  return {{"data", std::move(data)},
          {"has_more", buckets.has_more},
          {"next_page", buckets.has_more ? OrderedJson(buckets.next_page) : OrderedJson()}};
}

using Model = AccountScript::Model;

// Of all models together, unless they are asked for one by one; then with its name.
std::vector<Model> grouped(const Call& call) {
  if (form_has(call.query, "group_by[]", "model") || form_has(call.query, "group_by", "model")) {
    return call.script.models;
  }
  if (call.script.models.empty()) return {};
  Model all;
  for (const auto& model : call.script.models) {
    all.input_tokens += model.input_tokens;
    all.cached_input_tokens += model.cached_input_tokens;
    all.output_tokens += model.output_tokens;
    all.requests += model.requests;
  }
  return {all};
}

OrderedJson name_or_null(const std::string& name) {
  return name.empty() ? OrderedJson() : OrderedJson(name);
}

// --- OpenAI ---------------------------------------------------------------------------------

SideAnswer openai_error(int status, std::string_view message, OrderedJson code) {
  return json_answer(status, {{"error",
                               {{"message", message},
                                {"type", "invalid_request_error"},
                                {"param", nullptr},
                                {"code", std::move(code)}}}});
}

std::optional<SideAnswer> openai_refusal(const Call& call) {
  const auto key = bearer_token(call.request);
  if (is_admin(call, key)) return std::nullopt;
  if (is_member(call, key)) {
    return openai_error(403,
                        "You have insufficient permissions for this operation. Missing scopes: "
                        "api.usage.read.",
                        nullptr);
  }
  return openai_error(401, "Incorrect API key provided.", "invalid_api_key");
}

// By line item the second amount is text: both forms have been seen.
OrderedJson openai_costs_of(const Call& call, double usd) {
  const auto result = [](OrderedJson value, OrderedJson line_item) {
    return OrderedJson{{"object", "organization.costs.result"},
                       {"amount", {{"value", std::move(value)}, {"currency", "usd"}}},
                       {"line_item", std::move(line_item)},
                       {"project_id", nullptr},
                       {"organization_id", "org-sim"}};
  };
  if (usd == 0) return OrderedJson::array();
  if (!form_has(call.query, "group_by[]", "line_item")) {
    return OrderedJson::array({result(usd, nullptr)});
  }
  return OrderedJson::array({result(usd * 0.75, "sim, input"),
                             result(fmt::format("{:.20f}", usd * 0.25), "sim, output")});
}

OrderedJson openai_usage_of(const Call& call, Nanos width) {
  auto results = OrderedJson::array();
  for (const auto& model : grouped(call)) {
    const auto input = share(model.input_tokens, width);
    const auto cached = share(model.cached_input_tokens, width);
    results.push_back({{"object", "organization.usage.completions.result"},
                       {"input_tokens", input},
                       {"output_tokens", share(model.output_tokens, width)},
                       {"input_cached_tokens", cached},
                       {"input_uncached_tokens", input - cached},
                       {"input_cache_write_tokens", 0},
                       {"input_audio_tokens", 0},
                       {"output_audio_tokens", 0},
                       {"num_model_requests", share(model.requests, width)},
                       {"project_id", nullptr},
                       {"user_id", nullptr},
                       {"api_key_id", nullptr},
                       {"model", name_or_null(model.name)},
                       {"batch", nullptr},
                       {"service_tier", nullptr}});
  }
  return results;
}

std::optional<SideAnswer> openai(const Call& call, std::string_view path) {
  const bool costs = path.ends_with("/organization/costs");
  if (!costs && !path.ends_with("/organization/usage/completions")) return std::nullopt;
  if (auto refusal = openai_refusal(call)) return refusal;
  const auto widths = costs ? std::span<const Width>(kOpenaiCostWidths) : kUsageWidths;
  const auto buckets =
      buckets_of(call, widths, unix_time(call, "start_time"), unix_time(call, "end_time"));
  if (!buckets) return openai_error(400, buckets.error(), nullptr);
  auto data = OrderedJson::array();
  for (const auto& bucket : buckets->page) {
    data.push_back({{"object", "bucket"},
                    {"start_time", floor<seconds>(bucket.start).time_since_epoch().count()},
                    {"end_time", floor<seconds>(bucket.end).time_since_epoch().count()},
                    {"results", costs ? openai_costs_of(call, usd_of(call, bucket))
                                      : openai_usage_of(call, buckets->width)}});
  }
  OrderedJson body{{"object", "page"}};
  body.update(paged(*buckets, std::move(data)));
  return json_answer(200, body, {{"x-request-id", request_id(call.request.id)}});
}

// --- Anthropic ------------------------------------------------------------------------------

SideAnswer anthropic_error(const Call& call, int status, std::string_view type,
                           std::string_view message) {
  const auto id = request_id(call.request.id);
  return json_answer(
      status,
      {{"type", "error"}, {"error", {{"type", type}, {"message", message}}}, {"request_id", id}},
      {{"request-id", id}});
}

// Dollars as the decimal text of cents, with the digits below them that the real one has.
std::string cents(double usd) { return fmt::format("{:.5f}", usd * 100); }

OrderedJson anthropic_costs_of(double usd) {
  if (usd == 0) return OrderedJson::array();
  return OrderedJson::array({{{"currency", "USD"},
                              {"amount", cents(usd)},
                              {"workspace_id", nullptr},
                              {"description", nullptr},
                              {"cost_type", nullptr},
                              {"context_window", nullptr},
                              {"model", nullptr},
                              {"service_tier", nullptr},
                              {"token_type", nullptr},
                              {"inference_geo", nullptr}}});
}

OrderedJson anthropic_usage_of(const Call& call, Nanos width) {
  auto results = OrderedJson::array();
  for (const auto& model : grouped(call)) {
    const auto cached = share(model.cached_input_tokens, width);
    results.push_back(
        {{"uncached_input_tokens", share(model.input_tokens, width) - cached},
         {"cache_creation", {{"ephemeral_1h_input_tokens", 0}, {"ephemeral_5m_input_tokens", 0}}},
         {"cache_read_input_tokens", cached},
         {"output_tokens", share(model.output_tokens, width)},
         {"server_tool_use", {{"web_search_requests", 0}}},
         {"api_key_id", nullptr},
         {"workspace_id", nullptr},
         {"model", name_or_null(model.name)},
         {"service_tier", nullptr},
         {"context_window", nullptr},
         {"inference_geo", nullptr}});
  }
  return results;
}

std::optional<SideAnswer> anthropic(const Call& call, std::string_view path) {
  const bool costs = path.ends_with("/organizations/cost_report");
  if (!costs && !path.ends_with("/organizations/usage_report/messages")) return std::nullopt;
  if (header(call.request, "anthropic-version").empty()) {
    return anthropic_error(call, 400, "invalid_request_error",
                           "anthropic-version: header is required");
  }
  if (!is_admin(call, header(call.request, "x-api-key"))) {
    return anthropic_error(call, 401, "authentication_error", "invalid x-api-key");
  }
  const auto widths = costs ? std::span<const Width>(kAnthropicCostWidths) : kUsageWidths;
  const auto buckets =
      buckets_of(call, widths, rfc_time(call, "starting_at"), rfc_time(call, "ending_at"));
  if (!buckets) return anthropic_error(call, 400, "invalid_request_error", buckets.error());
  auto data = OrderedJson::array();
  for (const auto& bucket : buckets->page) {
    data.push_back({{"starting_at", rfc3339(bucket.start)},
                    {"ending_at", rfc3339(bucket.end)},
                    {"results", costs ? anthropic_costs_of(usd_of(call, bucket))
                                      : anthropic_usage_of(call, buckets->width)}});
  }
  return json_answer(200, paged(*buckets, std::move(data)),
                     {{"request-id", request_id(call.request.id)}});
}

// --- OpenRouter -----------------------------------------------------------------------------

double usd_this_month(const Call& call) {
  const std::chrono::year_month_day today(floor<days>(call.now));
  return call.script.usd_per_day * (static_cast<unsigned>(today.day()) - 1) + call.script.usd_today;
}

SideAnswer openrouter_error(int status, std::string_view message) {
  return json_answer(status, {{"error", {{"message", message}, {"code", status}}}});
}

SideAnswer openrouter_key(const Call& call, bool admin) {
  const auto& script = call.script;
  const auto month = usd_this_month(call);
  const auto limit = script.limit_usd ? OrderedJson(*script.limit_usd) : OrderedJson();
  const auto left = script.limit_usd ? OrderedJson(*script.limit_usd - month) : OrderedJson();
  return json_answer(200, {{"data",
                            {{"label", "sk-or-v1-sim...000"},
                             {"limit", limit},
                             {"limit_remaining", left},
                             {"limit_reset", nullptr},
                             {"include_byok_in_limit", false},
                             {"usage", month},
                             {"usage_daily", script.usd_today},
                             {"usage_weekly", script.usd_today},
                             {"usage_monthly", month},
                             {"byok_usage", 0},
                             {"is_free_tier", false},
                             {"is_management_key", admin},
                             {"expires_at", nullptr},
                             {"rate_limit", {{"requests", -1}, {"interval", "10s"}}}}}});
}

std::optional<SideAnswer> openrouter(const Call& call, std::string_view path) {
  const bool credits = path.ends_with("/credits");
  if (!credits && !path.ends_with("/key")) return std::nullopt;
  const auto key = bearer_token(call.request);
  const bool admin = is_admin(call, key);
  if (!is_member(call, key)) return openrouter_error(401, "User not found.");
  if (!credits) return openrouter_key(call, admin);
  if (!admin) {
    return openrouter_error(403, "Only management keys can fetch credits for an account");
  }
  const auto spent = usd_this_month(call);
  return json_answer(
      200, {{"data", {{"total_credits", call.script.balance + spent}, {"total_usage", spent}}}});
}

// --- DeepSeek -------------------------------------------------------------------------------

std::optional<SideAnswer> deepseek(const Call& call, std::string_view path) {
  if (!path.ends_with("/user/balance")) return std::nullopt;
  if (!is_member(call, bearer_token(call.request))) {
    auto answer =
        json_answer(401, {{"error",
                           {{"message", "Authentication Fails, Your api key: ****0000 is invalid"},
                            {"type", "authentication_error"},
                            {"param", nullptr},
                            {"code", "invalid_request_error"}}}});
    answer.content_type = "application/octet-stream";
    return answer;
  }
  const auto amount = fmt::format("{:.2f}", call.script.balance);
  const OrderedJson left{{"currency", call.script.currency},
                         {"total_balance", amount},
                         {"granted_balance", "0.00"},
                         {"topped_up_balance", amount}};
  return json_answer(200, {{"is_available", call.script.balance > 0},
                           {"balance_infos", OrderedJson::array({left})}});
}

}  // namespace

std::optional<SideAnswer> account_answer(const AccountScript& script,
                                         const std::vector<std::string>& api_keys,
                                         const SimRequest& request, std::string_view path,
                                         WallTime now) {
  const Call call{script, api_keys, request, query_of(request), now};
  if (script.api == "openai") return openai(call, path);
  if (script.api == "anthropic") return anthropic(call, path);
  if (script.api == "openrouter") return openrouter(call, path);
  if (script.api == "deepseek") return deepseek(call, path);
  return std::nullopt;
}

}  // namespace llm::sim
