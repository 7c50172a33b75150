// SPDX-License-Identifier: Apache-2.0
#include "tests/module/pam_stack.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace usher::testing {

int Person::prompts() const {
  int count = 0;
  for (const Shown& shown : shown_)
    count += shown.style == PAM_PROMPT_ECHO_OFF || shown.style == PAM_PROMPT_ECHO_ON ? 1 : 0;
  return count;
}

int Person::converse(int count, const pam_message** messages, pam_response** responses,
                     void* self) {
  EXPECT_EQ(count, 1);
  return static_cast<Person*>(self)->reply(*messages[0], responses);
}

int Person::reply(const pam_message& message, pam_response** response) {
  shown_.push_back({message.msg_style, message.msg});
  *response = nullptr;
  if (message.msg_style == PAM_TEXT_INFO || message.msg_style == PAM_ERROR_MSG) return PAM_SUCCESS;
  if (replies_.empty()) {
    ADD_FAILURE() << "nobody expected the prompt \"" << message.msg << '"';
    return PAM_CONV_ERR;
  }
  const Reply reply = std::move(replies_.front());
  replies_.pop_front();
  if (reply.first) reply.first();
  if (reply.with_response) {
    *response = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
    (*response)->resp = reply.text ? ::strdup(reply.text->c_str()) : nullptr;
    last_response_ = (*response)->resp;
  }
  return reply.code;
}

PamStack::PamStack(const std::vector<std::string>& lines, const pam_conv& conversation,
                   const char* user) {
  EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  {
    std::ofstream file(std::string(folder_.data()) + "/usher-test");
    for (const char* const type : {"auth", "account", "password", "session"})
      for (const std::string& line : lines) file << type << ' ' << line << '\n';
    // libpam complains where there is none.
    const std::ofstream other(std::string(folder_.data()) + "/other");
  }
  EXPECT_EQ(::pam_start_confdir("usher-test", user, &conversation, folder_.data(), &handle_),
            PAM_SUCCESS);
}

PamStack::~PamStack() {
  ::pam_end(handle_, PAM_SUCCESS);
  std::filesystem::remove_all(folder_.data());
}

std::string usher_line(std::string_view socket_path, std::string_view options) {
  std::string line = "required " USHER_MODULE " socket=";
  line += socket_path;
  // Without root, nobody but the test itself can be the daemon.
  if (options.find("server_uid=") == std::string_view::npos)
    line += " server_uid=" + std::to_string(::geteuid());
  // What waits after a refusal is one test's business.
  return (line += " nodelay ") += options;
}

std::string probe_line(std::string_view options) {
  return "required " USHER_PROBE " " + std::string(options);
}

int authenticate(std::string_view socket_path, Person& person, std::string_view options,
                 int flags) {
  const PamStack stack({usher_line(socket_path, options)}, person.conversation());
  return ::pam_authenticate(stack.handle(), flags);
}

}  // namespace usher::testing
