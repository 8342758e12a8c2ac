using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace Pipects.Adapter
{
    /// <summary>What reflection tells of a declaration that users of a type can see.</summary>
    static class Describe
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        public static Hashtable Type(Type type)
        {
            var description = new Hashtable
            {
                { "kind", type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class" },
                { "namespace", type.Namespace },
                { "base", type.BaseType == null ? null : TypeNames.Full(type.BaseType) },
                { "sealed", type.IsSealed },
                { "abstract", type.IsAbstract },
                { "public", type.IsPublic },
                { "interfaces", type.GetInterfaces().Where(one => one.IsPublic).Select(TypeNames.Full).ToArray() }
            };
            if (type.IsEnum)
            {
                description["underlying"] = Enum.GetUnderlyingType(type).Name;
                description["values"] = new Hashtable(Enum.GetNames(type).ToDictionary(name => name, name => Number(Enum.Parse(type, name))));
            }
            return description;
        }

        /// <summary>
        /// A member by its name, or by the documentation's way of telling overloads apart, "Dispose(Boolean)". The parameters'
        /// names can be given instead; without either, the first declared with the fewest parameters is told of.
        /// </summary>
        public static Hashtable Member(Type type, string member, IList<string> names, bool overloaded)
        {
            var name = member.Split('(')[0];
            var types = member.Substring(name.Length).Replace(" ", "");
            if (name == TypeNames.Plain(type))
                name = ".ctor";
            for (var at = type; at != null; at = name == ".ctor" ? null : at.BaseType)
            {
                var found = at.GetMember(name, Declared)
                    .Where(one => Seen(one))
                    .Where(one => types == "" || types == "(" + string.Join(",", ParameterTypes(one)).Replace(" ", "") + ")")
                    .Where(one => !overloaded || names.SequenceEqual(ParametersOf(one).Select(parameter => parameter.Name + "")))
                    .OrderBy(one => ParametersOf(one).Length)
                    .FirstOrDefault();
                if (found is PropertyInfo property)
                    return Property(property);
                if (found is MethodBase method)
                    return Method(method);
            }
            throw Fault.NoMember("member " + type.Name + "." + member);
        }

        static Hashtable Property(PropertyInfo property)
        {
            var widest = property.GetAccessors(true).Where(Seen).OrderBy(accessor => !accessor.IsPublic).First();
            var description = Described(widest);
            description["kind"] = "property";
            description["type"] = TypeNames.Full(property.PropertyType);
            description["get"] = Accessor(property.GetGetMethod(true));
            description["set"] = Accessor(property.GetSetMethod(true));
            description["parameters"] = ParameterTypes(property);
#if NET6_0_OR_GREATER
            description["nullable"] = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
#endif
            return description;
        }

        static Hashtable Method(MethodBase method)
        {
            var description = Described(method);
            description["kind"] = method.IsConstructor ? "constructor" : "method";
            description["parameters"] = ParameterTypes(method);
            if (method is MethodInfo returning)
                description["type"] = TypeNames.Full(returning.ReturnType);
#if NET6_0_OR_GREATER
            var context = new NullabilityInfoContext();
            description["nullable"] = method.GetParameters().Select(parameter => context.Create(parameter).WriteState == NullabilityState.Nullable).ToArray();
#endif
            return description;
        }

        static Hashtable Described(MethodBase method)
        {
            return new Hashtable
            {
                { "access", Access(method) },
                { "static", method.IsStatic },
                { "virtual", method.IsVirtual && !method.IsFinal },
                { "abstract", method.IsAbstract },
                { "override", method is MethodInfo info && info.GetBaseDefinition().DeclaringType != info.DeclaringType },
                { "declaring", TypeNames.Full(method.DeclaringType ?? typeof(object)) }
            };
        }

        /// <summary>Who has access to an accessor; false if there is none, or none that users see.</summary>
        static object Accessor([AllowNull] MethodInfo accessor)
        {
            return accessor != null && Seen(accessor) ? (object)Access(accessor) : false;
        }

        static string Access(MethodBase method)
        {
            return method.IsPublic ? "public" : method.IsFamily ? "protected" : "protected internal";
        }

        static bool Seen(MemberInfo member)
        {
            if (member is PropertyInfo property)
                return property.GetAccessors(true).Any(Seen);
            return member is MethodBase method && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);
        }

        static string[] ParameterTypes(MemberInfo member)
        {
            return ParametersOf(member).Select(parameter => TypeNames.Full(parameter.ParameterType)).ToArray();
        }

        static ParameterInfo[] ParametersOf(MemberInfo member)
        {
            return member is MethodBase method ? method.GetParameters() : new ParameterInfo[0];
        }

        static long Number(object value)
        {
            return Convert.ToInt64(value, CultureInfo.InvariantCulture);
        }
    }
}
