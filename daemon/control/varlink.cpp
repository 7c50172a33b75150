// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/varlink.h"

#include <utility>

namespace usher {
namespace {

std::unexpected<VarlinkError> error(std::string name, std::string_view member,
                                    std::string_view value) {
  VarlinkError made{.name = std::move(name)};
  made.parameters[std::string(member)] = value;
  return std::unexpected(std::move(made));
}

/// Counts what a text holds, and gives up on more than any call has: Json looks through all keys of
/// an object for each that is added, which for many of them takes for ever.
class Measure final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
  bool start_object(std::size_t) override { return enter(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  bool count() { return ++values_ <= kMostCallValues; }
  bool enter() { return ++depth_ <= kMostCallDepth && count(); }
  bool leave() {
    --depth_;
    return true;
  }
  std::size_t values_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<VarlinkCall> parse_call(std::string_view text) {
  if (Measure measure; !Json::sax_parse(text, &measure)) return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  VarlinkCall call;
  const auto method = json.find("method");
  if (method == json.end() || !method->is_string()) return std::nullopt;
  call.method = method->get<std::string>();
  if (const auto oneway = json.find("oneway"); oneway != json.end()) {
    if (!oneway->is_boolean()) return std::nullopt;
    call.oneway = oneway->get<bool>();
  }
  if (const auto parameters = json.find("parameters");
      parameters != json.end() && !parameters->is_null()) {
    if (!parameters->is_object()) return std::nullopt;
    call.parameters = std::move(*parameters);
  }
  return call;
}

std::string frame_reply(const VarlinkReply& reply) {
  Json message;
  if (reply) {
    message["parameters"] = *reply;
  } else {
    message["error"] = reply.error().name;
    message["parameters"] = reply.error().parameters;
  }
  std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.push_back('\0');
  return text;
}

std::unexpected<VarlinkError> invalid_parameter(std::string_view name) {
  return error("org.varlink.service.InvalidParameter", "parameter", name);
}

std::unexpected<VarlinkError> permission_denied(std::string_view reason) {
  return error("org.usher.control.PermissionDenied", "reason", reason);
}

std::unexpected<VarlinkError> method_failed(std::string_view reason) {
  return error("org.usher.control.Failed", "reason", reason);
}

std::expected<std::string, VarlinkError> text_parameter(const Json& parameters,
                                                        std::string_view name, std::size_t limit) {
  const auto found = parameters.find(std::string(name));
  if (found == parameters.end() || !found->is_string()) return invalid_parameter(name);
  auto text = found->get<std::string>();
  if (text.size() > limit || text.contains('\0')) return invalid_parameter(name);
  return text;
}

}  // namespace usher
