using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace Pipects.Adapter
{
    /// <summary>Many calls of one reading or writing member with bytes that follow the pattern.</summary>
    sealed class Transfer
    {
        readonly Stream stream;
        readonly string form;
        readonly long seed;
        readonly byte[] chunk;
        long count;
        long calls;
        long difference = -1;
        bool ended;

        Transfer(Stream stream, string form, long seed, int chunk)
        {
            this.stream = stream;
            this.form = form;
            this.seed = seed;
            this.chunk = new byte[chunk];
        }

        /// <summary>Moves bytes, and returns how many in how many calls, the first that differs, and whether the end was met.</summary>
        public static Hashtable Run(Stream stream, string member, IList<string> overload, long seed, long total, int chunk)
        {
            if (member == "ReadByte" || member == "WriteByte")
                overload = new string[0];
            var form = member + "(" + string.Join(",", overload.Where(name => name != "callback" && name != "state" && name != "cancellationToken")) + ")";
            var transfer = new Transfer(stream, form, seed, chunk);
            try
            {
                while (transfer.count < total && !transfer.ended)
                    if (member.Contains("Write"))
                        transfer.Write((int)Math.Min(chunk, total - transfer.count));
                    else
                        transfer.Read((int)Math.Min(chunk, total - transfer.count));
            }
            catch (Exception e)
            {
                throw new TargetInvocationException(e);
            }
            return new Hashtable
            {
                { "count", transfer.count }, { "calls", transfer.calls }, { "firstDifference", transfer.difference }, { "ended", transfer.ended }
            };
        }

        void Write(int size)
        {
            Bytes.Fill(chunk, size, seed, count);
            count += WriteOnce(size);
            calls++;
        }

        void Read(int size)
        {
            var read = ReadOnce(size);
            calls++;
            ended = read == 0;
            for (var i = 0; i < read && difference < 0; i++)
                if (chunk[i] != Bytes.Pattern(seed, count + i))
                    difference = count + i;
            count += read;
        }

        int WriteOnce(int size)
        {
            switch (form)
            {
                case "Write(buffer,offset,count)":
                    stream.Write(chunk, 0, size);
                    return size;
                case "Write(buffer)":
                    stream.Write(new ReadOnlySpan<byte>(chunk, 0, size));
                    return size;
                case "WriteAsync(buffer,offset,count)":
                    stream.WriteAsync(chunk, 0, size).GetAwaiter().GetResult();
                    return size;
                case "WriteAsync(buffer)":
                    stream.WriteAsync(new ReadOnlyMemory<byte>(chunk, 0, size)).AsTask().GetAwaiter().GetResult();
                    return size;
                case "BeginWrite(buffer,offset,count)":
                    stream.EndWrite(stream.BeginWrite(chunk, 0, size, null, null));
                    return size;
                case "WriteByte()":
                    stream.WriteByte(chunk[0]);
                    return 1;
                default:
                    throw Fault.NoMember("writing member " + form);
            }
        }

        int ReadOnce(int size)
        {
            switch (form)
            {
                case "Read(buffer,offset,count)":
                    return stream.Read(chunk, 0, size);
                case "Read(buffer)":
                    return stream.Read(new Span<byte>(chunk, 0, size));
                case "ReadAsync(buffer,offset,count)":
                    return stream.ReadAsync(chunk, 0, size).GetAwaiter().GetResult();
                case "ReadAsync(buffer)":
                    return stream.ReadAsync(new Memory<byte>(chunk, 0, size)).AsTask().GetAwaiter().GetResult();
                case "BeginRead(buffer,offset,count)":
                    return stream.EndRead(stream.BeginRead(chunk, 0, size, null, null));
                case "ReadByte()":
                    return ReadByte();
#if NET7_0_OR_GREATER
                case "ReadExactly(buffer,offset,count)":
                    stream.ReadExactly(chunk, 0, size);
                    return size;
                case "ReadExactly(buffer)":
                    stream.ReadExactly(new Span<byte>(chunk, 0, size));
                    return size;
#endif
                default:
                    throw Fault.NoMember("reading member " + form);
            }
        }

        int ReadByte()
        {
            var value = stream.ReadByte();
            chunk[0] = (byte)value;
            return value < 0 ? 0 : 1;
        }
    }
}
