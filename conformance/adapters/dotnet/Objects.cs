using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>What the harness gave names to.</summary>
    sealed class Objects
    {
        readonly Hashtable named = new Hashtable();

        public void Keep(string name, [AllowNull] object value)
        {
            lock (named)
                named[name] = value;
        }

        [return: MaybeNull]
        public object Find(string name)
        {
            lock (named)
            {
                if (!named.ContainsKey(name))
                    throw Fault.NoObject(name);
                return named[name];
            }
        }

        /// <summary>The name that the very object has, other than one just given to it, or an empty text.</summary>
        public string NameOf(object value, string except)
        {
            lock (named)
                foreach (DictionaryEntry entry in named)
                    if ((string)entry.Key != except &&
                        (ReferenceEquals(entry.Value, value) || value is CancellationToken && value.Equals(entry.Value)))
                        return (string)entry.Key;
            return "";
        }

        public ArrayList Drop(ICollection<string> names, bool all)
        {
            var dropped = new ArrayList();
            lock (named)
                foreach (var name in all ? named.Keys.Cast<string>().ToList() : names)
                {
                    dropped.Add(named[name]);
                    named.Remove(name);
                }
            return dropped;
        }
    }
}
