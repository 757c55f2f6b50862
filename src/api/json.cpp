#include "api/json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "api/json_form.hpp"

namespace covey::api {
namespace {

using namespace json_form;  // NOLINT(google-build-using-namespace)
using Json = nlohmann::ordered_json;

template <typename E>
std::string_view name_in_table(E value) {
  return Names<E>::kAll.at(static_cast<std::size_t>(value));
}

template <typename E>
Result<E> value_named(std::string_view name) {
  const auto& all = Names<E>::kAll;
  const auto* const found = std::find(all.begin(), all.end(), name);
  if (found != all.end()) return static_cast<E>(found - all.begin());
  return fail(ErrorCode::kInvalidArgument, "'{}' is none of {}", name, fmt::join(all, ", "));
}

// ---- writing

template <typename T>
Json written(const T& value);

struct Writer {
  Json object = Json::object();

  template <typename T>
  void operator()(const char* name, const T& value) {
    object[name] = written(value);
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) object[name] = written(*value);
  }
  template <typename T>
  void defaulted(const char* name, const T& value) {
    (*this)(name, value);
  }
};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

template <typename T>
Json written(const T& value) {
  if constexpr (std::is_same_v<T, double>) {
    return std::isfinite(value) ? value : 0.0;
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (kIsNamed<T>) {
    return name_in_table(value);
  } else if constexpr (std::is_same_v<T, Error>) {
    return {{"code", covey::name_of(value.code)}, {"message", value.context}};
  } else if constexpr (IsVector<T>::value) {
    Json array = Json::array();
    for (const auto& element : value) array.push_back(written(element));
    return array;
  } else {
    Writer writer;
    // The field lists take a mutable value because the reader does; the writer only reads.
    fields(writer, const_cast<T&>(value));
    return std::move(writer.object);
  }
}

template <typename T>
std::string line(const T& value) {
  return written(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- reading

template <typename T>
bool read(const Json& json, T& value);

struct Reader {
  const Json& object;
  std::string problem;  // of the first bad field

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = object.find(name);
    if (found == object.end()) return note(fmt::format("'{}' is missing", name));
    take(name, *found, value);
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return;
    take(name, *found, value.emplace());
  }
  template <typename T>
  void defaulted(const char* name, T& value) {
    if (const auto found = object.find(name); found != object.end()) take(name, *found, value);
  }

 private:
  template <typename T>
  void take(const char* name, const Json& json, T& value) {
    if constexpr (requires { fields(*this, value); }) {
      if (!json.is_object()) return note(fmt::format("'{}' is not an object", name));
      Reader inner{json, {}};
      fields(inner, value);
      if (!inner.problem.empty()) note(fmt::format("in '{}': {}", name, inner.problem));
    } else if (!read(json, value)) {
      note(fmt::format("'{}' has a wrong type or value", name));
    }
  }
  void note(std::string found) {
    if (problem.empty()) problem = std::move(found);
  }
};

bool read_error(const Json& json, Error& error) {
  if (!json.is_object()) return false;
  const auto code = json.find("code");
  const auto message = json.find("message");
  if (code == json.end() || message == json.end() || !code->is_string() || !message->is_string())
    return false;
  // An error code of a newer daemon that this program does not know is an internal one; its message tells.
  error = {error_code_named(code->get_ref<const std::string&>()).value_or(ErrorCode::kInternal),
           message->get<std::string>()};
  return true;
}

template <typename T>
bool read(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) return false;
    value = json.get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
    value = json.get<bool>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (!json.is_number()) return false;
    value = json.get<double>();
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (!json.is_number_unsigned()) return false;
    value = json.get<std::uint64_t>();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax))
      return false;
    value = json.get<std::int64_t>();
  } else if constexpr (kIsNamed<T>) {
    if (!json.is_string()) return false;
    const auto& all = Names<T>::kAll;
    const auto* const found = std::find(all.begin(), all.end(), json.get_ref<const std::string&>());
    if (found == all.end()) return false;
    value = static_cast<T>(found - all.begin());
  } else if constexpr (std::is_same_v<T, Error>) {
    return read_error(json, value);
  } else if constexpr (IsVector<T>::value) {
    if (!json.is_array()) return false;
    for (const Json& element : json) {
      if (!read(element, value.emplace_back())) return false;
    }
  } else {
    if (!json.is_object()) return false;
    Reader reader{json, {}};
    fields(reader, value);
    return reader.problem.empty();
  }
  return true;
}

/// Refuses what is nested too deeply while parsing, before it takes memory.
Result<Json> parse(std::string_view text) {
  if (text.size() > kMaxJsonBytes) {
    return fail(ErrorCode::kMalformed, "{} bytes of JSON, at most {} are read", text.size(), kMaxJsonBytes);
  }
  bool too_deep = false;
  const auto within_depth = [&](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMaxJsonDepth;
    return !too_deep;
  };
  Json json = Json::parse(text, within_depth, /*allow_exceptions=*/false);
  if (too_deep) return fail(ErrorCode::kMalformed, "JSON nested deeper than {} levels", kMaxJsonDepth);
  if (json.is_discarded()) return fail(ErrorCode::kMalformed, "this is not JSON");
  if (!json.is_object()) return fail(ErrorCode::kMalformed, "this is not a JSON object");
  return json;
}

template <typename T>
Result<T> parsed(std::string_view text) {
  TRY(const Json json, parse(text));
  T value;
  Reader reader{json, {}};
  fields(reader, value);
  if (!reader.problem.empty()) return fail(ErrorCode::kMalformed, "{}", reader.problem);
  return value;
}

}  // namespace

Result<Visibility> visibility_named(std::string_view name) {
  return value_named<Visibility>(name);
}
Result<Access> access_named(std::string_view name) {
  return value_named<Access>(name);
}
Result<Priority> priority_named(std::string_view name) {
  return value_named<Priority>(name);
}
Result<RemovedFiles> removed_files_named(std::string_view name) {
  return value_named<RemovedFiles>(name);
}

std::string_view name_of(ShareKind kind) {
  return name_in_table(kind);
}
std::string_view name_of(ShareState state) {
  return name_in_table(state);
}
std::string_view name_of(Visibility visibility) {
  return name_in_table(visibility);
}
std::string_view name_of(Access access) {
  return name_in_table(access);
}
std::string_view name_of(NetworkState state) {
  return name_in_table(state);
}
std::string_view name_of(Direction direction) {
  return name_in_table(direction);
}
std::string_view name_of(TransferState state) {
  return name_in_table(state);
}
std::string_view name_of(OnExisting choice) {
  return name_in_table(choice);
}
std::string_view name_of(PartialFiles partial) {
  return name_in_table(partial);
}
std::string_view name_of(Priority priority) {
  return name_in_table(priority);
}
std::string_view name_of(PieceOrder order) {
  return name_in_table(order);
}
std::string_view name_of(RemovedFiles files) {
  return name_in_table(files);
}

std::string to_json(const StatusView& view) {
  return line(view);
}
std::string to_json(const ShareView& view) {
  return line(view);
}
std::string to_json(const TicketView& view) {
  return line(view);
}
std::string to_json(const TransferView& view) {
  return line(view);
}
std::string to_json(const ShareRequest& request) {
  return line(request);
}
std::string to_json(const TicketRequest& request) {
  return line(request);
}
std::string to_json(const DownloadRequest& request) {
  return line(request);
}
std::string to_json(const TransferSettings& settings) {
  return line(settings);
}
std::string to_json(const LimitSettings& settings) {
  return line(settings);
}
std::string to_json(const LimitsView& view) {
  return line(view);
}
std::string to_json(const ExplanationView& view) {
  return line(view);
}
std::string to_json(const StreamView& view) {
  return line(view);
}
std::string stream_to_json(const std::string& file) {
  return line(StreamBody{file});
}
std::string move_to_json(const std::string& directory) {
  return line(MoveBody{directory});
}
std::string to_json(const NetworkView& value) {
  return line(value);
}
std::string to_json(const JoinRequest& value) {
  return line(value);
}
std::string to_json(const FoundShareView& value) {
  return line(value);
}
std::string to_json(const SearchView& value) {
  return line(value);
}
std::string to_json(const PeerView& value) {
  return line(value);
}
std::string to_json(const AlertView& value) {
  return line(value);
}
std::string to_json(const std::vector<NetworkView>& networks) {
  return line(NetworkList{networks});
}
std::string to_json(const std::vector<PeerView>& peers) {
  return line(PeerList{peers});
}
std::string to_json(const std::vector<AlertView>& alerts) {
  return line(AlertList{alerts});
}
std::string to_json(const Event& event) {
  return line(event);
}
std::string to_json(const Error& error) {
  return line(ErrorBody{error});
}
std::string to_json(const std::vector<ShareView>& shares) {
  return line(ShareList{shares});
}
std::string to_json(const std::vector<TransferView>& transfers) {
  // Thousands may be queued: written one by one, none of them is copied.
  std::string out = R"({"transfers":[)";
  for (const auto& transfer : transfers) {
    if (&transfer != transfers.data()) out += ',';
    out += line(transfer);
  }
  return out + "]}";
}
std::string to_json(PartialFiles partial) {
  return line(CancelBody{partial});
}

template <>
Result<StatusView> from_json(std::string_view text) {
  return parsed<StatusView>(text);
}
template <>
Result<ShareView> from_json(std::string_view text) {
  return parsed<ShareView>(text);
}
template <>
Result<TicketView> from_json(std::string_view text) {
  return parsed<TicketView>(text);
}
template <>
Result<TransferView> from_json(std::string_view text) {
  return parsed<TransferView>(text);
}
template <>
Result<ShareRequest> from_json(std::string_view text) {
  return parsed<ShareRequest>(text);
}
template <>
Result<TicketRequest> from_json(std::string_view text) {
  return parsed<TicketRequest>(text);
}
template <>
Result<DownloadRequest> from_json(std::string_view text) {
  return parsed<DownloadRequest>(text);
}
template <>
Result<TransferSettings> from_json(std::string_view text) {
  return parsed<TransferSettings>(text);
}
template <>
Result<LimitSettings> from_json(std::string_view text) {
  return parsed<LimitSettings>(text);
}
template <>
Result<LimitsView> from_json(std::string_view text) {
  return parsed<LimitsView>(text);
}
template <>
Result<ExplanationView> from_json(std::string_view text) {
  return parsed<ExplanationView>(text);
}
template <>
Result<StreamView> from_json(std::string_view text) {
  return parsed<StreamView>(text);
}
Result<std::string> stream_from_json(std::string_view text) {
  TRY(StreamBody body, parsed<StreamBody>(text));
  return std::move(body.file);
}
Result<std::string> move_from_json(std::string_view text) {
  TRY(MoveBody body, parsed<MoveBody>(text));
  return std::move(body.directory);
}
template <>
Result<NetworkView> from_json(std::string_view text) {
  return parsed<NetworkView>(text);
}
template <>
Result<JoinRequest> from_json(std::string_view text) {
  return parsed<JoinRequest>(text);
}
template <>
Result<FoundShareView> from_json(std::string_view text) {
  return parsed<FoundShareView>(text);
}
template <>
Result<SearchView> from_json(std::string_view text) {
  return parsed<SearchView>(text);
}
template <>
Result<PeerView> from_json(std::string_view text) {
  return parsed<PeerView>(text);
}
template <>
Result<AlertView> from_json(std::string_view text) {
  return parsed<AlertView>(text);
}
template <>
Result<std::vector<NetworkView>> from_json(std::string_view text) {
  TRY(NetworkList list, parsed<NetworkList>(text));
  return std::move(list.networks);
}
template <>
Result<std::vector<PeerView>> from_json(std::string_view text) {
  TRY(PeerList list, parsed<PeerList>(text));
  return std::move(list.peers);
}
template <>
Result<std::vector<AlertView>> from_json(std::string_view text) {
  TRY(AlertList list, parsed<AlertList>(text));
  return std::move(list.alerts);
}

int things_told(const Event& event) {
  return int{event.transfer.has_value()} + int{event.removed_transfer.has_value()} +
         int{event.limits.has_value()} + int{event.share.has_value()} + int{event.removed_share.has_value()} +
         int{event.network.has_value()} + int{event.left_network.has_value()} + int{event.alert.has_value()};
}
template <>
Result<Event> from_json(std::string_view text) {
  TRY(Event event, parsed<Event>(text));
  const int set = things_told(event);
  if (set > 1) return fail(ErrorCode::kMalformed, "an event that tells of {} things", set);
  return event;  // none set: of a newer daemon, to be passed over
}
template <>
Result<Error> from_json(std::string_view text) {
  TRY(ErrorBody body, parsed<ErrorBody>(text));
  if (!body.error) return fail(ErrorCode::kMalformed, "'error' is missing");
  return std::move(*body.error);
}
template <>
Result<std::vector<ShareView>> from_json(std::string_view text) {
  TRY(ShareList list, parsed<ShareList>(text));
  return std::move(list.shares);
}
template <>
Result<std::vector<TransferView>> from_json(std::string_view text) {
  TRY(TransferList list, parsed<TransferList>(text));
  return std::move(list.transfers);
}
template <>
Result<PartialFiles> from_json(std::string_view text) {
  TRY(const CancelBody body, parsed<CancelBody>(text));
  return body.partial_files;
}

}  // namespace covey::api
