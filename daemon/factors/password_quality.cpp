// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/password_quality.h"

#include <fmt/format.h>
#include <pwquality.h>

#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "daemon/model/utf8.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

struct FreeSettings {
  void operator()(pwquality_settings_t* settings) const noexcept {
    ::pwquality_free_settings(settings);
  }
};
using Settings = std::unique_ptr<pwquality_settings_t, FreeSettings>;

/// libpwquality keeps nothing, but cracklib keeps its open dictionary, and what it makes of the
/// word that it looks at, in static memory.
std::mutex& cracklib_mutex() {
  static std::mutex mutex;
  return mutex;
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

/// How many characters; none where it is no UTF-8.
std::optional<std::size_t> characters_of(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (character.size == 0) return std::nullopt;
    text.remove_prefix(character.size);
    ++count;
  }
  return count;
}

bool has_control(std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (is_control(character.code)) return true;
    text.remove_prefix(character.size == 0 ? text.size() : character.size);
  }
  return false;
}

/// A C string of a secret, wiped.
class CString {
 public:
  explicit CString(const Secret& secret) : memory_(Secret::kCapacity + 1) {
    if (!memory_.valid()) return;
    const std::string_view text = secret.expose();
    if (!text.empty()) std::memcpy(memory_.data(), text.data(), text.size());
    memory_.mark_written(text.size() + 1);
  }
  [[nodiscard]] const char* get() const {
    return memory_.valid() ? reinterpret_cast<const char*>(memory_.data()) : nullptr;
  }

 private:
  LockedMemory memory_;
};

/// No word of any dictionary, as long as cracklib looks at words, with every character that one of
/// its rules looks for.
const std::string& no_word() {
  static const std::string text = [] {
    constexpr std::size_t kOverCracklibs = 300;
    std::string random;
    std::uint32_t state = 0x2545f491;
    while (random.size() < kOverCracklibs) {
      state = state * 1664525U + 1013904223U;
      random += static_cast<char>('!' + (state >> 24U) % ('~' - '!' + 1U));
    }
    return random;
  }();
  return text;
}

/// Reads pwquality.conf over the defaults. A mistake in it leaves what stands before.
Settings read_settings(const char* file, std::string& trouble) {
  Settings settings(::pwquality_default_settings());
  if (!settings) return settings;
  void* detail = nullptr;
  const int end = ::pwquality_read_config(settings.get(), file, &detail);
  if (end == 0) return settings;
  std::array<char, PWQ_MAX_ERROR_MESSAGE_LEN> text{};
  trouble = fmt::format("pwquality.conf could not be read to its end: {}",
                        ::pwquality_strerror(text.data(), text.size(), end, detail));
  return settings;
}

/// 0 or more: nothing to say against it. `reason` says what a number below is.
int check(pwquality_settings_t* settings, const char* password, const char* user,
          std::string* reason) {
  void* detail = nullptr;
  const int score = ::pwquality_check(settings, password, nullptr, user, &detail);
  if (score >= 0) return score;
  std::array<char, PWQ_MAX_ERROR_MESSAGE_LEN> text{};
  // Asked in any case: it frees the detail, where that is to be freed.
  const char* words = ::pwquality_strerror(text.data(), text.size(), score, detail);
  if (reason != nullptr) *reason = words;
  return score;
}

/// Writes over what cracklib left of the last password, in its own memory and on the stack, by
/// having it look at something else; and whether it could look that up: where even this is refused,
/// there is no dictionary.
bool overwrite(pwquality_settings_t* settings) {
  const Settings plain(::pwquality_default_settings());
  if (!plain) return false;
  const char* dictionary = nullptr;
  if (::pwquality_get_str_value(settings, PWQ_SETTING_DICT_PATH, &dictionary) == 0 &&
      dictionary != nullptr)
    ::pwquality_set_str_value(plain.get(), PWQ_SETTING_DICT_PATH, dictionary);
  return check(plain.get(), no_word().c_str(), nullptr, nullptr) >= 0;
}

bool looks_words_up(pwquality_settings_t* settings) {
  int does = 0;
  return ::pwquality_get_int_value(settings, PWQ_SETTING_DICT_CHECK, &does) == 0 && does != 0;
}

/// Anybody can bring it about, as often as they like. The caller holds the mutex.
void report_once(const std::string& trouble) {
  static std::string reported;
  if (trouble.empty() || trouble == reported) return;
  reported = trouble;
  report_trouble("new passwords: " + trouble);
}

/// What libpwquality has to say.
PasswordWeakness as_library_says(const char* password, const std::string& user, const char* file) {
  const std::lock_guard lock(cracklib_mutex());
  PasswordWeakness found;
  const Settings settings = read_settings(file, found.trouble);
  if (!settings) return {.reason = "there is no memory to look at it", .trouble = {}};
  std::string reason;
  int score = check(settings.get(), password, user.c_str(), &reason);
  if (looks_words_up(settings.get()) && !overwrite(settings.get())) {
    if (!found.trouble.empty()) found.trouble += "; ";
    found.trouble += "there is no dictionary of cracklib's to look passwords up in";
    ::pwquality_set_int_value(settings.get(), PWQ_SETTING_DICT_CHECK, 0);
    score = check(settings.get(), password, user.c_str(), &reason);
  }
  if (score < 0) found.reason = std::move(reason);
  report_once(found.trouble);
  return found;
}

/// As one types it with the wrong keys held down, too.
bool is_name(std::string_view password, std::string_view user) {
  if (password.size() != user.size()) return false;
  for (std::size_t i = 0; i < user.size(); ++i) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    if (lower(password[i]) != lower(user[i])) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> why_unusable(const Secret& password) {
  const auto characters = characters_of(password.expose());
  if (!characters) return "a password is text in UTF-8, which this is not";
  if (has_control(password.expose())) return "a password can't have control characters in it";
  if (*characters < kLeastPasswordLength)
    return fmt::format("a password has at least {} characters", kLeastPasswordLength);
  return std::nullopt;
}

PasswordWeakness weakness_of(const Secret& password, const std::string& user, std::uint32_t least,
                             const char* pwquality_conf) {
  if (characters_of(password.expose()).value_or(0) < least)
    return {.reason = fmt::format("this password needs at least {} characters: a sentence of your "
                                  "own is long, and easy to remember",
                                  least),
            .trouble = {}};
  if (is_name(password.expose(), user)) return {.reason = "this is your user name", .trouble = {}};
  const CString text(password);
  if (text.get() == nullptr) return {.reason = "there is no memory to look at it", .trouble = {}};
  return as_library_says(text.get(), user, pwquality_conf);
}

}  // namespace usher
