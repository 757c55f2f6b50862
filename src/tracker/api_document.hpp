#pragma once
// ApiDocument: docs/spec/api-tracker.yaml as the tests hold the server to it. The file is read line by line,
// in the plain form that it has.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace covey::tracker {

struct ApiSchema {
  std::set<std::string> properties;
  std::set<std::string> required;
  std::vector<std::string> choices;  // of an enumeration
};

class ApiDocument {
 public:
  ApiDocument();

  /// "GET /health" …, sorted.
  [[nodiscard]] std::vector<std::string> routes() const;
  [[nodiscard]] const ApiSchema& schema(const std::string& name) const { return schemas_.at(name); }

  /// What is wrong with an answer by the document; empty: nothing. `path` is without a query.
  [[nodiscard]] std::string objection(const std::string& method, std::string_view path, int status,
                                      const std::string& body) const;
  [[nodiscard]] std::string objection(const std::string& schema, const nlohmann::json& value) const;

 private:
  void take_path_line(const std::string& line);
  void take_schema_line(const std::string& line);

  std::map<std::string, std::map<int, std::string>> answers_;  // by route, status: the schema, or none
  std::map<std::string, ApiSchema> schemas_;
  std::string path_;
  std::string route_;
  std::string schema_;
  bool in_schemas_ = false;
  bool in_properties_ = false;
};

}  // namespace covey::tracker
