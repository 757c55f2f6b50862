// The parts of postgres_fixture.hpp.

#include "registry/postgres_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/postgres_session.hpp"

namespace covey::registry {
namespace {

namespace fs = std::filesystem;

// Stops the server when its input ends, which happens also when the test is killed.
constexpr std::string_view kServerScript = R"sh(
set -e
bin=$1 folder=$2
"$bin/initdb" -D "$folder/data" -U covey -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c full_page_writes=off \
  -c max_connections=60 >>"$folder/log" 2>&1 </dev/null &
server=$!
until "$bin/pg_isready" -q -h "$folder"; do
  kill -0 "$server"
  sleep 0.05
done
echo ready
read -r ignored || true
kill -QUIT "$server"
wait "$server" || true
)sh";

/// The newest of Debian's versions.
fs::path programs() {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (fs::exists(version.path() / "bin/initdb")) found.push_back(version.path() / "bin");
  }
  if (found.empty()) {
    throw std::runtime_error(
        "the tests of the tracker's database need PostgreSQL: run scripts/setup, or name a server in "
        "COVEY_TEST_POSTGRES");
  }
  return *std::max_element(found.begin(), found.end());
}

class Server {
 public:
  Server() {
    const fs::path bin = programs();
    std::ofstream(folder_.path() / "serve.sh") << kServerScript;
    // PostgreSQL refuses to run as root.
    const passwd* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (user != nullptr && ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give the test's folder to the user postgres");
    }
    start(bin, user);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::close(input_);
    ::waitpid(child_, nullptr, 0);
  }

  [[nodiscard]] std::string url(std::string_view database) const {
    return fmt::format("postgresql:///{}?host={}&user=covey", database, folder_.path().string());
  }

 private:
  void start(const fs::path& bin, const passwd* user) {
    int input[2];
    int output[2];
    if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipes");
    const std::string script = (folder_.path() / "serve.sh").string();
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(input[0], STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(1);
      if (::chdir(folder_.path().c_str()) != 0) ::_exit(1);
      ::execl("/bin/sh", "sh", script.c_str(), bin.c_str(), folder_.path().c_str(), nullptr);
      ::_exit(1);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    char answer = 0;
    const bool ready = ::read(output[0], &answer, 1) == 1;
    ::close(output[0]);
    if (ready) return;
    std::ifstream log(folder_.path() / "log");
    throw std::runtime_error("a PostgreSQL for the tests does not start: " +
                             std::string(std::istreambuf_iterator<char>(log), {}));
  }

  ScratchFolder folder_;
  pid_t child_ = -1;
  int input_ = -1;
};

/// The URL with another database in it.
std::string with_database(const std::string& url, const std::string& database) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t options = std::min(url.find('?'), url.size());
  const std::size_t path = std::min(url.find('/', host), options);
  return url.substr(0, path) + "/" + database + url.substr(options);
}

std::string server_url() {
  if (const char* named = std::getenv("COVEY_TEST_POSTGRES")) return named;  // NOLINT(concurrency-mt-unsafe)
  static const Server server;
  return server.url("postgres");
}

class FreshPostgres final : public FreshDatabase {
 public:
  FreshPostgres() {
    static std::atomic<int> last = 0;
    name_ = fmt::format("covey_test_{}_{}", ::getpid(), ++last);
    PostgresSession(server_url()).script("CREATE DATABASE " + name_ + " ENCODING 'UTF8' TEMPLATE template0");
  }
  FreshPostgres(const FreshPostgres&) = delete;
  FreshPostgres& operator=(const FreshPostgres&) = delete;
  ~FreshPostgres() override {
    try {
      PostgresSession(server_url()).script("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it goes with its server
    }
  }
  [[nodiscard]] std::string where() const override { return with_database(server_url(), name_); }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<FreshDatabase> fresh_postgres() {
  return std::make_unique<FreshPostgres>();
}

void cut_sessions(const std::string& where) {
  PostgresSession(where).script(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
      " WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

}  // namespace covey::registry
