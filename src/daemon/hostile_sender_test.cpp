// What a download makes of a sender that breaks the rules: it holds the right key and the ticket is good,
// only what it sends is wrong.

#include <gmock/gmock.h>

#include "daemon/hostile_sender.hpp"

namespace covey::daemon {
namespace {

using content::noise;
using content::read_file;
using content::write_file;
using testing::HasSubstr;

using content::kMinPieceSize;

/// Nothing below the destination but a part folder, and no byte of content in it.
void expect_nothing_kept(const Encounter& e) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(e.folder.path())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_NE(entry.path().string().find(".covey-part/"), std::string::npos) << entry.path();
    if (entry.path().filename() != "data") continue;
    EXPECT_TRUE(content::all_zero(read_file(entry.path())))
        << "unverified bytes on the disk: " << entry.path();
  }
}

/// The download must end by this sender's answer to its first Fetch, with this error, and keep nothing.
Error refusal(Bytes shared, HostileSender::OnFetch on_fetch, ErrorCode code) {
  Error error;
  run_encounter(std::move(shared), [&](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = on_fetch;
    const Fetched fetched = co_await e.fetch(e.order());
    error = test::error_of(fetched.path);
    EXPECT_EQ(error.code, code) << to_string(error);
    EXPECT_THAT(error.context, HasSubstr("127.0.0.1:"));
    EXPECT_EQ(fetched.progress.bytes_done, 0U);
    expect_nothing_kept(e);
  });
  return error;
}

Bytes three_pieces() {
  return noise(std::size_t{2} * kMinPieceSize + 1000);
}

std::string short_id_of_the_sender() {
  return transport::TestPeer(77).id().short_text();
}

/// As it should be: the layer where it is wanted, then the pieces, each after a pause.
io::Awaitable<Result<>> serve(Stage& s, const wire::Fetch& fetch, std::chrono::milliseconds pause) {
  for (const wire::Range& range : fetch.ranges()) {
    if (range.want_layer()) {
      Bytes layer = s.layer(0, s.sender.layer->raw());
      CO_TRY_VOID(co_await s.send(std::move(layer)));
    }
    for (std::uint32_t i = range.first_piece(); i < range.first_piece() + range.piece_count(); ++i) {
      CO_TRY_VOID(co_await io::sleep_for(pause));
      Bytes piece = s.piece(i, s.sender.piece_bytes(i));
      CO_TRY_VOID(co_await s.send(std::move(piece)));
    }
  }
  co_return Result<>{};
}

TEST(HostileSender, an_honest_script_is_accepted) {
  run_encounter(three_pieces(), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = [](Stage& s, const wire::Fetch& fetch) -> io::Awaitable<Result<>> {
      return serve(s, fetch, 0ms);
    };
    const Fetched fetched = co_await e.fetch(e.order());
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), three_pieces());
  });
}

TEST(HostileSender, wrong_bytes_are_refused_with_the_piece_and_the_peer_named) {
  const Error error = refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes wrong = to_bytes(s.sender.piece_bytes(1));
        wrong[kMinPieceSize / 2] ^= 1;
        Bytes layer = s.layer(0, s.sender.layer->raw());
        CO_TRY_VOID(co_await s.send(std::move(layer)));
        Bytes piece = s.piece(1, wrong);
        co_return co_await s.send(std::move(piece));
      },
      ErrorCode::kVerificationFailed);
  EXPECT_THAT(error.context, HasSubstr("piece 1 of file.bin"));
  EXPECT_THAT(error.context, HasSubstr(short_id_of_the_sender()));
}

TEST(HostileSender, wrong_bytes_of_a_small_file_are_refused) {
  const Error error = refusal(
      noise(100),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes piece = s.piece(0, noise(100, 2));
        co_return co_await s.send(std::move(piece));
      },
      ErrorCode::kVerificationFailed);
  EXPECT_THAT(error.context, HasSubstr("piece 0 of file.bin"));
  EXPECT_THAT(error.context, HasSubstr(short_id_of_the_sender()));
}

TEST(HostileSender, the_bytes_of_another_piece_are_refused) {
  refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes layer = s.layer(0, s.sender.layer->raw());
        CO_TRY_VOID(co_await s.send(std::move(layer)));
        Bytes piece = s.piece(0, s.sender.piece_bytes(1));
        co_return co_await s.send(std::move(piece));
      },
      ErrorCode::kVerificationFailed);
}

TEST(HostileSender, a_hole_in_place_of_bytes_is_refused) {
  const Error error = refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes layer = s.layer(0, s.sender.layer->raw());
        CO_TRY_VOID(co_await s.send(std::move(layer)));
        Bytes hole = s.piece(1, {});
        co_return co_await s.send(std::move(hole));
      },
      ErrorCode::kVerificationFailed);
  EXPECT_THAT(error.context, HasSubstr("piece 1 of file.bin"));
}

TEST(HostileSender, pieces_of_the_wrong_length_are_refused) {
  for (const int difference : {-1, +1, +100'000}) {
    const Error error = refusal(
        three_pieces(),
        [&](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
          Bytes layer = s.layer(0, s.sender.layer->raw());
          CO_TRY_VOID(co_await s.send(std::move(layer)));
          Bytes bytes = to_bytes(s.sender.piece_bytes(0));
          bytes.resize(static_cast<std::size_t>(static_cast<int>(kMinPieceSize) + difference));
          Bytes piece = s.piece(0, bytes);
          co_return co_await s.send(std::move(piece));
        },
        ErrorCode::kPeerMisbehaved);
    EXPECT_THAT(error.context, HasSubstr(fmt::format("instead of {}", kMinPieceSize)));
  }
}

TEST(HostileSender, pieces_that_nobody_asked_for_are_refused) {
  for (const auto& [file, index] : {std::pair(0U, 3U), std::pair(0U, 0xffffffffU), std::pair(1U, 0U)}) {
    const Error error = refusal(
        three_pieces(),
        [&](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
          Bytes piece = s.piece(index, s.sender.piece_bytes(0), file);
          co_return co_await s.send(std::move(piece));
        },
        ErrorCode::kPeerMisbehaved);
    EXPECT_THAT(error.context, HasSubstr("nobody asked for"));
  }
}

TEST(HostileSender, a_piece_of_the_list_of_files_that_nobody_asked_for_is_refused) {
  Error error;
  run_encounter(three_pieces(), [&](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
      Bytes piece = s.piece(0, s.sender.piece_bytes(0), wire::kManifestFile);
      co_return co_await s.send(std::move(piece));
    };
    const Fetched fetched = co_await e.fetch(e.order());
    test::expect_error(test::error_of(fetched.path), ErrorCode::kPeerMisbehaved, "nobody asked for");
  });
}

TEST(HostileSender, a_piece_that_comes_twice_is_refused) {
  run_encounter(three_pieces(), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
      Bytes layer = s.layer(0, s.sender.layer->raw());
      CO_TRY_VOID(co_await s.send(std::move(layer)));
      for (int i = 0; i < 2; ++i) {
        Bytes piece = s.piece(0, s.sender.piece_bytes(0));
        CO_TRY_VOID(co_await s.send(std::move(piece)));
      }
      co_return Result<>{};
    };
    const Fetched fetched = co_await e.fetch(e.order());
    test::expect_error(test::error_of(fetched.path), ErrorCode::kPeerMisbehaved, "nobody asked for");
    EXPECT_EQ(fetched.progress.bytes_done, kMinPieceSize) << "the first one was right and is kept";
  });
}

TEST(HostileSender, a_wrong_layer_is_refused_before_any_piece) {
  const Error error = refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes raw = to_bytes(s.sender.layer->raw());
        raw[40] ^= 1;
        Bytes layer = s.layer(0, raw);
        CO_TRY_VOID(co_await s.send(std::move(layer)));
        Bytes piece = s.piece(0, s.sender.piece_bytes(0));
        co_return co_await s.send(std::move(piece));
      },
      ErrorCode::kVerificationFailed);
  EXPECT_THAT(error.context, HasSubstr("piece layer of file.bin"));
  EXPECT_THAT(error.context, HasSubstr(short_id_of_the_sender()));
}

TEST(HostileSender, layers_of_the_wrong_form_are_refused) {
  struct Form {
    std::uint32_t first;
    std::size_t bytes;
    std::uint32_t file;
  };
  // Too long, not whole values, beginning elsewhere, of a file that has none.
  for (const Form form : {Form{0, 4 * 32, 0}, Form{0, 31, 0}, Form{1, 32, 0}, Form{0, 96, 5},
                          Form{0, 1'000'000 / 32 * 32, 0}}) {
    const Error error = refusal(
        three_pieces(),
        [&](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
          Bytes layer = s.layer(form.first, Bytes(form.bytes, 7), form.file);
          co_return co_await s.send(std::move(layer));
        },
        ErrorCode::kPeerMisbehaved);
    EXPECT_THAT(error.context, HasSubstr("layer that nobody asked for"));
  }
}

TEST(HostileSender, a_piece_before_its_layer_is_refused) {
  const Error error = refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        Bytes piece = s.piece(0, s.sender.piece_bytes(0));
        co_return co_await s.send(std::move(piece));
      },
      ErrorCode::kPeerMisbehaved);
  EXPECT_THAT(error.context, HasSubstr("before their layer"));
}

/// The download must be refused for what the sender says about the share, before anything is fetched.
Error refused_description(const std::function<void(HostileSender&)>& spoil) {
  Error error;
  run_encounter(noise(100), [&](Encounter& e) -> io::Awaitable<void> {
    spoil(e.sender);
    e.sender.on_fetch = [](Stage&, const wire::Fetch&) -> io::Awaitable<Result<>> {
      ADD_FAILURE() << "it fetches all the same";
      co_return fail(ErrorCode::kInternal, "not reached");
    };
    const Fetched fetched = co_await e.fetch(e.order());
    error = test::error_of(fetched.path);
    EXPECT_TRUE(std::filesystem::is_empty(e.folder.path() / "destination"));
  });
  return error;
}

TEST(HostileSender, descriptions_that_its_key_did_not_sign_are_refused) {
  crypto::SeededRandom random(5);
  const auto mallory = identity::DeviceKey::ephemeral(random);
  test::expect_error(refused_description([&](HostileSender& s) { s.signer = &mallory; }),
                     ErrorCode::kVerificationFailed, "not signed by the owner that the ticket names");
}

TEST(HostileSender, descriptions_of_another_share_or_owner_are_refused) {
  crypto::SeededRandom random(5);
  const auto mallory = identity::DeviceKey::ephemeral(random);
  test::expect_error(
      refused_description([](HostileSender& s) { s.description.share_id.mutable_view()[0] ^= 1; }),
      ErrorCode::kVerificationFailed, "another share than the ticket");
  test::expect_error(refused_description([&](HostileSender& s) { s.description.owner = mallory.peer_id(); }),
                     ErrorCode::kVerificationFailed, "another owner than the ticket");
}

TEST(HostileSender, an_expired_description_is_refused) {
  test::expect_error(
      refused_description([](HostileSender& s) { s.description.expires_at = s.peer.clock.wall() - 1s; }),
      ErrorCode::kExpired, "ask the sender for a fresh one");
}

TEST(HostileSender, names_that_lead_elsewhere_are_refused) {
  for (const char* title : {"..", ".", "a/b", "/etc/passwd", "../../.bashrc", "CON", "a\xE2\x80\xAE"}) {
    const Error error = refused_description([&](HostileSender& s) { s.description.title = title; });
    EXPECT_TRUE(error.code == ErrorCode::kPeerMisbehaved || error.code == ErrorCode::kMalformed)
        << to_string(error);
  }
}

TEST(HostileSender, sizes_above_every_limit_are_refused_without_being_allocated) {
  const auto huge_list = [](std::uint64_t size) {
    return refused_description([size](HostileSender& s) {
      s.description.kind = access::ShareKind::kFolder;
      s.description.content_size = size;
    });
  };
  test::expect_error(huge_list(content::kMaxManifestBytes + 1), ErrorCode::kLimitExceeded, "list of files");
  EXPECT_EQ(huge_list(content::kMaxFileSize + 1).code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(huge_list(UINT64_MAX).code, ErrorCode::kLimitExceeded);
  const Error file = refused_description([](HostileSender& s) {
    s.description.content_size = s.description.total_bytes = content::kMaxFileSize + 1;
  });
  EXPECT_EQ(file.code, ErrorCode::kLimitExceeded) << to_string(file);
}

/// A list that holds one file under this path, made by hand.
Bytes list_with(std::string_view path) {
  return ByteWriter()
      .raw(as_bytes("covey manifest"))
      .number(Byte{1})
      .number(std::uint32_t{1})
      .number(std::uint16_t{0})
      .sized16(as_bytes(path))
      .number(Byte{1})
      .number(std::uint64_t{0})
      .number(std::uint64_t{5})
      .raw(content::hash_whole(as_bytes("owned")).view())
      .take();
}

TEST(HostileSender, a_list_with_hostile_paths_is_refused_and_nothing_written_anywhere) {
  for (const std::string_view path :
       {std::string_view("../escaped"), std::string_view("/tmp/escaped"), std::string_view("a\0b", 3),
        std::string_view(".."), std::string_view("x/../../y"), std::string_view("nul"),
        std::string_view("line\nbreak")}) {
    run_encounter({}, [&](Encounter& e) -> io::Awaitable<void> {
      e.sender.share_list(list_with(path));
      e.sender.on_fetch = [](Stage& s, const wire::Fetch& fetch) -> io::Awaitable<Result<>> {
        const bool list = fetch.ranges_size() == 1 && fetch.ranges(0).file() == wire::kManifestFile;
        EXPECT_TRUE(list) << "it asks for what the list names";
        Bytes piece = s.piece(0, s.sender.content, wire::kManifestFile);
        co_return co_await s.send(std::move(piece));
      };
      const Fetched fetched = co_await e.fetch(e.order());
      const Error error = test::error_of(fetched.path);
      test::expect_error(error, ErrorCode::kMalformed, "list of files was refused");
      EXPECT_EQ(error.context.find('\n'), std::string::npos) << error.context;
      EXPECT_TRUE(std::filesystem::is_empty(e.folder.path() / "destination"));
      EXPECT_FALSE(std::filesystem::exists(e.folder / "escaped"));
    });
  }
}

TEST(HostileSender, a_list_of_other_bytes_than_described_is_refused) {
  run_encounter({}, [](Encounter& e) -> io::Awaitable<void> {
    e.sender.share_list(list_with("fine"));
    e.sender.on_fetch = [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
      Bytes piece = s.piece(0, list_with("fin3"), wire::kManifestFile);
      co_return co_await s.send(std::move(piece));
    };
    const Fetched fetched = co_await e.fetch(e.order());
    const Error error = test::error_of(fetched.path);
    test::expect_error(error, ErrorCode::kVerificationFailed, "list of files");
    EXPECT_THAT(error.context, HasSubstr(short_id_of_the_sender()));
  });
}

TEST(HostileSender, who_never_answers_is_given_up) {
  run_encounter(noise(100), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_open = [](Stage&) -> io::Awaitable<Result<>> { co_return Result<>{}; };
    auto order = e.order();
    order.deadlines.answer = 100ms;
    const Fetched fetched = co_await e.fetch(std::move(order));
    test::expect_error(test::error_of(fetched.path), ErrorCode::kTimedOut, "does not answer");
  });
}

TEST(HostileSender, who_opens_and_then_sends_nothing_is_given_up) {
  run_encounter(three_pieces(), [](Encounter& e) -> io::Awaitable<void> {
    auto order = e.order();
    order.deadlines.stall = 100ms;
    const Fetched fetched = co_await e.fetch(std::move(order));
    const Error error = test::error_of(fetched.path);
    test::expect_error(error, ErrorCode::kTimedOut, "stopped sending");
    test::expect_error(error, ErrorCode::kTimedOut, "127.0.0.1:");
  });
}

TEST(HostileSender, who_never_delivers_the_list_of_files_is_given_up) {
  run_encounter({}, [](Encounter& e) -> io::Awaitable<void> {
    e.sender.share_list(list_with("fine"));
    auto order = e.order();
    order.deadlines.answer = 100ms;
    const Fetched fetched = co_await e.fetch(std::move(order));
    EXPECT_EQ(test::error_of(fetched.path).code, ErrorCode::kTimedOut);
  });
}

TEST(SlowSender, who_is_slow_but_goes_on_is_not_given_up) {
  constexpr std::uint32_t kPieces = 20;
  const Bytes bytes = noise(std::size_t{kPieces} * kMinPieceSize);
  run_encounter(bytes, [&](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = [](Stage& s, const wire::Fetch& fetch) -> io::Awaitable<Result<>> {
      return serve(s, fetch, 100ms);
    };
    auto order = e.order();
    order.deadlines.stall = 1200ms;  // several pieces' time, but less than the whole takes
    order.lanes = 1;
    const Fetched fetched = co_await e.fetch(std::move(order));
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), bytes);
  });
}

TEST(HostileSender, its_troubles_are_shown_without_control_characters) {
  const Error error = refusal(
      three_pieces(),
      [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
        wire::Trouble trouble;
        trouble.set_message("gone\x1b[2J\n" + std::string(5000, '!'));
        co_return co_await s.link.send_message(s.stream, FrameKind::kTrouble, trouble);
      },
      ErrorCode::kSourceChanged);
  EXPECT_EQ(error.context.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.context.find('\n'), std::string::npos);
  EXPECT_LT(error.context.size(), 1000U);
}

TEST(HostileSender, it_cannot_pass_its_refusal_off_as_the_users_own_wish) {
  run_encounter(noise(10), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_open = [](Stage& s) -> io::Awaitable<Result<>> {
      wire::Close close;
      close.set_code(static_cast<std::uint32_t>(ErrorCode::kCancelled));
      co_return co_await s.link.send_message(s.stream, FrameKind::kClose, close);
    };
    const Fetched fetched = co_await e.fetch(e.order());
    EXPECT_EQ(test::error_of(fetched.path).code, ErrorCode::kConnectionLost);
  });
}

TEST(HostileSender, one_that_ends_in_good_order_before_all_is_there_has_broken_off) {
  run_encounter(three_pieces(), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_fetch = [](Stage& s, const wire::Fetch&) -> io::Awaitable<Result<>> {
      co_return co_await s.link.end_stream(s.stream);
    };
    const Fetched fetched = co_await e.fetch(e.order());
    test::expect_error(test::error_of(fetched.path), ErrorCode::kConnectionLost, "ended it without a reason");
  });
}

TEST(HostileSender, a_share_that_is_opened_twice_is_refused) {
  run_encounter(three_pieces(), [](Encounter& e) -> io::Awaitable<void> {
    e.sender.on_open = [](Stage& s) -> io::Awaitable<Result<>> {
      CO_TRY_VOID(co_await s.send_description());
      co_return co_await s.send_description();
    };
    const Fetched fetched = co_await e.fetch(e.order());
    test::expect_error(test::error_of(fetched.path), ErrorCode::kPeerMisbehaved, "opened twice");
  });
}

}  // namespace
}  // namespace covey::daemon
