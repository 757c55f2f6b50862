// The covey program: the command line, wired to the peer inside this process.

#include "cli/cli.hpp"
#include "daemon/programs.hpp"

int main(int argc, char** argv) {
  covey::daemon::LocalPrograms programs;
  return covey::cli::run(argc, argv, programs);
}
