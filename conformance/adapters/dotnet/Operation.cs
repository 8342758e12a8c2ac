using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks;

namespace Pipects.Adapter
{
    /// <summary>What an asynchronous member returned, whichever kind of task it is.</summary>
    public sealed class Operation
    {
        readonly Type declared;

        Operation(Task task, Type declared, IDictionary<string, byte[]> arrays)
        {
            Task = task;
            this.declared = declared;
            Arrays = arrays;
        }

        internal Task Task { get; }

        /// <summary>The arrays of the call that began this, by their parameters' names.</summary>
        internal IDictionary<string, byte[]> Arrays { get; }

        internal string Type
        {
            get { return TypeNames.Plain(declared); }
        }

        public bool IsCompleted
        {
            get { return Task.IsCompleted; }
        }

        public bool IsCanceled
        {
            get { return Task.IsCanceled; }
        }

        public bool IsFaulted
        {
            get { return Task.IsFaulted; }
        }

        [return: MaybeNull]
        public object Wait()
        {
            Task.GetAwaiter().GetResult();
            return declared.IsGenericType ? Task.GetType().GetProperty("Result")?.GetValue(Task) : null;
        }

        /// <summary>Wraps a value that a member declared as a task; leaves any other as it is.</summary>
        [return: MaybeNull]
        internal static object Wrap([AllowNull] object value, Type declared, IDictionary<string, byte[]> arrays)
        {
            if (value is Task task && typeof(Task).IsAssignableFrom(declared))
                return new Operation(task, declared, arrays);
            if (value is ValueTask plain)
                return new Operation(plain.AsTask(), declared, arrays);
            if (value is ValueTask<int> counting)
                return new Operation(counting.AsTask(), declared, arrays);
            return value;
        }
    }
}
