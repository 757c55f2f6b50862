// docs/spec/api-tracker.yaml and the code say the same: every route, and every name of every enumeration.
// That every answer has the fields it says, the server's tests check as they go (server_fixture.hpp).

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.hpp"
#include "http/target.hpp"
#include "tracker/api_document.hpp"
#include "tracker/membership_records.hpp"
#include "tracker/routes.hpp"

#ifndef COVEY_API_YAML
#error "COVEY_API_YAML names the file"
#endif

namespace covey::tracker {
namespace {

/// "[a, b]" in a line → a, b
std::vector<std::string> listed(const std::string& line) {
  std::vector<std::string> out;
  const auto open = line.find('[');
  std::istringstream items(line.substr(open + 1, line.find(']') - open - 1));
  for (std::string item; items >> item;) {
    if (item.ends_with(',')) item.pop_back();
    out.push_back(item);
  }
  return out;
}

std::string key_at(const std::string& line, std::size_t indent) {
  if (line.size() <= indent || line.find_first_not_of(' ') != indent) return {};
  const auto colon = line.find(':');
  return colon == std::string::npos ? std::string() : line.substr(indent, colon - indent);
}

}  // namespace

ApiDocument::ApiDocument() {
  std::ifstream file(COVEY_API_YAML);
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (const auto key = key_at(line, 0); !key.empty()) section = key;
    if (section == "paths") take_path_line(line);
    if (section == "components") take_schema_line(line);
  }
}

void ApiDocument::take_path_line(const std::string& line) {
  if (const auto key = key_at(line, 2); !key.empty()) path_ = key;
  if (auto key = key_at(line, 4); key == "get" || key == "put" || key == "post" || key == "delete") {
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    route_ = key + ' ' + path_;
    answers_[route_];
  }
  const auto status = key_at(line, 8);
  if (!status.starts_with('"')) return;
  constexpr std::string_view kReference = "#/components/schemas/";
  const auto at = line.find(kReference);
  std::string schema;
  if (at != std::string::npos && line.find("application/json") != std::string::npos) {
    const auto from = at + kReference.size();
    schema = line.substr(from, line.find('"', from) - from);
  }
  answers_[route_][std::stoi(status.substr(1))] = schema;
}

void ApiDocument::take_schema_line(const std::string& line) {
  if (const auto key = key_at(line, 2); !key.empty()) in_schemas_ = key == "schemas";
  if (!in_schemas_) return;
  if (const auto key = key_at(line, 4); !key.empty()) {
    schema_ = key;
    schemas_[schema_];
    in_properties_ = false;
  }
  if (const auto key = key_at(line, 6); !key.empty()) {
    in_properties_ = key == "properties";
    const auto names = listed(line);
    if (key == "required") schemas_[schema_].required = {names.begin(), names.end()};
    if (key == "enum") schemas_[schema_].choices = names;
  }
  if (const auto key = key_at(line, 8); in_properties_ && !key.empty())
    schemas_[schema_].properties.insert(key);
}

std::vector<std::string> ApiDocument::routes() const {
  std::vector<std::string> out;
  for (const auto& [route, answers] : answers_) out.push_back(route);
  return out;
}

std::string ApiDocument::objection(const std::string& schema, const nlohmann::json& value) const {
  const auto found = schemas_.find(schema);
  if (found == schemas_.end()) return "there is no schema " + schema;
  if (!value.is_object()) return schema + " is no object: " + value.dump();
  for (const std::string& name : found->second.required) {
    if (!value.contains(name)) return schema + " lacks " + name;
  }
  for (const auto& [name, inner] : value.items()) {
    if (!found->second.properties.contains(name))
      return schema + " has " + name + ", which is not documented";
  }
  return {};
}

std::string ApiDocument::objection(const std::string& method, std::string_view path, int status,
                                   const std::string& body) const {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (status >= 400) {
    if (auto wrong = objection("Error", json); !wrong.empty()) return wrong;
    return objection("Problem", json["error"]);
  }
  // The first that matches; a path in words stands before one in braces, as '/' sorts them otherwise.
  const std::map<int, std::string>* answers = nullptr;
  for (const auto& [route, its] : answers_) {
    if (!route.starts_with(method + ' ')) continue;
    const std::string pattern = route.substr(method.size() + 1);
    if (pattern == path) answers = &its;
    if (answers == nullptr && http::match(pattern, path)) answers = &its;
  }
  if (answers == nullptr) return "no such route is documented";
  const auto schema = answers->find(status);
  if (schema == answers->end()) return "status " + std::to_string(status) + " is not documented";
  return schema->second.empty() ? std::string() : objection(schema->second, json);
}

namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(ApiYaml, names_every_route) {
  EXPECT_THAT(ApiDocument().routes(), ElementsAreArray(all_routes()));
}

TEST(ApiYaml, names_every_choice) {
  const ApiDocument document;
  EXPECT_THAT(document.schema("Registration").choices,
              ElementsAre(name_of(registry::Registration::kOpen), name_of(registry::Registration::kInvite),
                          name_of(registry::Registration::kApproval)));
  EXPECT_THAT(document.schema("PeerState").choices,
              ElementsAre("unknown", name_of(registry::MemberState::kActive),
                          name_of(registry::MemberState::kWaiting), name_of(registry::MemberState::kBanned)));
  std::vector<std::string> codes;
  for (int i = 1; i <= static_cast<int>(ErrorCode::kMustAsk); ++i)
    codes.emplace_back(name_of(static_cast<ErrorCode>(i)));
  EXPECT_EQ(document.schema("ErrorCode").choices, codes);
}

TEST(ApiYaml, notices_what_is_not_as_documented) {
  const ApiDocument document;
  EXPECT_EQ(document.objection("GET", "/health", 200, R"({"status":"ok","version":"1"})"), "");
  EXPECT_NE(document.objection("GET", "/health", 200, R"({"status":"ok"})"), "");
  EXPECT_NE(document.objection("GET", "/health", 200, R"({"status":"ok","version":"1","more":1})"), "");
  EXPECT_NE(document.objection("GET", "/health", 201, R"({"status":"ok","version":"1"})"), "");
  EXPECT_NE(document.objection("GET", "/elsewhere", 200, "{}"), "");
  EXPECT_NE(document.objection("GET", "/health", 500, R"({"code":"io"})"), "");
}

}  // namespace
}  // namespace covey::tracker
