#include "Binding.hpp"

#include <boost/mpl/list.hpp>

#include <type_traits>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(exceptions)

template <typename D, typename B>
constexpr bool derives = std::is_base_of_v<B, D>&& std::is_convertible_v<D*, B*>;

BOOST_AUTO_TEST_CASE(hierarchy) {
    BOOST_CHECK((derives<Exception, std::exception>));
    BOOST_CHECK((derives<SystemException, Exception>));
    BOOST_CHECK((derives<ArgumentException, SystemException>));
    BOOST_CHECK((derives<ArgumentNullException, ArgumentException>));
    BOOST_CHECK((derives<ArgumentOutOfRangeException, ArgumentException>));
    BOOST_CHECK((derives<NotSupportedException, SystemException>));
    BOOST_CHECK((derives<PlatformNotSupportedException, NotSupportedException>));
    BOOST_CHECK((derives<InvalidOperationException, SystemException>));
    BOOST_CHECK((derives<ObjectDisposedException, InvalidOperationException>));
    BOOST_CHECK((derives<UnauthorizedAccessException, SystemException>));
    BOOST_CHECK((derives<OperationCanceledException, SystemException>));
    BOOST_CHECK((derives<TaskCanceledException, OperationCanceledException>));
    BOOST_CHECK((derives<IOException, SystemException>));
    BOOST_CHECK((derives<EndOfStreamException, IOException>));
    BOOST_CHECK((!derives<ArgumentNullException, ArgumentOutOfRangeException>));
    BOOST_CHECK((!derives<IOException, InvalidOperationException>));
}

using All =
    boost::mpl::list<Exception, SystemException, ArgumentException, ArgumentNullException,
                     ArgumentOutOfRangeException, NotSupportedException, PlatformNotSupportedException,
                     InvalidOperationException, ObjectDisposedException, UnauthorizedAccessException,
                     IOException, EndOfStreamException>;

BOOST_AUTO_TEST_CASE_TEMPLATE(copies, Type, All) {
    BOOST_TEST(std::is_nothrow_copy_constructible_v<Type>);
    BOOST_TEST(std::is_nothrow_copy_assignable_v<Type>);
    BOOST_TEST(std::has_virtual_destructor_v<Type>);
    const Type original(std::string("buffer"));
    const Type copy = original;
    BOOST_TEST(std::string(copy.what()) == original.what());
    BOOST_TEST(copy.Message() == original.what());
    BOOST_TEST(copy.Message() != "");
}

BOOST_AUTO_TEST_CASE(texts) {
    BOOST_TEST(std::string(IOException("Pipe is broken.").what()) == "Pipe is broken.");
    BOOST_TEST(std::string(ArgumentNullException("buffer").what()).find("buffer") != std::string::npos);
    BOOST_TEST(std::string(ArgumentOutOfRangeException("offset").what()).find("offset") != std::string::npos);
    BOOST_TEST(std::string(ArgumentException("Wrong.", "handle").what()).starts_with("Wrong."));
    BOOST_TEST(std::string(ArgumentException("Wrong.").what()) == "Wrong.");
    BOOST_TEST(std::string(OperationCanceledException().what()) != "");
    BOOST_TEST(std::string(TaskCanceledException().what()) != "");
    BOOST_TEST(std::string(EndOfStreamException().what()) != "");
}

BOOST_AUTO_TEST_CASE(parameter_names) {
    BOOST_TEST(ArgumentException("Wrong.").ParamName() == "");
    BOOST_TEST(ArgumentException("Wrong.", "handle").ParamName() == "handle");
    BOOST_TEST(ArgumentNullException("buffer").ParamName() == "buffer");
    BOOST_TEST(ArgumentOutOfRangeException("count").ParamName() == "count");
    ArgumentNullException assigned("buffer");
    assigned = ArgumentNullException("offset");
    BOOST_TEST(assigned.ParamName() == "offset");
    BOOST_TEST(assigned.Message() == ArgumentNullException("offset").Message());
}

BOOST_AUTO_TEST_CASE(tokens) {
    const std::stop_source source;
    BOOST_CHECK(OperationCanceledException(source.get_token()).CancellationToken() == source.get_token());
    BOOST_CHECK(TaskCanceledException(source.get_token()).CancellationToken() == source.get_token());
    BOOST_CHECK(OperationCanceledException().CancellationToken() == std::stop_token());
}

BOOST_AUTO_TEST_CASE(caught_by_any_base) {
    Pipe pipe;
    pipe.writer.Dispose();
    const auto write = [&] { pipe.writer.WriteByte(0); };
    BOOST_CHECK_THROW(write(), ObjectDisposedException);
    BOOST_CHECK_THROW(write(), InvalidOperationException);
    BOOST_CHECK_THROW(write(), SystemException);
    BOOST_CHECK_THROW(write(), Exception);
    BOOST_CHECK_THROW(write(), std::exception);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
