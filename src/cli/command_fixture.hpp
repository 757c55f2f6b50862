#pragma once
// CommandFixture: the whole command line on string streams, with a home of its own and a peer made up by the
// test; for the tests of this module.

#include <filesystem>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "access/ticket.hpp"
#include "cli/cli.hpp"
#include "cli/fake_programs.hpp"
#include "crypto/random.hpp"
#include "identity/device_key.hpp"

namespace covey::cli {

class CommandFixture : public ::testing::Test {
 protected:
  CommandFixture() {
    std::string pattern = (std::filesystem::temp_directory_path() / "covey-cli-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    variables_["COVEY_HOME"] = home().string();
    std::filesystem::create_directory(home());
    std::filesystem::permissions(home(), std::filesystem::perms::owner_all);
  }
  ~CommandFixture() override { std::filesystem::remove_all(folder_); }

  int covey(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    Console console{in_, out_, err_};
    console.in_is_terminal = is_terminal_;
    console.out_is_terminal = is_terminal_;
    console.err_is_terminal = is_terminal_;
    Environment environment;
    environment.get = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    environment.set = [this](const std::string& name, const std::string& value) { variables_[name] = value; };
    return run_on(console, environment, arguments, programs_);
  }

  /// One that parses, always the same.
  static std::string some_ticket() {
    crypto::SeededRandom random(7);
    access::Ticket ticket{identity::DeviceKey::ephemeral(random).peer_id(),
                          access::TicketSecret::generate(random),
                          {access::Endpoint::parse("192.0.2.7:7440").value()}};
    return ticket.to_text();
  }

  [[nodiscard]] std::filesystem::path home() const { return folder_ / "home"; }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  bool is_terminal_ = false;
  FakePrograms programs_;
};

}  // namespace covey::cli
