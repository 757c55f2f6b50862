#include "daemon/errand_key.hpp"

#include <unistd.h>
#include <fstream>

#include "base/cursor.hpp"
#include "crypto/hash.hpp"

namespace covey::daemon {

identity::DeviceKey errand_key(const access::TicketSecret& secret, const std::filesystem::path& directory,
                               std::string_view machine, crypto::Random& random) {
  if (machine.empty()) return identity::DeviceKey::ephemeral(random);
  std::error_code error;
  auto place = std::filesystem::weakly_canonical(directory, error);
  if (error) place = directory;
  if (!place.has_filename()) place = place.parent_path();  // "here/" is "here"
  const std::string& path = place.native();
  // Room for all of it at once: a buffer that grows leaves copies of the secret behind.
  ByteWriter fields(access::TicketSecret::kSize + sizeof(std::uint32_t) + 2 + machine.size() + path.size());
  fields.raw(secret.view()).number(static_cast<std::uint32_t>(::getuid())).sized16(as_bytes(machine));
  Bytes joined = fields.raw(as_bytes(path)).take();
  const auto material = crypto::SecretBytes::take_from(joined);
  auto key = crypto::SigningKey::from_seed(crypto::derive_key(crypto::kErrandKeyLabel, material.view()));
  return identity::DeviceKey(std::move(*key));  // a derived key has the one size that there is
}

std::string machine_id() {
  std::ifstream file("/etc/machine-id");
  std::string text;
  std::getline(file, text);
  return text;
}

}  // namespace covey::daemon
