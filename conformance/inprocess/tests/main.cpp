#define BOOST_TEST_MODULE pipects_inprocess
#include <boost/test/unit_test.hpp>
