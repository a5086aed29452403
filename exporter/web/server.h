// HTTP endpoints on libmicrohttpd. Reads published state only; never touches the engine, so that no
// scrape, slow client or flood can delay a probe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace llm {

struct WebRequest {
  std::string method;     // "GET", "HEAD", "POST"
  std::string path;       // route prefix removed
  std::string parameter;  // what stands in the place of the route's {…}; may hold slashes
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // lower-case names
};

struct WebResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::map<std::string, std::string> headers;
};

// One endpoint. GET routes answer HEAD too; another method gets 405 with Allow.
struct Route {
  std::string method;
  // Exact, or with one parameter, /targets/{name}/health, that takes as much as it can, slashes
  // included, and at least one character.
  std::string path;
  std::function<WebResponse(const WebRequest&)> handle;
};

struct WebOptions {
  std::vector<std::string> listen_addresses = {":9877"};  // ":9877", "127.0.0.1:9877", "[::1]:9877"
  std::string route_prefix;                               // "" or "/prefix"
};

class WebServer {
 public:
  // Error: the address and why it cannot be listened on, with the remedy.
  static Result<std::unique_ptr<WebServer>> start(WebOptions options, std::vector<Route> routes);
  ~WebServer();  // stops accepting, finishes running answers, joins
  // Addresses really bound, for port 0.
  std::vector<std::string> addresses() const;

  struct Impl;

 private:
  explicit WebServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
