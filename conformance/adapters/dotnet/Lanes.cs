using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>The named threads. The work of one runs in order; those of different names run at the same time.</summary>
    sealed class Lanes
    {
        readonly Dictionary<string, Lane> lanes = new Dictionary<string, Lane>();

        public void Run(string name, Action work)
        {
            lock (lanes)
            {
                if (!lanes.TryGetValue(name, out var lane))
                    lanes[name] = lane = new Lane();
                lane.Add(work);
            }
        }

        /// <summary>Ends the threads that have nothing to do.</summary>
        public void EndIdle()
        {
            lock (lanes)
                foreach (var name in lanes.Keys.ToList())
                    if (lanes[name].EndIfIdle())
                        lanes.Remove(name);
        }

        sealed class Lane
        {
            const int StackBytes = 512 * 1024;
            readonly Queue<Action> waiting = new Queue<Action>();
            readonly Thread thread;
            bool idle;
            bool ended;

            public Lane()
            {
                thread = new Thread(Work, StackBytes) { IsBackground = true };
                thread.Start();
            }

            public void Add(Action work)
            {
                lock (waiting)
                {
                    waiting.Enqueue(work);
                    Monitor.Pulse(waiting);
                }
            }

            public bool EndIfIdle()
            {
                lock (waiting)
                {
                    if (!idle || waiting.Count > 0)
                        return false;
                    ended = true;
                    Monitor.Pulse(waiting);
                }
                thread.Join();
                return true;
            }

            void Work()
            {
                while (Next(out var work))
                {
                    work();
                    work = Nothing;
                    Collector.WipeStack();
                }
            }

            static void Nothing()
            {
            }

            bool Next(out Action work)
            {
                lock (waiting)
                {
                    idle = true;
                    while (waiting.Count == 0 && !ended)
                        Monitor.Wait(waiting);
                    idle = false;
                    work = ended ? Nothing : waiting.Dequeue();
                    return !ended;
                }
            }
        }
    }
}
