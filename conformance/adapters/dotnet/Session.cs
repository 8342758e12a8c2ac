using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;

namespace Pipects.Adapter
{
    /// <summary>The protocol's methods.</summary>
    sealed class Session
    {
        const long ProtocolVersion = 1;
        readonly string token;
        readonly string[] arguments;
        readonly Lanes lanes;
        readonly Objects objects = new Objects();

        public Session(string token, string[] arguments, Lanes lanes)
        {
            this.token = token;
            this.arguments = arguments;
            this.lanes = lanes;
        }

        [return: MaybeNull]
        public object Do(string method, Parameters asked)
        {
            switch (method)
            {
                case "hello": return Hello();
                case "create": return Create(asked);
                case "call": return Call(asked);
                case "get": return Get(asked);
                case "set": return Set(asked);
                case "transfer": return Transfers(asked);
                case "start": return Start(asked);
                case "describe": return Describes(asked);
                case "forget": return Forget(asked);
                case "exit": return Exit(asked);
                default: throw Fault.NoMethod(method);
            }
        }

        object Hello()
        {
            return new Hashtable
            {
                { "token", token },
                { "protocol", ProtocolVersion },
                { "name", Implementation.Name },
                { "version", Implementation.Version },
                { "language", "C#" },
                { "runtime", Implementation.Runtime },
                { "os", Implementation.System },
                { "pid", Native.ProcessId },
                { "arguments", arguments },
                { "lacks", Implementation.Lacks() }
            };
        }

        object Create(Parameters asked)
        {
            var type = asked.Text("type");
            var given = asked.Members("arguments");
            var invocation = new Invocation(objects);
            return invocation.Outcome(asked.Text("as"), () => Made(type, given, invocation));
        }

        [return: MaybeNull]
        static object Made(string type, Parameters given, Invocation invocation)
        {
            switch (type)
            {
                case "Bytes": return new Bytes(Bytes.Make(given));
                case "Descriptor": return new Descriptor(given.Text("kind"));
                case "MemoryStream": return given.Truth("writable", true) ? new MemoryStream() : new MemoryStream(new byte[0], false);
                default: return invocation.Construct(TypeNames.Find(type), given);
            }
        }

        object Call(Parameters asked)
        {
            var target = asked.Has("object") ? Target(asked) : null;
            var type = target == null ? TypeNames.Find(asked.Text("type")) : target.GetType();
            var invocation = new Invocation(objects);
            return invocation.Outcome(asked.Text("as", ""), () => invocation.Call(target, type, asked.Text("member"), asked.Members("arguments")));
        }

        object Get(Parameters asked)
        {
            var target = Target(asked);
            var member = asked.Text("member");
            var invocation = new Invocation(objects);
            return invocation.Outcome(asked.Text("as", ""), () => target is MemoryStream memory && member == "Hex"
                ? new Bytes(memory.ToArray()).Hex
                : invocation.Get(target, member));
        }

        object Set(Parameters asked)
        {
            var invocation = new Invocation(objects);
            return invocation.Outcome("", () => invocation.Set(Target(asked), asked.Text("member"), asked.Value("value")));
        }

        object Transfers(Parameters asked)
        {
            if (!(Target(asked) is Stream stream))
                throw Fault.Parameters("object is no stream");
            var chunk = asked.Has("chunk") ? asked.Number("chunk") : 1;
            if (chunk < 1 || chunk > int.MaxValue)
                throw Fault.Parameters("chunk is out of range");
            var total = asked.Has("total") ? asked.Number("total") : long.MaxValue;
            return new Invocation(objects).Outcome("", () =>
                Transfer.Run(stream, asked.Text("member"), asked.Texts("overload"), asked.Number("pattern"), total, (int)chunk));
        }

        object Start(Parameters asked)
        {
            var added = asked.Members("environment");
            var environment = added.Names.ToDictionary(name => name, name => added.Text(name));
            return new Invocation(objects).Outcome(asked.Text("as", ""), () =>
                Children.Start(asked.Text("way", "documented"), asked.Text("program"), asked.Texts("arguments"), environment));
        }

        object Describes(Parameters asked)
        {
            var type = TypeNames.Find(asked.Text("type"));
            return new Hashtable
            {
                { "returned", asked.Has("member") ? Describe.Member(type, asked.Text("member"), asked.Texts("overload"), asked.Has("overload")) : Describe.Type(type) }
            };
        }

        [return: MaybeNull]
        object Forget(Parameters asked)
        {
            Drop(asked);
            lanes.EndIdle();
            Collector.WipeStack();
            Collector.Collect();
            return null;
        }

        /// <summary>Only sees whether the request is one: the process ends when it has been answered.</summary>
        [return: MaybeNull]
        static object Exit(Parameters asked)
        {
            asked.Number("status");
            return null;
        }

        /// <summary>A method of its own, so that no variable of it keeps an object while the collector runs.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        void Drop(Parameters asked)
        {
            var dropped = objects.Drop(asked.Texts("objects"), !asked.Has("objects"));
            if (asked.Truth("dispose", false))
                Collector.Dispose(dropped);
            else
                foreach (var descriptor in dropped.OfType<Descriptor>())
                    descriptor.Dispose();
        }

        object Target(Parameters asked)
        {
            return objects.Find(asked.Text("object")) ?? throw Fault.Parameters("object is null");
        }
    }
}
