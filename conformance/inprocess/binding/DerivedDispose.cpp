#include "Binding.hpp"

#include <map>
#include <string>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(derived)
BOOST_AUTO_TEST_SUITE(dispose)

/// Whether the other end sees that nobody writes any more.
bool HasEnded(Stream& reader) {
    Byte byte{};
    return reader.Read(std::span(&byte, 1)) == 0;
}

BOOST_AUTO_TEST_CASE(public_passes_true, COVERS("stream.dispose.public-passes-true")) {
    Connected pipe(PipeDirection::In);
    pipe.stream.Dispose();
    BOOST_CHECK((pipe.stream.disposals == std::vector<bool>{true}));
    Connected closed(PipeDirection::In);
    closed.stream.Close();
    BOOST_CHECK((closed.stream.disposals == std::vector<bool>{true}));
    Connected asynchronous(PipeDirection::In);
    asynchronous.stream.DisposeAsync().Wait();
    BOOST_CHECK((asynchronous.stream.disposals == std::vector<bool>{true}));
}

BOOST_AUTO_TEST_CASE(true_releases_what_it_holds, COVERS("stream.dispose.true-releases-managed")) {
    Connected pipe(PipeDirection::Out);
    const auto handle = pipe.stream.SafePipeHandle();
    pipe.stream.Dispose(true);
    BOOST_TEST(handle->IsClosed());
    BOOST_TEST(HasEnded(pipe.server));
}

BOOST_AUTO_TEST_CASE(every_state_releases, COVERS("stream.dispose.true-releases-managed")) {
    const std::map<std::string, void (*)(Connected&)> states{
        {"connected", [](Connected&) {}},
        {"disconnected", [](Connected& pipe) { pipe.stream.SetIsConnected(false); }},
        {"connected again",
         [](Connected& pipe) {
             pipe.stream.SetIsConnected(false);
             pipe.stream.SetIsConnected(true);
         }},
        {"broken", [](Connected& pipe) {
             pipe.server.Dispose();
             CheckThrows<IOException>("WriteByte", [&] { pipe.stream.WriteByte(1); });
         }}};
    const std::map<std::string, void (*)(Derived&)> routes{
        {"Dispose", [](Derived& stream) { stream.Dispose(); }},
        {"Close", [](Derived& stream) { stream.Close(); }},
        {"DisposeAsync", [](Derived& stream) { stream.DisposeAsync().Wait(); }}};
    for (const auto& [state, bring] : states) {
        for (const auto& [route, dispose] : routes) {
            BOOST_TEST_CONTEXT(state << ", " << route) {
                Connected pipe(PipeDirection::Out);
                const auto handle = pipe.stream.SafePipeHandle();
                bring(pipe);
                dispose(pipe.stream);
                BOOST_TEST(handle->IsClosed());
                BOOST_TEST(!pipe.stream.CanWrite());
                BOOST_TEST(!pipe.stream.IsConnected());
                CheckThrows<ObjectDisposedException>("WriteByte", [&] { pipe.stream.WriteByte(1); });
                BOOST_CHECK_NO_THROW(dispose(pipe.stream));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(false_releases_the_system_handle, COVERS("stream.dispose.false-only-unmanaged")) {
    Connected pipe(PipeDirection::Out);
    pipe.stream.Dispose(false);
    BOOST_TEST(HasEnded(pipe.server));
    BOOST_CHECK_NO_THROW(pipe.stream.Dispose(false));
    BOOST_CHECK_NO_THROW(pipe.stream.Dispose());
}

/// A derived class with a destructor of its own, as C++ wants it: a base's can't call what was overridden.
struct Finalized : Derived {
    explicit Finalized(std::vector<bool>& calls) : Derived(PipeDirection::Out, 0), calls_(calls) {}
    Finalized(const Finalized&) = delete;
    Finalized& operator=(const Finalized&) = delete;
    ~Finalized() override { Finalized::Dispose(false); }
    void Dispose(bool disposing) override {
        calls_.push_back(disposing);
        Derived::Dispose(disposing);
    }

  private:
    std::vector<bool>& calls_;
};

BOOST_AUTO_TEST_CASE(destruction_releases, COVERS("stream.dispose.finalizer-passes-false")) {
    // Dispose(false) is what a destructor calls, and what the base's own destructor does for a class without
    // one.
    std::vector<bool> calls;
    Server server(PipeDirection::In);
    {
        Finalized stream(calls);
        stream.InitializeHandle(server.ClientSafePipeHandle(), false, false);
    }
    BOOST_CHECK((calls == std::vector<bool>{false}));
    BOOST_TEST(HasEnded(server));

    Server other(PipeDirection::In);
    {
        Derived stream = Writer();
        stream.InitializeHandle(other.ClientSafePipeHandle(), false, false);
    }
    BOOST_TEST(HasEnded(other));
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
