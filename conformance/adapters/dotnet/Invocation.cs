using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>
    /// One use of a member: picks the overload by the names of its arguments, makes them, calls it, and tells the outcome.
    /// What the member throws arrives as a <see cref="TargetInvocationException"/>; whatever else is thrown is the adapter's.
    /// </summary>
    sealed class Invocation
    {
        const int LongestArrayTold = 65536;
        const BindingFlags Instance = BindingFlags.Public | BindingFlags.Instance;
        const BindingFlags Static = BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy;

        readonly Objects objects;
        readonly Dictionary<string, byte[]> inPlace = new Dictionary<string, byte[]>();

        public Invocation(Objects objects)
        {
            this.objects = objects;
        }

        [return: MaybeNull]
        public object Construct(Type type, Parameters arguments)
        {
            if (type.IsAbstract)
                throw Fault.NoMember("constructor of " + type.Name + " that can be called");
            if (type.IsValueType && arguments.Names.Count == 0)
                return Activator.CreateInstance(type);
            var constructor = Choose(type.GetConstructors(), arguments.Names, "constructor of " + type.Name);
            return constructor.Invoke(Make(constructor, type, arguments).ToArray());
        }

        /// <summary>Calls an instance member of the target, or a static one of the type if there is no target.</summary>
        [return: MaybeNull]
        public object Call([AllowNull] object target, Type type, string member, Parameters arguments)
        {
            var methods = type.GetMethods(target == null ? Static : Instance)
                .Where(method => method.Name == member && !method.IsSpecialName)
                .Select(Documented)
                .Where(method => TakesTexts(method, arguments));
            var chosen = Choose(methods, arguments.Names, "method " + type.Name + "." + member);
            var values = Make(chosen, target ?? type, arguments);
            if (target is Operation operation)
                Tell(operation.Arrays);
            if (target is Callback callback)
                Tell(callback.Arrays);
            var returned = Spans.Takes(chosen) ? Spans.Call(chosen, target, values) : chosen.Invoke(target, values.ToArray());
            if (returned is IAsyncResult result && chosen.ReturnType == typeof(IAsyncResult))
                return new AsyncResult(result, inPlace);
            return Operation.Wrap(returned, chosen.ReturnType, inPlace);
        }

        [return: MaybeNull]
        public object Get(object target, string member)
        {
            var property = Property(target, member);
            if (property.GetGetMethod() == null)
                throw Fault.NoMember("public getter of " + target.GetType().Name + "." + member);
            return property.GetValue(target);
        }

        [return: MaybeNull]
        public object Set(object target, string member, [AllowNull] object value)
        {
            var property = Property(target, member);
            if (property.GetSetMethod() == null)
                throw Fault.NoMember("public setter of " + target.GetType().Name + "." + member);
            property.SetValue(target, Make(value, property.PropertyType, member, target));
            return null;
        }

        /// <summary>Does the work and tells its outcome; what it returns is kept under a name if that is not empty.</summary>
        public Hashtable Outcome<T>(string keep, Func<T> work)
        {
            var outcome = new Hashtable();
            try
            {
                var returned = work();
                if (keep != "")
                    objects.Keep(keep, returned);
                outcome["returned"] = Wire(returned, keep);
            }
            catch (TargetInvocationException e)
            {
                outcome["threw"] = Wire(Unwrap(e));
            }
            if (inPlace.Count > 0)
                outcome["bytes"] = new Hashtable(inPlace.ToDictionary(array => array.Key, array => Bytes.ToHex(array.Value, array.Value.Length)));
            return outcome;
        }

        /// <summary>What was really thrown. A fault of the adapter inside a call goes on as such.</summary>
        public static Exception Unwrap(Exception thrown)
        {
            while (thrown.InnerException != null &&
                   (thrown is TargetInvocationException || thrown is AggregateException all && all.InnerExceptions.Count == 1))
                thrown = thrown.InnerException;
            if (thrown is Fault)
                throw thrown;
            return thrown;
        }

        /// <summary>The declaration that is documented: an internal type's override may name its parameters otherwise.</summary>
        static MethodInfo Documented(MethodInfo method)
        {
            return method.DeclaringType != null && method.DeclaringType.IsVisible ? method : method.GetBaseDefinition();
        }

        /// <summary>The overload whose parameters have exactly these names, else the shortest that gets along with them.</summary>
        static T Choose<T>(IEnumerable<T> overloads, ICollection<string> names, string what) where T : MethodBase
        {
            var fitting = overloads
                .Where(overload => names.All(name => overload.GetParameters().Any(parameter => parameter.Name == name)))
                .Where(overload => overload.GetParameters().All(parameter =>
                    parameter.IsOptional || Defaults.Knows(parameter) || names.Contains(parameter.Name + "")))
                .OrderBy(overload => overload.GetParameters().Length)
                .ThenBy(overload => overload.GetParameters().Count(parameter => parameter.ParameterType == typeof(object)))
                .ToList();
            if (fitting.Count == 0)
                throw Fault.NoMember(what + "(" + string.Join(", ", names) + ")");
            return fitting[0];
        }

        /// <summary>Whether the overload takes a text wherever one is given: WriteLine(String), not WriteLine(Boolean).</summary>
        static bool TakesTexts(MethodBase overload, Parameters arguments)
        {
            return overload.GetParameters()
                .Where(parameter => arguments.Value(parameter.Name + "") is string)
                .All(parameter => parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(object) ||
                                  parameter.ParameterType.IsEnum);
        }

        static PropertyInfo Property(object target, string member)
        {
            for (var type = target.GetType(); type != null; type = type.BaseType)
            {
                var property = type.GetProperty(member, Instance | BindingFlags.DeclaredOnly);
                if (property != null && property.GetIndexParameters().Length == 0)
                    return Inherited(property);
            }
            throw Fault.NoMember("property " + target.GetType().Name + "." + member);
        }

        /// <summary>An override of one accessor leaves the other to the property that it overrides.</summary>
        static PropertyInfo Inherited(PropertyInfo property)
        {
            var accessor = property.GetAccessors()[0];
            var whole = accessor.GetBaseDefinition().DeclaringType?.GetProperty(property.Name, Instance | BindingFlags.DeclaredOnly);
            return whole != null && whole.GetAccessors().Length > property.GetAccessors().Length ? whole : property;
        }

        /// <summary>The values of a member's parameters, in their order. What is not given has its default value.</summary>
        ArrayList Make(MethodBase member, object target, Parameters arguments)
        {
            var values = new ArrayList();
            foreach (var parameter in member.GetParameters())
            {
                var name = parameter.Name + "";
                if (arguments.Names.Contains(name))
                    values.Add(Make(arguments.Value(name), parameter.ParameterType, name, target));
                else if (!parameter.IsOptional)
                    values.Add(Defaults.Of(parameter));
                else if (parameter.ParameterType.IsValueType) // of a default that is no constant Mono tells Missing
                    values.Add(parameter.ParameterType.IsInstanceOfType(parameter.DefaultValue)
                        ? parameter.DefaultValue
                        : Activator.CreateInstance(parameter.ParameterType));
                else
                    values.Add(parameter.DefaultValue);
            }
            return values;
        }

        /// <summary>Makes an argument. Spans are asked for as arrays.</summary>
        [return: MaybeNull]
        object Make([AllowNull] object wire, Type type, string name, object target)
        {
            var value = Meant(wire, type, name, target);
            if (type == typeof(Memory<byte>) && (value == null || value is byte[]))
                return new Memory<byte>(value as byte[]);
            if (type == typeof(ReadOnlyMemory<byte>) && (value == null || value is byte[]))
                return new ReadOnlyMemory<byte>(value as byte[]);
            if (Spans.Is(type))
                type = typeof(byte[]);
            if (value == null && type.IsValueType || value != null && !type.IsInstanceOfType(value))
                throw Fault.Parameters(name + " is no " + type.Name);
            return value;
        }

        [return: MaybeNull]
        object Meant([AllowNull] object wire, Type type, string name, object target)
        {
            if (wire is IDictionary members)
                return Meant(new Parameters(members), type, name, target);
            if (wire is string text && type.IsEnum)
                return Enum.GetNames(type).Contains(text) ? Enum.Parse(type, text) : throw Fault.Parameters(text + " is no member of " + type.Name);
            if (wire is long number)
                return Number(number, type, name);
            return wire;
        }

        [return: MaybeNull]
        object Meant(Parameters value, Type type, string name, object target)
        {
            if (value.Has("bytes"))
            {
                var array = Bytes.Make(value.Members("bytes"));
                if (array.Length <= LongestArrayTold)
                    inPlace[name] = array;
                return array;
            }
            if (value.Has("callback"))
            {
                var callback = new Callback(End(target, value.Text("ends", ""), value.Text("calls", "")), inPlace);
                objects.Keep(value.Text("callback"), callback);
                return new AsyncCallback(callback.Invoke);
            }
            var found = objects.Find(value.Text("object"));
            if (type.IsInstanceOfType(found))
                return found;
            if (found is Bytes bytes)
                return bytes.Array;
            if (found is AsyncResult result)
            {
                Tell(result.Arrays);
                return result.Result;
            }
            if (found is Operation operation)
            {
                Tell(operation.Arrays);
                return operation.Task;
            }
            return found is long number ? Number(number, type, name) : found;
        }

        static object Number(long number, Type type, string name)
        {
            try
            {
                if (type.IsEnum)
                    return Enum.ToObject(type, number);
                if (type == typeof(IntPtr))
                    return new IntPtr(number);
                return type.IsPrimitive ? Convert.ChangeType(number, type, CultureInfo.InvariantCulture) : number;
            }
            catch (OverflowException)
            {
                throw Fault.Parameters(name + " does not fit into " + type.Name);
            }
        }

        static Action<Callback, IAsyncResult> End(object target, string ends, string calls)
        {
            var ending = ends == "" ? null : Method(target, ends, "asyncResult");
            var called = calls == "" ? null : Method(target, calls);
            return (callback, result) =>
            {
                if (ending != null)
                    callback.Result = ending.Invoke(target, new object[] { result });
                if (called != null)
                    callback.Result = called.Invoke(target, new object[0]);
            };
        }

        static MethodInfo Method(object target, string member, params string[] names)
        {
            return Choose(target.GetType().GetMethods(Instance).Where(method => method.Name == member), names, "method " + member);
        }

        [return: MaybeNull]
        object Wire([AllowNull] object value, string name)
        {
            if (value == null || value is bool || value is string)
                return value;
            if (value is Enum)
                return Enum.IsDefined(value.GetType(), value) ? value.ToString() : Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()));
            if (value is IntPtr pointer)
                return pointer.ToInt64();
            if (value.GetType().IsPrimitive || value is IDictionary)
                return value;
            if (value is byte[] array)
                return new Hashtable { { "bytes", new Hashtable { { "hex", Bytes.ToHex(array, array.Length) } } } };
            var described = new Hashtable { { "object", name == "" ? null : name }, { "type", TypeNames.Of(value) } };
            var same = objects.NameOf(value, name);
            if (same != "")
                described["same"] = same;
            return described;
        }

        /// <summary>A call that ends an operation tells what became of the arrays that the operation was given.</summary>
        void Tell(IDictionary<string, byte[]> arrays)
        {
            foreach (var array in arrays)
                inPlace[array.Key] = array.Value;
        }

        static readonly HashSet<string> DocumentedExceptions = new HashSet<string>
        {
            "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "EndOfStreamException", "IOException",
            "InvalidOperationException", "NotSupportedException", "ObjectDisposedException", "OperationCanceledException",
            "PlatformNotSupportedException", "TaskCanceledException", "UnauthorizedAccessException"
        };

        /// <summary>What whoever goes by the documentation catches: of a class of one's own, the nearest documented one.</summary>
        static Type Told(Type thrown)
        {
            var framework = (thrown.Namespace + ".").StartsWith("System.", StringComparison.Ordinal);
            for (var type = framework ? null : thrown; type != null; type = type.BaseType)
                if (DocumentedExceptions.Contains(type.Name))
                    return type;
            return thrown;
        }

        Hashtable Wire(Exception thrown)
        {
            var described = new Hashtable
            {
                { "type", TypeNames.Plain(Told(thrown.GetType())) },
                { "parameter", (thrown as ArgumentException)?.ParamName },
                { "message", thrown.Message }
            };
            var token = thrown is OperationCanceledException cancelled ? objects.NameOf(cancelled.CancellationToken, "") : "";
            if (token != "")
                described["token"] = token;
            return described;
        }
    }
}
