// The peer of .NET and of Mono: see Peer.hpp for its arguments.

using System;
using System.Diagnostics;
using System.IO;
using System.IO.Pipes;
using System.Runtime.InteropServices;

static class Peer
{
    static long ProcessorTime() => Process.GetCurrentProcess().TotalProcessorTime.Ticks * 100;

    static AnonymousPipeClientStream Open(string number, bool writes) =>
        new AnonymousPipeClientStream(writes ? PipeDirection.Out : PipeDirection.In, number);

    // From the start of a cache line on, as in Peer.hpp.
    static ArraySegment<byte> Bytes(int size)
    {
        const int line = 64;
        var room = new byte[size + line];
        long start = GCHandle.Alloc(room, GCHandleType.Pinned).AddrOfPinnedObject().ToInt64();
        return new ArraySegment<byte>(room, (int)((line - start % line) % line), size);
    }

    static void ReadAll(Stream pipe, ArraySegment<byte> bytes)
    {
        for (int total = 0; total < bytes.Count;)
        {
            int count = pipe.Read(bytes.Array, bytes.Offset + total, bytes.Count - total);
            if (count == 0)
            {
                Environment.Exit(0); // the other process has ended
            }
            total += count;
        }
    }

    static long Until(Stopwatch watch, long milliseconds, Func<long> work)
    {
        long done = 0;
        do
        {
            done += work();
        }
        while (watch.ElapsedMilliseconds < milliseconds);
        return done;
    }

    static void Measure(int milliseconds, Func<long> work)
    {
        Until(Stopwatch.StartNew(), milliseconds / 4 + 100, work); // the compiler at run time has its share, too
        long before = ProcessorTime();
        var watch = Stopwatch.StartNew();
        long done = Until(watch, milliseconds, work);
        long took = watch.ElapsedTicks * 1000000000L / Stopwatch.Frequency;
        Console.WriteLine(done + " " + took + " " + (ProcessorTime() - before));
    }

    static int Main(string[] arguments)
    {
        string role = arguments[0];
        try
        {
            Run(role, arguments);
        }
        catch (IOException) when (role == "pong")
        {
            return 0; // the other process has ended
        }
        return 0;
    }

    static void Run(string role, string[] arguments)
    {
        bool both = role == "ping" || role == "pong";
        int size = int.Parse(arguments[both ? 3 : 2]);
        ArraySegment<byte> bytes = Bytes(size);
        switch (role)
        {
            case "write":
                var output = Open(arguments[1], true);
                int batch = size < 65536 ? 32 : 1;
                Measure(int.Parse(arguments[3]), () =>
                {
                    for (int count = 0; count < batch; ++count)
                    {
                        output.Write(bytes.Array, bytes.Offset, size);
                    }
                    return (long)batch * size;
                });
                break;
            case "read":
                var input = Open(arguments[1], false);
                ArraySegment<byte> room = Bytes(Math.Max(size, 65536));
                long before = -1;
                while (input.Read(room.Array, room.Offset, room.Count) != 0)
                {
                    before = before < 0 ? ProcessorTime() : before;
                }
                Console.WriteLine("0 0 " + (ProcessorTime() - before));
                break;
            case "ping":
                var back = Open(arguments[1], false);
                var there = Open(arguments[2], true);
                Measure(int.Parse(arguments[4]), () =>
                {
                    there.Write(bytes.Array, bytes.Offset, size);
                    ReadAll(back, bytes);
                    return 1;
                });
                break;
            case "pong":
                var from = Open(arguments[1], false);
                var to = Open(arguments[2], true);
                for (; ; )
                {
                    ReadAll(from, bytes);
                    to.Write(bytes.Array, bytes.Offset, size);
                }
        }
    }
}
