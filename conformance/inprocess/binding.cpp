// The program of the binding's tests alone; binding/ has them.
#define BOOST_TEST_MODULE binding of the reference
#include <boost/test/unit_test.hpp>
