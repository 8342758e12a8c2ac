#include "Support.hpp"

#include <ostream>

namespace pipects::testing {
namespace {

TEST(Dispose, ReleasesABlockedRead) {
    Ends ends;
    Background read([&] { ends.reader.ReadByte(); });
    read.WaitUntilBlocked();
    ends.reader.Dispose();
    EXPECT_THROW(read.Finish(), IOException);
}

TEST(Dispose, ReleasesABlockedWrite) {
    Ends ends;
    Fill(ends.writer);
    Background write([&] { ends.writer.WriteByte(1); });
    write.WaitUntilBlocked();
    ends.writer.Dispose();
    EXPECT_THROW(write.Finish(), IOException);
}

TEST(Dispose, ReleasesADrainWait) {
    Ends ends;
    ends.writer.WriteByte(1);
    Background drain([&] { ends.writer.WaitForPipeDrain(); });
    drain.WaitUntilBlocked();
    ends.writer.Dispose();
    EXPECT_THROW(drain.Finish(), IOException);
}

TEST(Dispose, ReleasesEveryReadThatWaitsBehindAnother) {
    Ends ends;
    std::vector<std::unique_ptr<Background>> reads;
    for (int count = 0; count < 5; ++count) {
        reads.push_back(std::make_unique<Background>([&] { ends.reader.ReadByte(); }));
        reads.back()->WaitUntilBlocked();
    }
    ends.reader.Dispose();
    for (const auto& read : reads) {
        EXPECT_THROW(read->Finish(), IOException);
    }
}

TEST(Dispose, OfTheHandleAloneReleasesABlockedReadToo) {
    Ends ends;
    Background read([&] { ends.reader.ReadByte(); });
    read.WaitUntilBlocked();
    ends.writer.DisposeLocalCopyOfClientHandle();
    EXPECT_THROW(read.Finish(), IOException);
}

TEST(Dispose, NeverLetsANumberBeReusedUnderABlockedRead) {
    for (int round = 0; round < 200; ++round) {
        Ends ends;
        const auto number = ends.reader.SafePipeHandle()->DangerousGetHandle();
        Background read([&] { ends.reader.ReadByte(); });
        if (round % 2 == 0) {
            read.WaitUntilBlocked();
        }
        ends.reader.Dispose();
        Ends others;  // may take the number, and nobody may read from it
        others.writer.WriteByte('z');
        EXPECT_THROW(read.Finish(), System::SystemException);
        EXPECT_EQ(others.reader.ReadByte(), 'z') << "handle " << number;
    }
}

TEST(Dispose, LeavesWrittenBytesToTheReader) {
    Ends ends;
    ends.writer.Write(BytesOf("last"), 0, 4);
    ends.writer.Dispose();
    EXPECT_EQ(ReadText(ends.reader, 4), "last");
    EXPECT_EQ(ends.reader.ReadByte(), -1);
}

TEST(Destructor, ClosesBothHandlesOfAServerThatGaveNothingOut) {
    const auto before = OpenDescriptors();
    {
        const AnonymousPipeServerStream server(PipeDirection::In);
        EXPECT_EQ(OpenDescriptors().size(), before.size() + 2);
    }
    EXPECT_EQ(OpenDescriptors(), before);
}

struct Exposure {
    const char* name;
    HandleInheritability inheritability;
    bool asString;
    bool asHandle;
    bool isClosed;
};

void PrintTo(const Exposure& row, std::ostream* out) {
    *out << row.name;
}

class ClientHandleOwnership : public ::testing::TestWithParam<Exposure> {};

TEST_P(ClientHandleOwnership, FollowsFromHowTheHandleWasGivenOut) {
    const Exposure& row = GetParam();
    const auto before = OpenDescriptors();
    AnonymousPipeServerStream server(PipeDirection::Out, row.inheritability);
    std::shared_ptr<SafePipeHandle> handle;
    std::string text;
    if (row.asHandle) {
        handle = server.ClientSafePipeHandle();
    }
    if (row.asString) {
        text = server.GetClientHandleAsString();
        EXPECT_EQ(server.GetClientHandleAsString(), text);
    }
    server.Dispose();
    EXPECT_EQ(OpenDescriptors().size(), before.size() + (row.isClosed ? 0 : 1));
    EXPECT_EQ(server.ClientSafePipeHandle()->IsClosed(), row.isClosed);
    server.DisposeLocalCopyOfClientHandle();
    EXPECT_TRUE(server.ClientSafePipeHandle()->IsClosed());
    EXPECT_EQ(OpenDescriptors(), before);
}

constexpr auto none = HandleInheritability::None;
constexpr auto inheritable = HandleInheritability::Inheritable;

INSTANTIATE_TEST_SUITE_P(Rows, ClientHandleOwnership,
                         ::testing::Values(Exposure{"NoneUnexposed", none, false, false, true},
                                           Exposure{"NoneString", none, true, false, false},
                                           Exposure{"NoneHandle", none, false, true, false},
                                           Exposure{"NoneBoth", none, true, true, false},
                                           Exposure{"InheritableUnexposed", inheritable, false, false, true},
                                           Exposure{"InheritableString", inheritable, true, false, true},
                                           Exposure{"InheritableHandle", inheritable, false, true, false},
                                           Exposure{"InheritableBoth", inheritable, true, true, true}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ClientFromString, OwnsTheNumberThatTheServerLeavesOpen) {
    const auto before = OpenDescriptors();
    {
        AnonymousPipeServerStream server;
        AnonymousPipeClientStream client(server.GetClientHandleAsString());
        server.WriteByte(3);
        server.Dispose();
        EXPECT_EQ(client.ReadByte(), 3);
        EXPECT_EQ(client.ReadByte(), -1);
    }
    EXPECT_EQ(OpenDescriptors(), before);
}

}  // namespace
}  // namespace pipects::testing
