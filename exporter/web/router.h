// From a request to an answer, without sockets: paths, methods, prefix, and what happens when a
// handler throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/server.h"

namespace llm {

class Router {
 public:
  // `prefix`: "" or "/prefix"; a slash at its end is dropped.
  Router(std::string prefix, std::vector<Route> routes);

  // `request.path` is as the client sent it, decoded; the handler sees it without the prefix.
  WebResponse answer(WebRequest request) const noexcept;

 private:
  WebResponse dispatch(WebRequest& request) const;

  std::string prefix_;
  std::vector<Route> routes_;
};

}  // namespace llm
