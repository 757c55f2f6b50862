// The covey-tracker program: the rendezvous server of a network, and its administration.

#include "tracker/command_line.hpp"

int main(int argc, char** argv) {
  return covey::tracker::run(argc, argv);
}
