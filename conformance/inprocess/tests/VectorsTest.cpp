#include <boost/test/unit_test.hpp>
#include <pipects/adapter/Bytes.hpp>
#include <pipects/inprocess/Words.hpp>

#include <fstream>
#include <set>

// The harness's own tests read the same files (harness/tests/test_matching.py).

namespace pipects::inprocess {

namespace {

Json Vectors(const std::string& name) {
    std::ifstream file(PIPECTS_VECTORS "/" + name + ".json");
    return Json::parse(file).at("vectors");
}

std::string HexOf(const std::vector<std::uint8_t>& bytes, std::size_t first, std::size_t count) {
    return adapter::ToHex(std::span(bytes).subspan(first, count));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vectors)

BOOST_AUTO_TEST_CASE(matching) {
    const Json vectors = Vectors("matching");
    BOOST_TEST(vectors.size() > 100U);
    for (const Json& vector : vectors) {
        BOOST_TEST_CONTEXT(vector["title"].get<std::string>()) {
            const Outcome outcome = OutcomeOf(vector["outcome"]);
            const Json& expectation = vector["expectation"];
            const bool holds = Holds(expectation, outcome, vector.value("arguments", Json::object()));
            BOOST_TEST(holds == vector["holds"].get<bool>());
            if (vector.contains("expected")) {
                BOOST_TEST(SayExpected(expectation) == vector["expected"].get<std::string>());
            }
            if (vector.contains("actual")) {
                BOOST_TEST(SayActual(outcome) == vector["actual"].get<std::string>());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(pattern) {
    constexpr std::size_t shown = 16;
    const Json vectors = Vectors("pattern");
    for (const Json& vector : vectors) {
        BOOST_TEST_CONTEXT(vector["bytes"].dump()) {
            const auto bytes = MakeBytes(vector["bytes"]);
            BOOST_REQUIRE(bytes.size() == vector["length"].get<std::size_t>());
            if (vector.contains("hex")) {
                BOOST_TEST(HexOf(bytes, 0, bytes.size()) == vector["hex"].get<std::string>());
            } else {
                BOOST_TEST(HexOf(bytes, 0, shown) == vector["first"].get<std::string>());
                BOOST_TEST(HexOf(bytes, bytes.size() - shown, shown) == vector["last"].get<std::string>());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(nonsense_is_no_bytes) {
    for (const Json& nonsense : {Json::object(), Json{{"pattern", 1}}, Json{{"size", 3}}}) {
        BOOST_CHECK_THROW(MakeBytes(nonsense), std::runtime_error);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::inprocess
