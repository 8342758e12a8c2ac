using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;

namespace Pipects.Adapter
{
    /// <summary>The members of a JSON object, read with the types that the protocol gives them.</summary>
    sealed class Parameters
    {
        readonly IDictionary members;

        public Parameters(IDictionary members)
        {
            this.members = members;
        }

        public ICollection<string> Names
        {
            get { return members.Keys.Cast<string>().ToList(); }
        }

        public bool Has(string name)
        {
            return members[name] != null;
        }

        [return: MaybeNull]
        public object Value(string name)
        {
            return members[name];
        }

        public string Text(string name)
        {
            return Typed<string>(name);
        }

        public string Text(string name, string otherwise)
        {
            return Has(name) ? Text(name) : otherwise;
        }

        public long Number(string name)
        {
            return Typed<long>(name);
        }

        public bool Truth(string name, bool otherwise)
        {
            return Has(name) ? Typed<bool>(name) : otherwise;
        }

        public Parameters Members(string name)
        {
            return Has(name) ? new Parameters(Typed<IDictionary>(name)) : new Parameters(new Hashtable());
        }

        public IList<string> Texts(string name)
        {
            if (!Has(name))
                return new string[0];
            var elements = Typed<ArrayList>(name);
            if (elements.Cast<object>().Any(element => !(element is string)))
                throw Fault.Parameters(name + " is a list of texts");
            return elements.Cast<string>().ToList();
        }

        T Typed<T>(string name)
        {
            if (members[name] is T value)
                return value;
            throw Fault.Parameters(name + " is missing or of the wrong type");
        }
    }
}
