// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/password_quality.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "usher/unique_fd.h"

namespace usher {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Secret secret_of(std::string_view text) {
  Secret secret;
  EXPECT_TRUE(secret.assign(text));
  return secret;
}

/// A pwquality.conf of the test's own, so that none of the machine's plays a part.
class QualityTest : public ::testing::Test {
 protected:
  QualityTest() {
    std::string name = std::filesystem::temp_directory_path() / "quality-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    configure("");
  }
  ~QualityTest() override { std::filesystem::remove_all(folder_); }

  void configure(const std::string& text) { std::ofstream(file()) << text; }
  [[nodiscard]] std::string file() const { return folder_ / "pwquality.conf"; }
  PasswordWeakness weakness(std::string_view password, std::uint32_t least = 8,
                            const std::string& user = "alice") {
    return weakness_of(secret_of(password), user, least, file().c_str());
  }

  std::filesystem::path folder_;
};

TEST(Unusable, WhatIsNoText) {
  EXPECT_THAT(why_unusable(secret_of("correct\xff horse")).value_or(""), HasSubstr("UTF-8"));
  EXPECT_THAT(why_unusable(secret_of("surrogate \xed\xa0\x80")).value_or(""), HasSubstr("UTF-8"));
  for (const std::string_view control :
       {std::string_view("correct\nhorse"), std::string_view("correct\0horse", 13),
        std::string_view("correct\x7fhorse"), std::string_view("correct\xc2\x85horse")})
    EXPECT_THAT(why_unusable(secret_of(control)).value_or(""), HasSubstr("control"));
}

TEST(Unusable, ShorterThanEightCharactersIsForNobody) {
  EXPECT_TRUE(why_unusable(secret_of("")));
  EXPECT_TRUE(why_unusable(secret_of("seven77")));
  EXPECT_FALSE(why_unusable(secret_of("eight888")));
}

TEST(Unusable, LengthsAreOfCharactersAndNotOfBytes) {
  EXPECT_TRUE(why_unusable(secret_of("äöüäöüß")));
  EXPECT_FALSE(why_unusable(secret_of("äöüäöüßé")));
  EXPECT_TRUE(why_unusable(secret_of("🐎🐎🐎🐎🐎🐎🐎")));
  EXPECT_FALSE(why_unusable(secret_of("🐎🔋📎🧀🐘🎻🚲🌍")));
}

TEST_F(QualityTest, ASentenceIsFineWhateverItIsMadeOf) {
  for (const char* text :
       {"correct horse battery staple", "NO SMALL LETTERS HERE", "3141592653 5897932384",
        "пароль из четырёх слов", "tab-less and fine"}) {
    const PasswordWeakness found = weakness(text, 15);
    EXPECT_EQ(found.reason, std::nullopt) << text;
    EXPECT_THAT(found.trouble, IsEmpty());
  }
  std::string longest;
  while (longest.size() < Secret::kCapacity)
    longest += fmt::format("{} words later, ", longest.size());
  longest.resize(Secret::kCapacity);
  EXPECT_EQ(weakness(longest, 15).reason, std::nullopt);
}

TEST_F(QualityTest, TheLeastLengthIsTheOneGiven) {
  EXPECT_THAT(weakness("fourteen chars", 15).reason.value_or(""), HasSubstr("15"));
  EXPECT_EQ(weakness("fifteen chars..", 15).reason, std::nullopt);
  EXPECT_EQ(weakness("fourteen chars", 8).reason, std::nullopt);
  EXPECT_TRUE(weakness("zwölf zählen", 13).reason) << "it has twelve characters in 14 bytes";
}

TEST_F(QualityTest, WordsAndWhatIsKnownAreRefused) {
  for (const char* text : {"astronomical", "Astronomical", "lacimonortsa", "password123456789",
                           "abcdefghijklmnop", "1234567890123456"})
    EXPECT_TRUE(weakness(text).reason) << text;
}

TEST_F(QualityTest, TheNameIsRefused) {
  EXPECT_TRUE(weakness("alicealicealice1").reason);
  EXPECT_TRUE(weakness("xq-ALICE-wt93").reason);
  configure("usercheck = 0\n");
  EXPECT_TRUE(weakness("Wilhelmina.Quxx", 8, "wilhelmina.quxx").reason);
}

TEST_F(QualityTest, WhatTheAdministratorAsksForCounts) {
  configure("minlen = 30\n");
  EXPECT_TRUE(weakness("correct horse battery staple").reason);
  configure("badwords = battery\n");
  EXPECT_TRUE(weakness("correct horse battery staple").reason);
  configure("minclass = 3\n");
  EXPECT_TRUE(weakness("correct horse battery staple").reason);
}

TEST_F(QualityTest, AMistakeInTheConfigurationIsToldAndRefusesNobody) {
  configure("minlen = many\n");
  PasswordWeakness found = weakness("correct horse battery staple");
  EXPECT_EQ(found.reason, std::nullopt);
  EXPECT_THAT(found.trouble, HasSubstr("pwquality.conf"));
  EXPECT_TRUE(weakness("astronomical").reason);
  found = weakness_of(secret_of("correct horse battery staple"), "alice", 8, "/no/such/file");
  EXPECT_EQ(found.reason, std::nullopt);
  EXPECT_THAT(found.trouble, HasSubstr("pwquality.conf"));
}

TEST_F(QualityTest, AMissingDictionaryIsToldAndRefusesNobody) {
  configure("dictpath = /no/such/dictionary\n");
  const PasswordWeakness found = weakness("correct horse battery staple");
  EXPECT_EQ(found.reason, std::nullopt);
  EXPECT_THAT(found.trouble, HasSubstr("dictionary"));
  EXPECT_TRUE(weakness("alicealicealice1").reason) << "all else is looked at";
  configure("dictcheck = 0\n");
  EXPECT_EQ(weakness("astronomical").reason, std::nullopt);
  EXPECT_THAT(weakness("astronomical").trouble, IsEmpty()) << "the administrator wants none";
}

TEST_F(QualityTest, ManyThreadsMayAsk) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int round = 0; round < 4; ++round) {
        EXPECT_TRUE(weakness("astronomical").reason);
        EXPECT_EQ(weakness("correct horse battery staple").reason, std::nullopt);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

/// How often one of `forms` is in the writable memory of this process. They are given with every
/// byte's bits turned over, or they would be found themselves.
int found_in_memory(const std::vector<std::string>& forms) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  std::ifstream maps("/proc/self/maps");
  const UniqueFd memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  std::vector<std::uint8_t> copy;
  copy.reserve(kMost);
  int found = 0;
  for (std::string line; std::getline(maps, line);) {
    std::size_t begin = 0;
    std::size_t end = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, mode) != 3) continue;
    const auto own = reinterpret_cast<std::size_t>(copy.data());
    if (mode[0] != 'r' || mode[1] != 'w' || end - begin > kMost || (own >= begin && own < end))
      continue;
    copy.resize(end - begin);
    const ssize_t got = ::pread(memory.get(), copy.data(), copy.size(), static_cast<off_t>(begin));
    if (got <= 0) continue;
    for (const std::string& form : forms) {
      const auto same = [](std::uint8_t here, char turned) {
        return here == static_cast<std::uint8_t>(~static_cast<std::uint8_t>(turned));
      };
      auto at = copy.begin();
      const auto last = copy.begin() + got;
      while ((at = std::search(at, last, form.begin(), form.end(), same)) != last) {
        ++found;
        ++at;
      }
    }
  }
  return found;
}

/// The text with every byte's bits turned over, forwards and backwards.
std::vector<std::string> turned_over(std::string_view turned) {
  return {std::string(turned), std::string(turned.rbegin(), turned.rend())};
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define USHER_KEEPS_FREED_MEMORY 1
#endif

TEST_F(QualityTest, NothingOfThePasswordStaysBehind) {
#ifdef USHER_KEEPS_FREED_MEMORY
  GTEST_SKIP() << "sanitizers keep memory that was freed";
#endif
  // Made of two halves, so that it is nowhere else whole.
  const std::array<std::array<std::string_view, 2>, 2> halves = {
      {{"walnut-ca", "nary-0$2"}, {"quince can", "ary tree"}}};
  for (const auto& [first, second] : halves) {
    std::string turned;
    Secret password;
    const auto bytes = password.resize(first.size() + second.size());
    for (const std::string_view half : {first, second})
      for (const char c : half) {
        bytes[turned.size()] = static_cast<std::uint8_t>(c);
        turned += static_cast<char>(~static_cast<std::uint8_t>(c));
      }
    EXPECT_EQ(found_in_memory(turned_over(turned)), 1) << "the secret itself is to be seen here";
    // On a stack of its own, which nobody writes over before it is looked at.
    std::latch checked(1);
    std::latch looked(1);
    std::thread checking([&] {
      EXPECT_EQ(weakness_of(password, "alice", 8, file().c_str()).reason, std::nullopt);
      password.clear();
      checked.count_down();
      looked.wait();
    });
    checked.wait();
    EXPECT_EQ(found_in_memory(turned_over(turned)), 0);
    looked.count_down();
    checking.join();
  }
}

}  // namespace
}  // namespace usher
