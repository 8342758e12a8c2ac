#pragma once

#include <pipects/adapter/Message.hpp>

namespace pipects::inprocess {

/// Keeps the order in which a case's author wrote a mapping: messages show it so.
using Json = nlohmann::ordered_json;

/// What the adapter kit's dispatcher takes and gives.
using Message = adapter::Json;

}  // namespace pipects::inprocess
