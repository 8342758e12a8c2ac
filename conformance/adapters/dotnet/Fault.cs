using System;

namespace Pipects.Adapter
{
    /// <summary>The adapter cannot do what was asked: a JSON-RPC error, never an outcome of the implementation.</summary>
    sealed class Fault : Exception
    {
        Fault(int code, string message) : base(message)
        {
            Code = code;
        }

        public int Code { get; }

        public static Fault Malformed(string message) { return new Fault(-32700, message); }

        public static Fault Request(string message) { return new Fault(-32600, message); }

        public static Fault NoMethod(string name) { return new Fault(-32601, "no method " + name); }

        public static Fault Parameters(string message) { return new Fault(-32602, message); }

        public static Fault NoMember(string what) { return new Fault(-32001, "this implementation has no " + what); }

        public static Fault NoObject(string name) { return new Fault(-32002, "no object " + name); }
    }
}
