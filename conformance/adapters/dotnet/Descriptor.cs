using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;

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
                Number = NumberOf(owner);
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

        static long NumberOf(IDisposable owner)
        {
            if (owner is FileStream file)
                return file.SafeFileHandle.DangerousGetHandle().ToInt64();
            return owner is SafeHandle handle ? handle.DangerousGetHandle().ToInt64() : ((Socket)owner).Handle.ToInt64();
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
                case "directory":
                    return Native.OpenDirectoryOnWindows(Path.GetTempPath());
                case "socket":
                    return new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                default:
                    throw Fault.Parameters("no kind of descriptor on this platform: " + kind);
            }
        }
    }
}
