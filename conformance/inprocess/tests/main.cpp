#define BOOST_TEST_MODULE pipects in-process runner
#include <boost/test/unit_test.hpp>
