#include "engine/http_client.h"

#include <curl/curl.h>

#include <csignal>
#include <deque>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/arrival.h"
#include "engine/curl_options.h"
#include "engine/endpoint.h"
#include "engine/shard.h"
#include "engine/transfer.h"

namespace llm {
namespace {

void initialize_once() {
  static const bool ready = [] {
    // OpenSSL writes to sockets without MSG_NOSIGNAL, and libcurl is told to leave signals alone.
    std::signal(SIGPIPE, SIG_IGN);
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }();
  if (!ready) throw std::bad_alloc();
}

}  // namespace

struct HttpClient::Impl {
  struct Running {
    std::unique_ptr<Transfer> transfer;
    Shard* shard;
  };

  Impl(Loop& loop, HttpClientOptions options)
      : context{loop, std::move(options), system_ca_file(),
                [this](Transfer& transfer, TransportEnd end, std::string detail) {
                  finish(transfer, transfer.report(end, std::move(detail)));
                }},
        client{[this](Id id) { return find(id); },
               [this](Transfer& transfer, CURLcode code) {
                 finish(transfer, transfer.report(code));
               }} {
    initialize_once();
    for (int i = 0; i < context.options.shards; ++i) shards.emplace_back(context, client);
  }

  Transfer* find(Id id) const {
    const auto i = running.find(id);
    return i == running.end() ? nullptr : i->second.transfer.get();
  }

  void finish(Transfer& transfer, const TransportReport& report) {
    auto node = running.extract(transfer.id());
    node.mapped().shard->remove(transfer);
    Exchange& exchange = transfer.exchange();
    node.mapped().transfer.reset();  // before on_end, in which the exchange may go away
    exchange.on_end(report);
  }

  const ReceiveStamps receive_stamps;
  TransferContext context;
  Shard::Client client;
  std::deque<Shard> shards;
  std::unordered_map<Id, Running> running;
  Id next_id = 1;  // 0 is nobody's
};

HttpClient::HttpClient(Loop& loop, HttpClientOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

HttpClient::~HttpClient() { cancel_all(); }

HttpClient::Id HttpClient::start(HttpCall call, Exchange& exchange) {
  const Id id = impl_->next_id++;
  Shard& shard = impl_->shards[shard_of(call.url, impl_->shards.size())];
  auto transfer = std::make_unique<Transfer>(id, std::move(call), exchange, impl_->context);
  if (transfer->prepare() && !shard.add(*transfer)) transfer->doom("libcurl refused the transfer");
  impl_->running.emplace(id, Impl::Running{std::move(transfer), &shard});
  return id;
}

void HttpClient::cancel(Id id) {
  if (Transfer* transfer = impl_->find(id)) {
    impl_->finish(*transfer, transfer->report(TransportEnd::cancelled, ""));
  }
}

void HttpClient::cancel_all() {
  std::vector<Id> ids;
  for (const auto& [id, unused] : impl_->running) ids.push_back(id);
  for (const Id id : ids) cancel(id);
}

HttpClientStats HttpClient::stats() const {
  HttpClientStats stats = impl_->context.stats;
  stats.in_flight = impl_->running.size();
  return stats;
}

}  // namespace llm
