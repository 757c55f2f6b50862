#pragma once
// The key of a one-shot `receive`: the same for the same ticket, destination folder and user of this machine,
// so that who comes back after an interruption is the same peer to the sender, and a ticket with one use can
// be resumed, though nothing is stored. Keys of two tickets have nothing in common that others could see.

#include <filesystem>

#include "access/ticket_secret.hpp"
#include "identity/device_key.hpp"

namespace covey::daemon {

/// `machine` is a text that is this machine's own and that only its users can read; when it is empty, the key
/// is a random one.
[[nodiscard]] identity::DeviceKey errand_key(const access::TicketSecret& secret,
                                             const std::filesystem::path& directory, std::string_view machine,
                                             crypto::Random& random);

/// What /etc/machine-id holds; empty where there is none.
[[nodiscard]] std::string machine_id();

}  // namespace covey::daemon
