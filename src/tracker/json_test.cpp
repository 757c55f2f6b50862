// JSON that comes in is believed field by field; JSON that goes out is one line that every parser reads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "crypto/sign.hpp"
#include "tracker/json_body.hpp"
#include "tracker/json_line.hpp"
#include "tracker/limits.hpp"

namespace covey::tracker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

JsonBody body(std::string_view text) {
  auto parsed = JsonBody::parse(text);
  EXPECT_TRUE(parsed) << text;
  return std::move(*parsed);
}

TEST(JsonBody, gives_fields_by_name_and_type) {
  const JsonBody json =
      body(R"({"t":"x","n":18446744073709551615,"b":"Zm9v","l":["a","b"],"i":[1,2],"null":null})");
  EXPECT_EQ(json.text("t").value(), "x");
  EXPECT_EQ(json.number("n", ~std::uint64_t{0}).value(), ~std::uint64_t{0});
  EXPECT_EQ(json.bytes("b", 3).value(), to_bytes("foo"));
  EXPECT_THAT(*json.optional_texts("l", 2).value(), ElementsAre("a", "b"));
  EXPECT_THAT(json.numbers("i", 2).value(), ElementsAre(1, 2));
  EXPECT_EQ(json.optional_text("null").value(), std::nullopt);
  EXPECT_EQ(json.optional_text("absent").value(), std::nullopt);
}

TEST(JsonBody, names_what_is_missing_or_wrong) {
  const JsonBody json =
      body(R"({"t":1,"n":-1,"f":1.5,"big":1e30,"huge":18446744073709551616,"b":"Zg==","l":["a",1]})");
  const auto problem = [](const auto& result) {
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
    return result.error().context;
  };
  EXPECT_EQ(problem(json.text("gone")), "'gone' is missing");
  EXPECT_EQ(problem(json.text("t")), "'t' is not a text");
  for (const char* name : {"n", "f", "big", "huge"})
    EXPECT_THAT(problem(json.number(name, 10)), HasSubstr("whole number")) << name;
  EXPECT_THAT(problem(json.bytes("b", 10)), HasSubstr("base64url"));
  EXPECT_THAT(problem(json.fixed<crypto::Signature>("t")), HasSubstr("not a text"));
  EXPECT_THAT(problem(json.optional_texts("l", 5)), HasSubstr("array of texts"));
  EXPECT_THAT(problem(json.optional_texts("l", 1)), HasSubstr("more than 1"));
  EXPECT_THAT(problem(body(R"({"n":11})").number("n", 10)), HasSubstr("above 10"));
  EXPECT_THAT(problem(body(R"({"b":"Zm9v"})").bytes("b", 2)), HasSubstr("at most 2"));
  EXPECT_THAT(problem(body(R"({"b":"Zm9v"})").fixed<crypto::Signature>("b")), HasSubstr("3 bytes, not 64"));
}

TEST(JsonBody, refuses_what_is_no_plain_object) {
  std::string deep;
  for (int i = 0; i < 60'000; ++i) deep += "[";
  std::string deep_object;
  for (int i = 0; i < 20'000; ++i) deep_object += R"({"a":)";
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("1"), std::string(R"({"a":NaN})"),
        std::string(R"({"a":1e999})"), std::string(R"({"a":1,"a":2})"), std::string(R"({"b":{"a":1,"a":2}})"),
        std::string("{\"a\":\"\xff\"}"), std::string(R"({"a":1}x)"),
        std::string(R"({"a":[[[[[[[[[1]]]]]]]]]})"), deep, deep_object,
        std::string(kMaxBodyBytes + 1, ' ')}) {
    const auto parsed = JsonBody::parse(text);
    ASSERT_FALSE(parsed) << text.substr(0, 60);
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed);
  }
}

TEST(JsonLine, is_read_by_every_parser) {
  JsonLine line;
  line.open('{').key("a").text("plain").key("b").text("q\"\\\n\x01\xff").key("c").number(7U);
  line.key("d").open('[').text("x").open('{').key("e").truth(true).close('}').close(']');
  line.key("f").bytes(as_bytes("foo")).key("g").raw("[1]").key("h").open('[').close(']').close('}');
  const std::string text = line.take();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["a"], "plain");
  EXPECT_EQ(json["b"], "q\"\\\n\x01\xef\xbf\xbd");
  EXPECT_EQ(json["c"], 7);
  EXPECT_EQ(json["d"][1]["e"], true);
  EXPECT_EQ(json["f"], "Zm9v");
  EXPECT_EQ(json["g"][0], 1);
  EXPECT_TRUE(json["h"].empty());
}

}  // namespace
}  // namespace covey::tracker
