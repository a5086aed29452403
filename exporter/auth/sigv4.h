// AWS Signature Version 4, by hand, because libcurl before 8.14 signs paths with ':' wrongly
// (providers.md §2.6). Pure. Source: AWS General Reference, "Signing AWS API requests".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "config/secrets.h"

namespace llm {

struct UnsignedRequest {
  std::string_view method;
  std::string_view url;  // as it goes out: its path already encoded once
  std::string_view body;
  std::span<const std::pair<std::string, Secret>> headers;  // those that are signed
};

// The headers to add: host is signed but not among them (the URL's, unless `headers` has one);
// x-amz-date, x-amz-security-token if there is a session token, Authorization. Every service but S3
// encodes the path a second time in the canonical request. Error: the URL cannot be read.
Result<std::vector<std::pair<std::string, Secret>>> sign_v4(const UnsignedRequest& request,
                                                            const AwsCredentials& credentials,
                                                            std::string_view region,
                                                            std::string_view service, WallTime now);

}  // namespace llm
