// Where a provider is and what it is asked for when the configuration says no more than type,
// dialect and region. Shared by the reader of files and the discovery from the environment, so that
// both make the same provider.
#pragma once

#include <string>
#include <string_view>

#include "config/target.h"

namespace llm {

// Whether a server of this type can speak `dialect` with the type's way of authentication.
bool may_speak(const ProviderType& type, std::string_view dialect);

// `{region}` filled in; "{region}-" vanishes for Google's location "global", whose host has none.
std::string with_region(std::string_view text, std::string_view region);

// With {region} still in it where no region is known; empty: it must be configured.
std::string default_base_url(const Provider& provider);
// These need base_url.
bool has_default_address(const Provider& provider);
std::string default_catalog_url(const Provider& provider);
std::string default_models_path(const Provider& provider);
// The type's own page.
StatusPage type_status_page(const Provider& provider);
// The same, or none: a simulator's or gateway's address must not lead to a public page.
StatusPage default_status_page(const Provider& provider);

// Whether kind `served` exists: the Hugging Face Hub alone says who serves a model.
bool tells_who_serves(const ProviderType& type);

// "http://127.0.0.1:8000/v1", "http://localhost", "http://[::1]:80".
bool is_loopback(std::string_view url);

}  // namespace llm
