// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/qr_text.h"

#include <qrencode.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace usher {
namespace {

constexpr int kQuietZone = 2;  // modules; the standard's 4 would not fit beside an 80-column prompt

/// The code is the secret in another shape: wiped before it is freed. What the library copied of
/// the content on the way it has freed already, unwiped and out of our reach.
struct WipeAndFree {
  void operator()(QRcode* code) const {
    ::explicit_bzero(code->data,
                     static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width));
    ::QRcode_free(code);
  }
};

bool is_light(const QRcode& code, int row, int column) {
  if (row < 0 || column < 0 || row >= code.width || column >= code.width) return true;
  return (code.data[row * code.width + column] & 1) == 0;
}

std::string_view block(bool upper_light, bool lower_light) {
  if (upper_light) return lower_light ? "█" : "▀";
  return lower_light ? "▄" : " ";
}

}  // namespace

std::optional<SecretText> qr_text(const Secret& content) {
  Secret terminated;
  const auto bytes = terminated.resize(content.size() + 1);
  if (content.empty() || bytes.empty()) return std::nullopt;
  std::memcpy(bytes.data(), content.expose().data(), content.size());
  bytes[content.size()] = 0;
  const std::unique_ptr<QRcode, WipeAndFree> code(
      ::QRcode_encodeString8bit(reinterpret_cast<const char*>(bytes.data()), 0, QR_ECLEVEL_L));
  if (!code) return std::nullopt;

  SecretText text;
  for (int row = -kQuietZone; row < code->width + kQuietZone; row += 2) {
    for (int column = -kQuietZone; column < code->width + kQuietZone; ++column)
      text.append(block(is_light(*code, row, column), is_light(*code, row + 1, column)));
    text.append('\n');
  }
  if (!text.is_whole()) return std::nullopt;
  return text;
}

}  // namespace usher
