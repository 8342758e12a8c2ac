using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipects.Adapter
{
    /// <summary>What only the operating system can do.</summary>
    static class Native
    {
        static readonly bool Mac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

        public static bool Windows { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

        public static int ProcessId
        {
            get { return Windows ? Kernel.GetCurrentProcessId() : Libc.getpid(); }
        }

        /// <summary>Ends the process at once, whatever its threads do. Nothing is disposed, no finalizer runs.</summary>
        public static void Exit(int status)
        {
            if (Windows)
                Kernel.TerminateProcess(new IntPtr(-1), status);
            else
                Libc._exit(status);
        }

        /// <summary>
        /// Lets SIGUSR1 interrupt calls and do nothing else. The handler is a C function that takes a number and has no effect,
        /// because managed code cannot run inside a signal handler.
        /// </summary>
        public static void InterruptBySignal()
        {
            var signal = Mac ? 30 : 10;
            Libc.signal(signal, Libc.dlsym(Mac ? new IntPtr(-2) : IntPtr.Zero, "abs"));
            Libc.siginterrupt(signal, 1);
        }

        /// <summary>What this runtime needs under Wine, where the harness names it: before the first exception.</summary>
        public static void LoadGuard()
        {
            var guard = Environment.GetEnvironmentVariable("PIPECTS_WINE_GUARD");
            if (guard != null && Kernel.LoadLibraryW(guard) == IntPtr.Zero)
                Console.Error.WriteLine("The guard can't be loaded: error " + Marshal.GetLastWin32Error());
        }

        public static int OpenFile(string path)
        {
            const int readWrite = 2;
            return Checked(Libc.open(path, readWrite | CloseOnExec, 0));
        }

        public static int OpenDirectory(string path)
        {
            return Checked(Libc.open(path, CloseOnExec, 0));
        }

        public static SafeHandle OpenDirectoryOnWindows(string path)
        {
            const uint read = 0x80000000, backupSemantics = 0x02000000;
            const int shareAll = 7, openExisting = 3;
            var handle = Kernel.CreateFileW(path, read, shareAll, IntPtr.Zero, openExisting, backupSemantics, IntPtr.Zero);
            if (handle.IsInvalid)
                throw new Win32Exception(Marshal.GetLastWin32Error());
            return handle;
        }

        public static int OpenSocket()
        {
            const int unix = 1, stream = 1, setDescriptorFlags = 2, closeOnExec = 1;
            if (!Mac)
                return Checked(Libc.socket(unix, stream | CloseOnExec, 0));
            var number = Checked(Libc.socket(unix, stream, 0));
            Checked(Libc.fcntl(number, setDescriptorFlags, closeOnExec));
            return number;
        }

        static int CloseOnExec
        {
            get { return Mac ? 0x1000000 : 0x80000; }
        }

        public static void Close(int number)
        {
            Libc.close(number);
        }

        /// <summary>Starts a program by posix_spawn, with no signal blocked and all of them as a new program expects them.</summary>
        public static int Spawn(string program, string[] arguments, string[] environment)
        {
            const int attributeBytes = 1024, signalSetBytes = 256;
            const short defaultSignals = 4, signalMask = 8;
            var attributes = Marshal.AllocHGlobal(attributeBytes);
            var signals = Marshal.AllocHGlobal(signalSetBytes);
            try
            {
                Libc.posix_spawnattr_init(attributes);
                Libc.sigemptyset(signals);
                Libc.posix_spawnattr_setsigmask(attributes, signals);
                Libc.sigfillset(signals);
                Libc.posix_spawnattr_setsigdefault(attributes, signals);
                Libc.posix_spawnattr_setflags(attributes, defaultSignals | signalMask);
                var error = Libc.posix_spawnp(out var child, program, IntPtr.Zero, attributes, arguments, environment);
                Libc.posix_spawnattr_destroy(attributes);
                if (error != 0)
                    throw new Win32Exception(error);
                return child;
            }
            finally
            {
                Marshal.FreeHGlobal(signals);
                Marshal.FreeHGlobal(attributes);
            }
        }

        /// <summary>Waits for a child's end and collects its status.</summary>
        public static void Collect(int child)
        {
            const int interrupted = 4;
            while (Libc.waitpid(child, out _, 0) < 0 && Marshal.GetLastWin32Error() == interrupted)
            {
            }
        }

        static int Checked(int result)
        {
            if (result < 0)
                throw new Win32Exception(Marshal.GetLastWin32Error());
            return result;
        }

        static class Libc
        {
            const string Name = "libc";

            [DllImport(Name)]
            public static extern int getpid();

            [DllImport(Name)]
            public static extern void _exit(int status);

            [DllImport(Name, SetLastError = true)]
            public static extern int open(string path, int flags, int mode);

            [DllImport(Name, SetLastError = true)]
            public static extern int socket(int domain, int type, int protocol);

            [DllImport(Name, SetLastError = true)]
            public static extern int fcntl(int number, int command, int value);

            [DllImport(Name)]
            public static extern int close(int number);

            [DllImport(Name)]
            public static extern IntPtr signal(int number, IntPtr handler);

            [DllImport(Name)]
            public static extern int siginterrupt(int number, int interrupts);

            [DllImport(Name)]
            public static extern IntPtr dlsym(IntPtr library, string symbol);

            [DllImport(Name, SetLastError = true)]
            public static extern int waitpid(int child, out int status, int options);

            [DllImport(Name)]
            public static extern int posix_spawnp(
                out int child, string program, IntPtr actions, IntPtr attributes, string[] arguments, string[] environment);

            [DllImport(Name)]
            public static extern int posix_spawnattr_init(IntPtr attributes);

            [DllImport(Name)]
            public static extern int posix_spawnattr_destroy(IntPtr attributes);

            [DllImport(Name)]
            public static extern int posix_spawnattr_setflags(IntPtr attributes, short flags);

            [DllImport(Name)]
            public static extern int posix_spawnattr_setsigmask(IntPtr attributes, IntPtr signals);

            [DllImport(Name)]
            public static extern int posix_spawnattr_setsigdefault(IntPtr attributes, IntPtr signals);

            [DllImport(Name)]
            public static extern int sigemptyset(IntPtr signals);

            [DllImport(Name)]
            public static extern int sigfillset(IntPtr signals);
        }

        static class Kernel
        {
            [DllImport("kernel32")]
            public static extern int GetCurrentProcessId();

            [DllImport("kernel32", SetLastError = true, CharSet = CharSet.Unicode)]
            public static extern SafeFileHandle CreateFileW(
                string path, uint access, int share, IntPtr security, int disposition, uint flags, IntPtr template);

            [DllImport("kernel32", SetLastError = true, CharSet = CharSet.Unicode)]
            public static extern IntPtr LoadLibraryW(string path);

            [DllImport("kernel32", SetLastError = true)]
            public static extern bool TerminateProcess(IntPtr process, int status);
        }
    }
}
