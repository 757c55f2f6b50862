#include "cli/identity_commands.hpp"

#include "cli/json_text.hpp"
#include "cli/passphrase.hpp"
#include "cli/qr_picture.hpp"
#include "crypto/random.hpp"
#include "identity/home.hpp"
#include "identity/peer_name.hpp"
#include "identity/safety_words.hpp"

namespace covey::cli {
namespace {

using Passphrase = std::optional<crypto::SecretBytes>;

Result<Passphrase> new_passphrase(const InitOptions& options, Session& session) {
  if (!options.passphrase_file.empty()) return passphrase_in(options.passphrase_file);
  if (options.ask_passphrase) return ask_passphrase(session, Times::kTwice);
  return passphrase_in_environment(session);
}

void show(const identity::PeerId& peer, Session& session) {
  const std::string words = identity::to_text(identity::safety_words_of(peer));
  if (session.is_json()) {
    session.print(json_object(
        {{"peer_id", peer.to_text()}, {"safety_words", words}, {"home", session.home().string()}}));
    return;
  }
  session.print(peer.to_text());
  session.print(words);
}

}  // namespace

ExitCode init(const InitOptions& options, Session& session) {
  const identity::Home home(session.home());
  // Before anything is asked of the user, who would have answered for nothing.
  if (home.identity()) {
    return session.fail(
        {ErrorCode::kAlreadyExists,
         fmt::format("there is an identity in {} already; covey id shows it, and another home "
                     "(--home DIR) can hold another",
                     session.home().string())});
  }
  if (!options.name.empty()) {
    if (const auto name = identity::PeerName::parse(options.name); !name) return session.fail(name.error());
  }
  const auto passphrase = new_passphrase(options, session);
  if (!passphrase) return session.fail(passphrase.error());
  crypto::SystemRandom random;
  const auto peer = home.init(random, *passphrase);
  if (!peer) return session.fail(peer.error());
  if (!options.name.empty()) {
    const auto kept =
        identity::write_private_file(home.name_file(), as_bytes(options.name), identity::Existing::kReplace);
    if (!kept) session.say(kept.error().context);  // it can be chosen again
  }
  if (const auto written = write_settings_template(session.settings_file()); !written) {
    session.say(written.error().context);  // the identity is there; settings have defaults
  }
  session.say("this peer's id, and the words to compare aloud when somebody meets it first:");
  show(*peer, session);
  session.say(fmt::format("kept in {}; next: covey daemon", session.home().string()));
  return ExitCode::kDone;
}

ExitCode id(const IdOptions& options, Session& session) {
  const auto sealed = identity::Home(session.home()).identity();
  if (!sealed) return session.fail(sealed.error());
  show(sealed->peer, session);
  if (!options.qr || session.is_json()) return ExitCode::kDone;
  const auto picture = qr_picture(sealed->peer.to_text(), session.console().out_style());
  if (!picture) return session.fail(picture.error());
  session.print(picture->substr(0, picture->size() - 1));
  return ExitCode::kDone;
}

Result<> make_passphrase_known(const std::string& file, Session& session) {
  const auto sealed = identity::Home(session.home()).identity();
  if (!sealed || !sealed->passphrase) return {};  // the daemon itself tells what is wrong with an identity
  if (file.empty() && session.environment().get("COVEY_PASSPHRASE")) return {};
  TRY(const auto passphrase, file.empty() ? ask_passphrase(session, Times::kOnce) : passphrase_in(file));
  session.environment().set("COVEY_PASSPHRASE", std::string(as_text(passphrase.view())));
  return {};
}

Finding check_identity(Session& session) {
  const identity::Home home(session.home());
  const auto sealed = home.identity();
  if (!sealed && sealed.error().code == ErrorCode::kNotFound) {
    return {Health::kDoubtful, "there is no identity yet",
            "make one with: covey init (send and receive need none)"};
  }
  if (!sealed) return {Health::kBroken, sealed.error().context, "restore the home from a backup"};
  const auto passphrase = passphrase_in_environment(session);
  if (sealed->passphrase && !passphrase) {
    return {Health::kGood, "the identity is protected by a passphrase and was not opened", {}};
  }
  const auto opened = home.open(passphrase);
  if (!opened) {
    const bool wrong = opened.error().code == ErrorCode::kVerificationFailed && sealed->passphrase;
    return {Health::kBroken, opened.error().context,
            wrong ? "set COVEY_PASSPHRASE to the right one" : "restore the home from a backup"};
  }
  return {Health::kGood, "identity " + opened->peer_id().to_text(), {}};
}

}  // namespace covey::cli
