#include "AsioPipes.hpp"

#include <pipects/adapter/Adapter.hpp>

#include <boost/version.hpp>

namespace {

struct Traits : pipects::adapter::DefaultTraits {
    static constexpr const char* name = "Boost.Asio";
    static constexpr const char* version = BOOST_LIB_VERSION;

    using AnonymousPipeServerStream = asio_pipes::AnonymousPipeServerStream;
    using AnonymousPipeClientStream = asio_pipes::AnonymousPipeClientStream;
    using PipeStream = asio_pipes::PipeStream;
    using PipeDirection = asio_pipes::PipeDirection;
    using PipeTransmissionMode = asio_pipes::PipeTransmissionMode;
    using HandleInheritability = asio_pipes::HandleInheritability;
    using SeekOrigin = asio_pipes::SeekOrigin;
    using ArgumentException = asio_pipes::ArgumentException;

    /// Asio's own errors are codes: these are the documentation's names of them.
    static pipects::adapter::Thrown Describe(const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& error) {
            const bool canceled = error.code() == boost::asio::error::operation_aborted;
            return {canceled ? "OperationCanceledException" : "IOException", {}, error.what(), nullptr};
        } catch (...) {
            return pipects::adapter::DescribeByType<Traits>(thrown);
        }
    }

    static void WarmUp() { asio_pipes::Context::Get(); }
};

}  // namespace

int main(int argc, char** argv) {
    return pipects::adapter::Main<Traits>(argc, argv);
}
