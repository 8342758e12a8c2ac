using System;
using System.IO;
using System.Net.Sockets;

namespace Pipects.Adapter
{
    /// <summary>
    /// A handle on something that is no pipe. Not released by a finalizer, since the implementation under test may close the
    /// number first, and it may then belong to somebody else.
    /// </summary>
    public sealed class Descriptor : IDisposable
    {
        readonly Action close;
        bool closed;

        internal Descriptor(string kind)
        {
            if (Native.Windows)
            {
                var owner = OpenOnWindows(kind);
                close = owner.Dispose;
                Number = owner is FileStream file ? file.SafeFileHandle.DangerousGetHandle().ToInt64() : ((Socket)owner).Handle.ToInt64();
            }
            else
            {
                var number = Open(kind);
                close = () => Native.Close(number);
                Number = number;
            }
        }

        public long Number { get; }

        public void Dispose()
        {
            if (!closed)
                close();
            closed = true;
        }

        static int Open(string kind)
        {
            switch (kind)
            {
                case "file":
                    var path = Path.GetTempFileName();
                    var number = Native.OpenFile(path);
                    File.Delete(path);
                    return number;
                case "directory":
                    return Native.OpenDirectory(Path.GetTempPath());
                case "socket":
                    return Native.OpenSocket();
                default:
                    throw Fault.Parameters("no kind of descriptor: " + kind);
            }
        }

        static IDisposable OpenOnWindows(string kind)
        {
            switch (kind)
            {
                case "file":
                    return new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                case "socket":
                    return new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                default:
                    throw Fault.Parameters("no kind of descriptor on this platform: " + kind);
            }
        }
    }
}
