#include <gtest/gtest.h>
#include <pipects/adapter/Results.hpp>

namespace pipects::adapter {
namespace {

TEST(Results, TextGoesAsTextAndWhatIsNoneAsItsBytes) {
    EXPECT_EQ(TextToJson("a\xc3\xa4"), Json("a\xc3\xa4"));
    EXPECT_EQ(TextToJson("\xef\xbf\xbd"),
              Json("\xef\xbf\xbd"));  // a replacement that the implementation has made
    for (const char* bytes : {"\xff", "a\xed\xa0\x80", "\xe2\x82"}) {
        EXPECT_TRUE(TextToJson(bytes).contains("bytes")) << bytes;
    }
    EXPECT_EQ(TextToJson("a\xff"), (Json{{"bytes", {{"hex", "61ff"}}}}));
}

}  // namespace
}  // namespace pipects::adapter
