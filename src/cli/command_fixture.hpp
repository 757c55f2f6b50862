#pragma once
// CommandFixture: the whole command line on string streams, with a home of its own and a peer made up by the
// test; for the tests of this module.

#include <filesystem>
#include <map>
#include <mutex>
#include <ostream>
#include <sstream>
#include <streambuf>

#include <gtest/gtest.h>

#include "access/ticket.hpp"
#include "cli/cli.hpp"
#include "cli/fake_programs.hpp"
#include "crypto/random.hpp"
#include "identity/device_key.hpp"

namespace covey::cli {

/// What a command has written; may be looked at while it still writes.
class WatchedText final : public std::ostream {
 public:
  WatchedText() : std::ostream(nullptr) { rdbuf(&buffer_); }

  [[nodiscard]] std::string str() const {
    const std::lock_guard lock(buffer_.mutex);
    return buffer_.text;
  }
  void clear_text() {
    const std::lock_guard lock(buffer_.mutex);
    buffer_.text.clear();
  }
  [[nodiscard]] bool contains(std::string_view part) const { return str().find(part) != std::string::npos; }

 private:
  struct Buffer final : std::streambuf {
    mutable std::mutex mutex;
    std::string text;

   protected:
    int_type overflow(int_type sign) override {
      const std::lock_guard lock(mutex);
      text += traits_type::to_char_type(sign);
      return sign;
    }
    std::streamsize xsputn(const char* signs, std::streamsize count) override {
      const std::lock_guard lock(mutex);
      text.append(signs, static_cast<std::size_t>(count));
      return count;
    }
  };
  Buffer buffer_;
};

class CommandFixture : public ::testing::Test {
 protected:
  CommandFixture() {
    std::string pattern = (std::filesystem::temp_directory_path() / "covey-cli-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    variables_["COVEY_HOME"] = home().string();
    variables_["COVEY_DAEMON_LISTEN"] = "127.0.0.1:0";  // the usual port may be another Covey's
    std::filesystem::create_directory(home());
    std::filesystem::permissions(home(), std::filesystem::perms::owner_all);
  }
  ~CommandFixture() override { std::filesystem::remove_all(folder_); }

  int covey(const std::vector<std::string>& arguments) {
    out_.clear_text();
    err_.clear_text();
    Console console{in_, out_, err_};
    console.in_is_terminal = is_terminal_;
    console.out_is_terminal = is_terminal_;
    console.err_is_terminal = is_terminal_;
    console.keys = keys_;
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
  WatchedText out_;
  WatchedText err_;
  bool is_terminal_ = false;
  int keys_ = -1;
  FakePrograms programs_;
};

}  // namespace covey::cli
