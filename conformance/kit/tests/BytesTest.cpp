#include <gtest/gtest.h>
#include <pipects/adapter/Bytes.hpp>

#include <string>

namespace pipects::adapter {
namespace {

TEST(Bytes, TextIsUtf8) {
    EXPECT_EQ(ToHex(MakeBytes({{"text", "aé"}})), "61c3a9");
}

TEST(Bytes, HexIsReadInEitherCase) {
    EXPECT_EQ(ToHex(MakeBytes({{"hex", "00fFA5"}})), "00ffa5");
}

TEST(Bytes, LengthAloneFillsWithA5) {
    EXPECT_EQ(ToHex(MakeBytes({{"length", 3}})), "a5a5a5");
}

TEST(Bytes, LengthZeroIsAnEmptyArray) {
    EXPECT_TRUE(MakeBytes({{"length", 0}}).empty());
}

// (i * 2654435761 + seed * 2246822519) mod 2^32, shifted right by 16, its low 8 bits; worked out by hand.
TEST(Bytes, PatternFollowsItsRule) {
    EXPECT_EQ(ToHex(MakeBytes({{"pattern", 0}, {"length", 4}})), "00376ea6");
    EXPECT_EQ(ToHex(MakeBytes({{"pattern", 1}, {"length", 4}})), "eb235a92");
    EXPECT_EQ(PatternByte(0, 1), 2654435761U >> 16U & 0xffU);
    EXPECT_EQ(PatternByte(7, 0), 7U * 2246822519U >> 16U & 0xffU);
}

TEST(Bytes, PatternGoesOnBeyondFourGigabytes) {
    EXPECT_EQ(PatternByte(3, (std::uint64_t{1} << 32U) + 5), PatternByte(3, 5));
    EXPECT_EQ(PatternByte(0xffffffffU, 0), PatternByte(0xffffffffU, std::uint64_t{1} << 32U));
}

TEST(Bytes, SeedIsTakenModuloTwoToThe32) {
    EXPECT_EQ(MakeBytes({{"pattern", 4294967297U}, {"length", 9}}),
              MakeBytes({{"pattern", 1}, {"length", 9}}));
}

TEST(Bytes, FirstDifferenceIsAnIndexOfTheArray) {
    Array bytes = MakeBytes({{"pattern", 5}, {"length", 100}});
    EXPECT_EQ(FirstDifferenceWithin(bytes, 5, 0, 100), -1);
    bytes[40] ^= 1U;
    EXPECT_EQ(FirstDifferenceWithin(bytes, 5, 0, 100), 40);
    EXPECT_EQ(FirstDifferenceWithin(bytes, 5, 30, 20), 40);
    EXPECT_EQ(FirstDifferenceWithin(bytes, 5, 41, 59), -1);
    EXPECT_THROW(static_cast<void>(FirstDifferenceWithin(bytes, 5, 41, 60)), Fault);
}

class WrongBytes : public testing::TestWithParam<Json> {};

TEST_P(WrongBytes, AreWrongParameters) {
    try {
        static_cast<void>(MakeBytes(GetParam()));
        FAIL() << "accepted";
    } catch (const Fault& fault) {
        EXPECT_EQ(fault.Code(), FaultCode::WrongParameters);
    }
}

INSTANTIATE_TEST_SUITE_P(Descriptions, WrongBytes,
                         testing::Values(Json::object(), Json("text"), Json{{"hex", "0"}},
                                         Json{{"hex", "0g"}}, Json{{"length", -1}}, Json{{"length", "1"}},
                                         Json{{"length", 1ULL << 40U}}, Json{{"pattern", 1}},
                                         Json{{"pattern", "x"}, {"length", 1}}));

}  // namespace
}  // namespace pipects::adapter
