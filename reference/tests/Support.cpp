#include "Support.hpp"

namespace pipects::testing {

bool Eventually(const std::function<bool()>& predicate) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!predicate()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

Bytes Pattern(std::size_t count) {
    Bytes bytes(count);
    for (std::size_t index = 0; index < count; ++index) {
        bytes[index] = static_cast<Byte>((index * 131 + (index >> 8)) & 0xFF);
    }
    return bytes;
}

std::string ReadText(Stream& stream, std::size_t count) {
    Bytes bytes(count);
    stream.ReadExactly(bytes);
    return {bytes.begin(), bytes.end()};
}

std::size_t Fill(PipeStream& writer) {
    const Bytes block(static_cast<std::size_t>(writer.OutBufferSize()));
    writer.Write(std::span<const Byte>(block));
    return block.size();
}

Background::Background(std::function<void()> call)
    : thread_([this, call = std::move(call)] {
          announced_.set_value(ThisThread());
          try {
              call();
              done_.set_value();
          } catch (...) {
              done_.set_exception(std::current_exception());
          }
      }) {
    id_ = announced_.get_future().get();
}

void Background::WaitUntilBlocked() const {
    ASSERT_TRUE(Eventually([&] { return IsAsleep(id_); }));
}

void Background::Finish() {
    ASSERT_EQ(ended_.wait_for(patience), std::future_status::ready) << "still blocked";
    ended_.get();
}

bool DisposalEndsARead(Ends& ends) {
    Background reading([&] { static_cast<void>(ends.reader.ReadByte()); });
    reading.WaitUntilBlocked();
    ends.reader.Dispose();
    try {
        reading.Finish();
    } catch (const IOException&) {
        return true;
    }
    return false;
}

}  // namespace pipects::testing

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
