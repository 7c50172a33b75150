// SPDX-License-Identifier: Apache-2.0
// The return value of each of the six entry points, through the real libpam, in each situation and
// under every flag that a program may pass.
#include <gtest/gtest.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/fakes/fake_daemon.h"
#include "tests/module/captured_log.h"
#include "tests/module/pam_stack.h"

namespace usher::testing {
namespace {

constexpr Verdict kDenied{.seal = Seal::denied, .pam_code = PAM_PERM_DENIED};
constexpr const char* kNowhere = "/nonexistent/usher.sock";

/// One of pam(3)'s six functions, what it is on the wire, and the flags it may be called with.
struct EntryPoint {
  const char* name;
  int (*call)(pam_handle_t*, int);
  Phase phase;
  std::vector<int> flags;
};

void PrintTo(const EntryPoint& entry, std::ostream* out) { *out << entry.name; }

const int kSilent = static_cast<int>(PAM_SILENT);

class EveryEntryPoint : public ::testing::TestWithParam<EntryPoint> {
 protected:
  void SetUp() override { clear_log(); }
  static int call(const std::string& line, int flags = 0) {
    Person nobody;
    const PamStack stack({line}, nobody.conversation());
    return GetParam().call(stack.handle(), flags);
  }
};

class EveryAskingEntryPoint : public EveryEntryPoint {};

const std::vector<EntryPoint> kAsking = {
    {"authenticate",
     &pam_authenticate,
     Phase::authenticate,
     {0, kSilent, PAM_DISALLOW_NULL_AUTHTOK, kSilent | PAM_DISALLOW_NULL_AUTHTOK}},
    {"acct_mgmt",
     &pam_acct_mgmt,
     Phase::account,
     {0, kSilent, PAM_DISALLOW_NULL_AUTHTOK, kSilent | PAM_DISALLOW_NULL_AUTHTOK}},
    {"open_session", &pam_open_session, Phase::open_session, {0, kSilent}},
    {"close_session", &pam_close_session, Phase::close_session, {0, kSilent}},
};

const std::vector<EntryPoint> kOthers = {
    {"setcred",
     &pam_setcred,
     {},
     {0, kSilent, PAM_ESTABLISH_CRED, PAM_DELETE_CRED, PAM_REINITIALIZE_CRED, PAM_REFRESH_CRED,
      PAM_ESTABLISH_CRED | kSilent}},
    {"chauthtok",
     &pam_chauthtok,
     Phase::password,
     {0, kSilent, PAM_CHANGE_EXPIRED_AUTHTOK, kSilent | PAM_CHANGE_EXPIRED_AUTHTOK}},
};

const auto kName = [](const auto& test) { return std::string(test.param.name); };
INSTANTIATE_TEST_SUITE_P(Asking, EveryEntryPoint, ::testing::ValuesIn(kAsking), kName);
INSTANTIATE_TEST_SUITE_P(Others, EveryEntryPoint, ::testing::ValuesIn(kOthers), kName);
INSTANTIATE_TEST_SUITE_P(Asking, EveryAskingEntryPoint, ::testing::ValuesIn(kAsking), kName);

TEST_P(EveryEntryPoint, RefusesAnUnknownOption) {
  for (const int flags : GetParam().flags) {
    clear_log();
    EXPECT_EQ(call(usher_line(kNowhere, "use_frist_pass"), flags), PAM_SERVICE_ERR) << flags;
    EXPECT_GE(logged_with("use_frist_pass"), 1);
    EXPECT_GE(logged_with("use_first_pass"), 1) << "says what would be accepted";
  }
}

TEST_P(EveryEntryPoint, SaysThatNobodyIsThereWhereTheDaemonIsMissing) {
  const bool asks = GetParam().call != &pam_setcred;
  for (const int flags : GetParam().flags) {
    clear_log();
    EXPECT_EQ(call(usher_line(kNowhere), flags), asks ? PAM_AUTHINFO_UNAVAIL : PAM_SUCCESS)
        << flags;
    EXPECT_EQ(logged_with(kNowhere), asks ? 1 : 0);
  }
}

TEST_P(EveryAskingEntryPoint, PassesPhaseAndFlagsOnAndReturnsSuccess) {
  for (const int flags : GetParam().flags) {
    const FakeDaemon daemon({begins([flags](const Begin& begin) {
                               EXPECT_EQ(begin.phase, GetParam().phase);
                               EXPECT_EQ(begin.pam_flags, static_cast<std::uint32_t>(flags));
                             }),
                             says(kSuccess)});
    EXPECT_EQ(call(usher_line(daemon.path()), flags), PAM_SUCCESS) << flags;
    EXPECT_TRUE(logged().empty()) << logged()[0].text;
  }
}

TEST_P(EveryAskingEntryPoint, ReturnsTheDaemonsDenial) {
  for (const int flags : GetParam().flags) {
    const FakeDaemon daemon({begins(), says(kDenied)});
    EXPECT_EQ(call(usher_line(daemon.path()), flags), PAM_PERM_DENIED) << flags;
  }
}

TEST_P(EveryAskingEntryPoint, TakesNoPartWhereTheDaemonSaysSo) {
  const FakeDaemon daemon({begins(), says(Verdict{.seal = Seal::ignore, .pam_code = PAM_IGNORE})});
  Person nobody;
  const PamStack stack({"required pam_permit.so", usher_line(daemon.path())},
                       nobody.conversation());
  EXPECT_EQ(GetParam().call(stack.handle(), 0), PAM_SUCCESS);
}

TEST_P(EveryAskingEntryPoint, WritesItsStepsWhereDebugIsOn) {
  const FakeDaemon daemon({begins(), says(kSuccess)});
  EXPECT_EQ(call(usher_line(daemon.path(), "debug")), PAM_SUCCESS);
  EXPECT_FALSE(logged().empty());
}

TEST(Chauthtok, AsksTheDaemonInBothStepsAndSaysWhich) {
  for (const int flags : kOthers[1].flags) {
    const auto step = [flags](int which) {
      return begins([flags, which](const Begin& begin) {
        EXPECT_EQ(begin.phase, Phase::password);
        EXPECT_EQ(begin.pam_flags, static_cast<std::uint32_t>(flags | which));
      });
    };
    const FakeDaemon daemon(
        {step(PAM_PRELIM_CHECK), says(kSuccess), step(PAM_UPDATE_AUTHTOK), says(kSuccess)});
    Person nobody;
    const PamStack stack({usher_line(daemon.path())}, nobody.conversation());
    EXPECT_EQ(::pam_chauthtok(stack.handle(), flags), PAM_SUCCESS) << flags;
  }
}

TEST(Chauthtok, ADenialInTheFirstStepSparesTheSecond) {
  for (const int flags : kOthers[1].flags) {
    const FakeDaemon daemon({begins(), says(kDenied), stops_listening()});
    Person nobody;
    const PamStack stack({usher_line(daemon.path())}, nobody.conversation());
    EXPECT_EQ(::pam_chauthtok(stack.handle(), flags), PAM_PERM_DENIED) << flags;
  }
}

TEST(Chauthtok, ADenialInTheSecondStepIsOne) {
  for (const int flags : kOthers[1].flags) {
    const FakeDaemon daemon({begins(), says(kSuccess), begins(), says(kDenied)});
    Person nobody;
    const PamStack stack({usher_line(daemon.path())}, nobody.conversation());
    EXPECT_EQ(::pam_chauthtok(stack.handle(), flags), PAM_PERM_DENIED) << flags;
  }
}

TEST(Setcred, NeedsNoDaemonAfterASuccess) {
  const FakeDaemon daemon({begins(), says(kSuccess), hangs_up(), stops_listening()});
  Person nobody;
  const PamStack stack({usher_line(daemon.path())}, nobody.conversation());
  ASSERT_EQ(::pam_authenticate(stack.handle(), 0), PAM_SUCCESS);
  for (const int flags : kOthers[0].flags)
    EXPECT_EQ(::pam_setcred(stack.handle(), flags), PAM_SUCCESS) << flags;
}

/// Without usherd, as sshd calls: SSH_AUTH_INFO_0 set to `methods`, and `auth` run first or not.
int without_usherd(int (*phase)(pam_handle_t*, int), const char* methods, bool authenticate_first) {
  Person nobody;
  const PamStack stack({usher_line(kNowhere)}, nobody.conversation());
  const std::string info = std::string("SSH_AUTH_INFO_0=") + methods;
  EXPECT_EQ(::pam_putenv(stack.handle(), info.c_str()), PAM_SUCCESS);
  if (authenticate_first) {
    EXPECT_EQ(::pam_authenticate(stack.handle(), 0), PAM_AUTHINFO_UNAVAIL);
  }
  return phase(stack.handle(), 0);
}

TEST(WithoutUsherd, AKeyAloneHasNoWayAroundIt) {
  EXPECT_EQ(without_usherd(&pam_acct_mgmt, "", false), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_acct_mgmt, "publickey ssh-ed25519 AAAA", false), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_acct_mgmt, "keyboard-interactive/pam", false), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_open_session, "", false), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_open_session, "publickey ssh-ed25519 AAAA", false), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_open_session, "gssapi-with-mic\nhostbased password", false),
            PAM_SYSTEM_ERR);
}

TEST(WithoutUsherd, WhoWasAskedByTheStackMayHaveOne) {
  EXPECT_EQ(without_usherd(&pam_acct_mgmt, "", true), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(without_usherd(&pam_open_session,
                           "publickey ssh-ed25519 AAAA\nkeyboard-interactive/pam", false),
            PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(without_usherd(&pam_open_session, "password\n", false), PAM_AUTHINFO_UNAVAIL);
}

TEST(WithoutUsherd, AWrongPasswordBeforeAKeyOpensNoWayForIt) {
  // One transaction serves a connection: whoever was asked in vain then came by a key.
  EXPECT_EQ(without_usherd(&pam_open_session, "publickey ssh-ed25519 AAAA", true), PAM_SYSTEM_ERR);
  EXPECT_EQ(without_usherd(&pam_open_session, "", true), PAM_SYSTEM_ERR);
}

TEST(Account, RefusesWhereNoUserIsNamed) {
  clear_log();
  Person nobody;
  const PamStack stack({usher_line(kNowhere)}, nobody.conversation(), nullptr);
  EXPECT_EQ(::pam_acct_mgmt(stack.handle(), 0), PAM_AUTH_ERR);
  EXPECT_EQ(logged_with("names no user"), 1);
}

}  // namespace
}  // namespace usher::testing
