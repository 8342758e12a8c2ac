using System;
using System.Text;

namespace Pipects.Adapter
{
    /// <summary>An array that a case names, fills by rule and looks into after calls.</summary>
    public sealed class Bytes
    {
        internal Bytes(byte[] array)
        {
            Array = array;
        }

        internal byte[] Array { get; }

        public int Length
        {
            get { return Array.Length; }
        }

        public string Hex
        {
            get { return ToHex(Array, Array.Length); }
        }

        /// <summary>Where a stretch of the array first differs from the pattern, both counted from the stretch's begin, or -1.</summary>
        public int FirstDifference(long pattern, int offset, int count)
        {
            if (offset < 0 || count < 0 || offset > Length - count)
                throw Fault.Parameters("offset and count go beyond the array");
            for (var i = offset; i < offset + count; i++)
                if (Array[i] != Pattern(pattern, i))
                    return i;
            return -1;
        }

        internal static byte[] Make(Parameters rule)
        {
            if (rule.Has("text"))
                return Encoding.UTF8.GetBytes(rule.Text("text"));
            if (rule.Has("hex"))
                return FromHex(rule.Text("hex"));
            var length = rule.Number("length");
            if (length < 0 || length > int.MaxValue)
                throw Fault.Parameters("length is out of range");
            var array = new byte[length];
            if (rule.Has("pattern"))
                Fill(array, array.Length, rule.Number("pattern"), 0);
            else
                for (var i = 0; i < array.Length; i++)
                    array[i] = 0xa5;
            return array;
        }

        internal static byte Pattern(long seed, long index)
        {
            return unchecked((byte)(((uint)index * 2654435761u + (uint)seed * 2246822519u) >> 16));
        }

        internal static void Fill(byte[] array, int count, long seed, long from)
        {
            for (var i = 0; i < count; i++)
                array[i] = Pattern(seed, from + i);
        }

        internal static string ToHex(byte[] array, int count)
        {
            return BitConverter.ToString(array, 0, count).Replace("-", "").ToLowerInvariant();
        }

        static byte[] FromHex(string hex)
        {
            var array = new byte[hex.Length / 2];
            try
            {
                for (var i = 0; i < array.Length; i++)
                    array[i] = Convert.ToByte(hex.Substring(2 * i, 2), 16);
            }
            catch (FormatException)
            {
                throw Fault.Parameters("hex has a character that is none");
            }
            if (hex.Length % 2 != 0)
                throw Fault.Parameters("hex has half a byte");
            return array;
        }
    }
}
