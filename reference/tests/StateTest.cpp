#include "Support.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace pipects::testing {
namespace {

using System::ArgumentNullException;
using System::ArgumentOutOfRangeException;
using System::InvalidOperationException;
using System::NotSupportedException;
using System::ObjectDisposedException;

constexpr auto noMode = static_cast<PipeTransmissionMode>(2);

TEST(Arguments, AreCheckedInOrderAheadOfDirectionAndState) {
    Ends ends;
    ends.writer.Dispose();
    Bytes bytes(4);
    const System::ArrayView<Byte> null = nullptr;
    const auto read = [&](System::ArrayView<Byte> buffer, int offset, int count) {
        return [&ends, buffer, offset, count] { ends.writer.Read(buffer, offset, count); };
    };
    const auto write = [&](System::ArrayView<const Byte> buffer, int offset, int count) {
        return [&ends, buffer, offset, count] { ends.writer.Write(buffer, offset, count); };
    };
    EXPECT_EQ(ParamOf<ArgumentNullException>(read(null, -1, -1)), "buffer");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(read(bytes, -1, -1)), "offset");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(read(bytes, 0, -1)), "count");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(read(bytes, 2, 3)), "count");
    EXPECT_EQ(ParamOf<ArgumentNullException>(write(nullptr, -1, -1)), "buffer");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(write(bytes, -1, -1)), "offset");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(write(bytes, 5, 0)), "count");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(write(Bytes(), 0, 1)), "count");
    EXPECT_THROW(read(bytes, 0, 4)(), NotSupportedException) << "direction before state";
    EXPECT_THROW(write(Bytes(), 0, 0)(), ObjectDisposedException);
}

TEST(Arguments, TellAnEmptyArrayFromNull) {
    Ends ends;
    EXPECT_EQ(ends.reader.Read(Bytes(), 0, 0), 0);
    EXPECT_THROW(ends.reader.Read(nullptr, 0, 0), ArgumentNullException);
}

TEST(OpenEnd, AnswersItsProperties) {
    Ends ends;
    EXPECT_FALSE(ends.reader.CanSeek());
    EXPECT_FALSE(ends.reader.CanTimeout());
    EXPECT_EQ(ends.reader.TransmissionMode(), PipeTransmissionMode::Byte);
    EXPECT_EQ(ends.reader.ReadMode(), PipeTransmissionMode::Byte);
    EXPECT_NO_THROW(ends.reader.SetReadMode(PipeTransmissionMode::Byte));
    EXPECT_THROW(ends.reader.SetReadMode(PipeTransmissionMode::Message), NotSupportedException);
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([&] { ends.writer.SetReadMode(noMode); }), "value");
    EXPECT_THROW(static_cast<void>(ends.reader.IsMessageComplete()), InvalidOperationException);
    EXPECT_THROW(static_cast<void>(ends.reader.OutBufferSize()), NotSupportedException);
    EXPECT_THROW(static_cast<void>(ends.writer.InBufferSize()), NotSupportedException);
    EXPECT_EQ(ends.reader.InBufferSize(), ends.writer.OutBufferSize());
    EXPECT_THROW(static_cast<void>(ends.reader.ReadTimeout()), InvalidOperationException);
    EXPECT_THROW(ends.reader.SetReadTimeout(1), InvalidOperationException);
    EXPECT_THROW(static_cast<void>(ends.writer.WriteTimeout()), InvalidOperationException);
    EXPECT_THROW(ends.writer.SetWriteTimeout(1), InvalidOperationException);
    EXPECT_EQ(ends.writer.SafePipeHandle(), ends.writer.SafePipeHandle());
    EXPECT_NO_THROW(ends.writer.Flush());
    EXPECT_THROW(ends.reader.Flush(), NotSupportedException);
    EXPECT_THROW(ends.reader.WaitForPipeDrain(), NotSupportedException);
}

TEST(EveryEnd, RefusesToSeekOpenAndClosed) {
    AnonymousPipeServerStream server;
    for (int round = 0; round < 2; ++round) {
        EXPECT_THROW(static_cast<void>(server.Length()), NotSupportedException);
        EXPECT_THROW(static_cast<void>(server.Position()), NotSupportedException);
        EXPECT_THROW(server.SetPosition(0), NotSupportedException);
        EXPECT_THROW(server.Seek(0, SeekOrigin::Begin), NotSupportedException);
        EXPECT_THROW(server.SetLength(0), NotSupportedException);
        server.Dispose();
    }
}

TEST(ClosedEnd, ReportsItsDisposal) {
    Ends ends;
    ends.reader.Dispose();
    ends.reader.Close();
    ends.reader.DisposeAsync().Wait();
    ends.writer.Dispose();
    EXPECT_FALSE(ends.reader.CanRead());
    EXPECT_FALSE(ends.writer.CanWrite());
    EXPECT_FALSE(ends.reader.IsConnected());
    EXPECT_THROW(ends.reader.ReadByte(), ObjectDisposedException);
    EXPECT_THROW(ends.writer.WriteByte(1), ObjectDisposedException);
    EXPECT_THROW(ends.writer.Flush(), ObjectDisposedException);
    EXPECT_THROW(ends.reader.Flush(), ObjectDisposedException) << "[stream.flush.closed-read-end]";
    EXPECT_THROW(ends.reader.WaitForPipeDrain(), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.TransmissionMode()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.ReadMode()), ObjectDisposedException);
    EXPECT_THROW(ends.reader.SetReadMode(noMode), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.InBufferSize()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.OutBufferSize()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.IsMessageComplete()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.SafePipeHandle()), ObjectDisposedException);
    EXPECT_THROW(ends.reader.WriteByte(1), NotSupportedException) << "direction before state";
}

TEST(BrokenEnd, ReportsTheBreakOnceAWriteHasFoundIt) {
    Ends ends;
    ends.reader.Dispose();
    EXPECT_TRUE(ends.writer.IsConnected());
    EXPECT_NO_THROW(ends.writer.Write(std::span<const Byte>()));
    EXPECT_TRUE(ends.writer.IsConnected()) << "[stream.zero.write-does-not-detect-break]";
    EXPECT_THROW(ends.writer.WriteByte(1), IOException);
    EXPECT_FALSE(ends.writer.IsConnected());
    EXPECT_THROW(ends.writer.Write(std::span<const Byte>()), IOException);
    EXPECT_THROW(ends.writer.Flush(), IOException);
    EXPECT_THROW(ends.writer.WaitForPipeDrain(), IOException);
    EXPECT_THROW(static_cast<void>(ends.writer.TransmissionMode()), IOException);
    EXPECT_THROW(static_cast<void>(ends.writer.OutBufferSize()), IOException);
    EXPECT_THROW(ends.writer.SetReadMode(PipeTransmissionMode::Byte), IOException);
    EXPECT_EQ(ends.writer.ReadMode(), PipeTransmissionMode::Byte);
    ends.writer.Dispose();
    EXPECT_THROW(ends.writer.WriteByte(1), ObjectDisposedException) << "[stream.broken.dispose-overrides]";
}

TEST(ReadingEnd, StaysConnectedAtTheEndOfThePipe) {
    Ends ends;
    ends.writer.Dispose();
    EXPECT_EQ(ends.reader.ReadByte(), -1);
    EXPECT_EQ(ends.reader.ReadByte(), -1) << "[stream.eof.sticky]";
    EXPECT_TRUE(ends.reader.IsConnected());
}

TEST(HandleClosedFromOutside, RefusesTheNextTransferOnly) {
    Ends ends;
    ends.writer.DisposeLocalCopyOfClientHandle();
    ends.writer.DisposeLocalCopyOfClientHandle();
    EXPECT_TRUE(ends.reader.IsConnected());
    EXPECT_THROW(ends.reader.ReadByte(), ObjectDisposedException);
    EXPECT_TRUE(ends.writer.IsConnected());
}

TEST(MovedStream, GoesOnWhereTheOtherCountsAsClosed) {
    Ends ends;
    AnonymousPipeServerStream writer = std::move(ends.writer);
    writer.WriteByte(5);
    EXPECT_EQ(ends.reader.ReadByte(), 5);
    // NOLINTBEGIN(bugprone-use-after-move): what is left is the point
    EXPECT_FALSE(ends.writer.CanWrite());
    EXPECT_THROW(ends.writer.WriteByte(1), ObjectDisposedException);
    EXPECT_FALSE(ends.writer.CanRead());
    EXPECT_FALSE(ends.writer.IsConnected());
    EXPECT_FALSE(ends.writer.IsAsync());
    EXPECT_THROW(static_cast<void>(ends.writer.GetClientHandleAsString()), ObjectDisposedException);
    EXPECT_NO_THROW(ends.writer.DisposeLocalCopyOfClientHandle());
    EXPECT_NO_THROW(ends.writer.Dispose());
    // NOLINTEND(bugprone-use-after-move)
    const auto handle = writer.SafePipeHandle();
    writer = AnonymousPipeServerStream();
    EXPECT_TRUE(handle->IsClosed()) << "assigning disposes";
    EXPECT_EQ(ends.reader.ReadByte(), -1);
}

TEST(MovedStream, IsItselfAfterAssigningItToItself) {
    Ends ends;
    auto& same = ends.writer;
    ends.writer = std::move(same);
    ends.writer.WriteByte(5);
    EXPECT_EQ(ends.reader.ReadByte(), 5);
    auto& sameReader = ends.reader;
    ends.reader = std::move(sameReader);
    EXPECT_TRUE(ends.reader.CanRead());
}

TEST(MovedStream, CanBeAssignedToAgain) {
    Ends ends;
    const AnonymousPipeServerStream away = std::move(ends.writer);
    ends.writer = AnonymousPipeServerStream();
    EXPECT_TRUE(ends.writer.CanWrite());
}

/// Shows what only a derived class can reach.
class OwnStream : public PipeStream {
  public:
    explicit OwnStream(PipeDirection direction, int bufferSize = 0) : PipeStream(direction, bufferSize) {}
    OwnStream(PipeDirection direction, PipeTransmissionMode mode, int outBufferSize)
        : PipeStream(direction, mode, outBufferSize) {}
    using PipeStream::CheckPipePropertyOperations;
    using PipeStream::CheckReadOperations;
    using PipeStream::CheckWriteOperations;
    using PipeStream::InitializeHandle;
    using PipeStream::IsHandleExposed;
    using PipeStream::SetIsConnected;

    std::vector<bool> disposals;

  protected:
    void Dispose(bool disposing) override {
        disposals.push_back(disposing);
        PipeStream::Dispose(disposing);
    }
};

TEST(DerivedStream, OfMessagesReadsThemByTheMessage) {
    Ends ends;
    OwnStream stream(PipeDirection::In, PipeTransmissionMode::Message, 0);
    stream.InitializeHandle(ends.writer.ClientSafePipeHandle(), false, false);
    EXPECT_EQ(stream.ReadMode(), PipeTransmissionMode::Message);
    EXPECT_TRUE(stream.IsMessageComplete());
    stream.SetReadMode(PipeTransmissionMode::Byte);
    EXPECT_THROW(static_cast<void>(stream.IsMessageComplete()), InvalidOperationException);
    stream.SetReadMode(PipeTransmissionMode::Message);
    EXPECT_TRUE(stream.IsMessageComplete());
}

TEST(DerivedStream, OfBytesReadsNoMessages) {
    Ends ends;
    OwnStream stream(PipeDirection::In);
    stream.InitializeHandle(ends.writer.ClientSafePipeHandle(), false, false);
    EXPECT_THROW(stream.SetReadMode(PipeTransmissionMode::Message), NotSupportedException);
    EXPECT_EQ(stream.ReadMode(), PipeTransmissionMode::Byte);
}

TEST(DerivedStream, RefusesAHandleThatIsNotOpen) {
    OwnStream stream(PipeDirection::In);
    const auto handle = std::make_shared<SafePipeHandle>(UnusedHandle(), false);
    EXPECT_THROW(stream.InitializeHandle(handle, false, false), IOException);
    EXPECT_FALSE(stream.IsConnected());
}

TEST(DerivedStream, IsNothingAnyMoreOnceItIsMoved) {
    OwnStream stream(PipeDirection::In);
    const OwnStream other = std::move(stream);
    // NOLINTBEGIN(bugprone-use-after-move): what is left is the point
    EXPECT_FALSE(stream.IsHandleExposed());
    stream.SetIsConnected(true);
    EXPECT_FALSE(stream.IsConnected());
    // NOLINTEND(bugprone-use-after-move)
}

TEST(DerivedStream, ChecksItsConstructorsArguments) {
    const auto noDirection = static_cast<PipeDirection>(4);
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([&] { OwnStream{noDirection}; }), "direction");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([] { OwnStream(PipeDirection::In, -1); }), "bufferSize");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([] { OwnStream(PipeDirection::In, noMode, -1); }),
              "transmissionMode");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>(
                  [] { OwnStream(PipeDirection::In, PipeTransmissionMode::Byte, -1); }),
              "outBufferSize");
}

TEST(DerivedStream, IsRefusedUntilItIsConnectedAndHasAHandle) {
    OwnStream stream(PipeDirection::InOut);
    EXPECT_FALSE(stream.IsConnected());
    for (int round = 0; round < 2; ++round) {  // waiting to connect, then connected without a handle
        EXPECT_THROW(stream.CheckReadOperations(), InvalidOperationException);
        EXPECT_THROW(stream.CheckWriteOperations(), InvalidOperationException);
        EXPECT_THROW(stream.CheckPipePropertyOperations(), InvalidOperationException);
        EXPECT_THROW(stream.ReadByte(), InvalidOperationException);
        EXPECT_THROW(stream.WriteByte(1), InvalidOperationException);
        EXPECT_THROW(static_cast<void>(stream.ReadMode()), InvalidOperationException);
        EXPECT_THROW(static_cast<void>(stream.TransmissionMode()), InvalidOperationException);
        EXPECT_THROW(static_cast<void>(stream.InBufferSize()), InvalidOperationException);
        EXPECT_THROW(static_cast<void>(stream.SafePipeHandle()), InvalidOperationException);
        EXPECT_THROW(static_cast<void>(stream.IsMessageComplete()), InvalidOperationException);
        stream.InitializeHandle(nullptr, false, false);
        stream.SetIsConnected(true);
    }
}

TEST(DerivedStream, WorksOnTheHandleThatItIsGiven) {
    AnonymousPipeServerStream server;
    OwnStream stream(PipeDirection::In, PipeTransmissionMode::Message, 0);
    stream.InitializeHandle(server.ClientSafePipeHandle(), false, true);
    EXPECT_TRUE(stream.IsConnected());
    EXPECT_TRUE(stream.IsAsync());
    EXPECT_EQ(stream.TransmissionMode(), PipeTransmissionMode::Message);
    EXPECT_FALSE(stream.IsHandleExposed());
    EXPECT_EQ(stream.SafePipeHandle(), server.ClientSafePipeHandle());
    EXPECT_TRUE(stream.IsHandleExposed());
    server.WriteByte(9);
    EXPECT_EQ(stream.ReadByte(), 9);
    EXPECT_NO_THROW(stream.CheckReadOperations());
    EXPECT_NO_THROW(stream.CheckPipePropertyOperations());
    stream.SetIsConnected(false);
    EXPECT_FALSE(stream.IsConnected());
    EXPECT_THROW(stream.ReadByte(), InvalidOperationException);
    static_cast<Stream&>(stream).Dispose();
    EXPECT_EQ(stream.disposals, std::vector<bool>{true});
}

TEST(DerivedStream, RefusesAHandleThatIsNoPipes) {
    OwnStream stream(PipeDirection::In);
    const auto file = std::make_shared<SafePipeHandle>(::open("/dev/null", O_RDONLY | O_CLOEXEC), true);
    EXPECT_THROW(stream.InitializeHandle(file, false, false), IOException);
    EXPECT_FALSE(file->IsClosed());
    file->Dispose();
    EXPECT_THROW(stream.InitializeHandle(file, false, false), IOException);
    EXPECT_FALSE(stream.IsConnected());
}

}  // namespace
}  // namespace pipects::testing
