#include "cli/json_text.hpp"

#include <nlohmann/json.hpp>

namespace covey::cli {

std::string json_object(const std::vector<std::pair<std::string_view, std::string>>& members) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : members) object[std::string(name)] = value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace covey::cli
