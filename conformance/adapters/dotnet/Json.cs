using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Pipects.Adapter
{
    /// <summary>
    /// JSON, as much as the protocol needs, in the same way on every runtime: objects are <see cref="Hashtable"/>s, arrays
    /// <see cref="ArrayList"/>s, numbers <see cref="long"/>s or <see cref="double"/>s.
    /// </summary>
    static class Json
    {
        public static string Write([AllowNull] object value)
        {
            var text = new StringBuilder();
            Write(text, value);
            return text.ToString();
        }

        [return: MaybeNull]
        public static object Parse(string text)
        {
            return new Reader(text).Document();
        }

        static void Write(StringBuilder text, [AllowNull] object value)
        {
            if (value == null)
                text.Append("null");
            else if (value is bool truth)
                text.Append(truth ? "true" : "false");
            else if (value is string words)
                WriteText(text, words);
            else if (value is IDictionary members)
                WriteList(text, '{', members, '}');
            else if (value is IEnumerable elements)
                WriteList(text, '[', elements, ']');
            else
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        static void WriteList(StringBuilder text, char open, IEnumerable elements, char close)
        {
            text.Append(open);
            var separator = "";
            foreach (var element in elements)
            {
                text.Append(separator);
                separator = ",";
                if (element is DictionaryEntry member)
                {
                    WriteText(text, (string)member.Key);
                    text.Append(':');
                    Write(text, member.Value);
                }
                else
                {
                    Write(text, element);
                }
            }
            text.Append(close);
        }

        static void WriteText(StringBuilder text, string words)
        {
            text.Append('"');
            foreach (var c in words)
            {
                if (c == '"' || c == '\\')
                    text.Append('\\').Append(c);
                else if (c < ' ' || c > '~')
                    text.Append("\\u").Append(((int)c).ToString("x4"));
                else
                    text.Append(c);
            }
            text.Append('"');
        }

        sealed class Reader
        {
            const int Deepest = 64;
            readonly string text;
            int at;
            int depth;

            public Reader(string text)
            {
                this.text = text;
            }

            [return: MaybeNull]
            public object Document()
            {
                var value = Value();
                if (Next() != '\0')
                    throw Unexpected();
                return value;
            }

            /// <summary>The first character that is no blank; it stays where it is. A zero character at the end.</summary>
            char Next()
            {
                while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
                    at++;
                return at < text.Length ? text[at] : '\0';
            }

            bool Take(string expected)
            {
                Next();
                if (string.CompareOrdinal(text, at, expected, 0, expected.Length) != 0)
                    return false;
                at += expected.Length;
                return true;
            }

            void Expect(string expected)
            {
                if (!Take(expected))
                    throw Unexpected();
            }

            FormatException Unexpected()
            {
                return new FormatException("not JSON at character " + at);
            }

            [return: MaybeNull]
            object Value()
            {
                if (++depth > Deepest)
                    throw Unexpected();
                try
                {
                    switch (Next())
                    {
                        case '{': return Members();
                        case '[': return Elements();
                        case '"': return Words();
                    }
                    if (Take("null"))
                        return null;
                    if (Take("true"))
                        return true;
                    if (Take("false"))
                        return false;
                    return Number();
                }
                finally
                {
                    depth--;
                }
            }

            Hashtable Members()
            {
                var members = new Hashtable();
                Expect("{");
                if (Take("}"))
                    return members;
                do
                {
                    Next();
                    var name = Words();
                    Expect(":");
                    members[name] = Value();
                }
                while (Take(","));
                Expect("}");
                return members;
            }

            ArrayList Elements()
            {
                var elements = new ArrayList();
                Expect("[");
                if (Take("]"))
                    return elements;
                do
                    elements.Add(Value());
                while (Take(","));
                Expect("]");
                return elements;
            }

            string Words()
            {
                Expect("\"");
                var words = new StringBuilder();
                while (at < text.Length && text[at] >= ' ')
                {
                    var c = text[at++];
                    if (c == '"')
                        return words.ToString();
                    words.Append(c == '\\' ? Escaped() : c);
                }
                throw Unexpected();
            }

            char Escaped()
            {
                if (at == text.Length)
                    throw Unexpected();
                var c = text[at++];
                if (c == 'u')
                {
                    if (at + 4 > text.Length ||
                        !ushort.TryParse(text.Substring(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                        throw Unexpected();
                    at += 4;
                    return (char)code;
                }
                var which = "\"\\/bfnrt".IndexOf(c);
                if (which < 0)
                    throw Unexpected();
                return "\"\\/\b\f\n\r\t"[which];
            }

            object Number()
            {
                var start = at;
                while (at < text.Length && "+-.0123456789eE".IndexOf(text[at]) >= 0)
                    at++;
                var digits = text.Substring(start, at - start);
                if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                    return whole;
                if (double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
                    return real;
                throw Unexpected();
            }
        }
    }
}
