using System;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>Connects to the harness and answers it until it hangs up.</summary>
    sealed class Program
    {
        readonly object writing = new object();
        readonly Lanes lanes = new Lanes();
        readonly Session session;
        readonly Stream connection;

        Program(string[] arguments, string token, Stream connection)
        {
            session = new Session(token, arguments, lanes);
            this.connection = connection;
        }

        static int Main(string[] arguments)
        {
            var address = Environment.GetEnvironmentVariable("PIPECTS_ADDRESS");
            var token = Environment.GetEnvironmentVariable("PIPECTS_TOKEN");
            if (address == null || token == null)
            {
                Console.Error.WriteLine("This adapter is started by pipects, which sets PIPECTS_ADDRESS and PIPECTS_TOKEN.");
                return 2;
            }
            if (Native.Windows)
                Native.LoadGuard();
            else
                Native.InterruptBySignal();
            LeaveRoomForBlockedReads();
            ThrowOnce();
            var colon = address.LastIndexOf(':');
            using (var client = new TcpClient(address.Substring(0, colon), int.Parse(address.Substring(colon + 1))) { NoDelay = true })
                new Program(arguments, token, client.GetStream()).Answer();
            Native.Exit(0);
            return 0;
        }

        /// <summary>Where an asynchronous read blocks a thread of the pool, a new one comes half a second later only.</summary>
        static void LeaveRoomForBlockedReads()
        {
            const int threads = 16;
            ThreadPool.SetMinThreads(threads, threads);
        }

        /// <summary>The first exception has .NET 8 and earlier open a pipe of their own, which no case may find in its way.</summary>
        static void ThrowOnce()
        {
            try
            {
                throw new InvalidOperationException();
            }
            catch (InvalidOperationException)
            {
                // There is the pipe.
            }
        }

        void Answer()
        {
            try
            {
                var lines = new StreamReader(connection, new UTF8Encoding(false));
                for (var line = lines.ReadLine(); line != null; line = lines.ReadLine())
                    Take(line);
            }
            catch (IOException)
            {
                // The harness hung up, which is the end as well.
            }
        }

        /// <summary>Sends a request to its thread. What is no request is answered here.</summary>
        void Take(string line)
        {
            var request = new Hashtable();
            try
            {
                if (!(Json.Parse(line) is Hashtable message))
                    throw Fault.Request("a request is an object");
                request = message;
                if (!(request["method"] is string method))
                    throw Fault.Request("the method is missing");
                if (!((request["params"] ?? new Hashtable()) is IDictionary members))
                    throw Fault.Parameters("params is an object");
                var asked = new Parameters(members);
                var id = request["id"];
                if (method == "hello")
                    Run(id, method, asked);
                else
                    lanes.Run(asked.Text("thread", "main"), () => Run(id, method, asked));
            }
            catch (Fault fault)
            {
                Send(Error(request["id"], fault.Code, fault.Message));
            }
            catch (FormatException e)
            {
                Send(Error(null, Fault.Malformed("").Code, e.Message));
            }
        }

        void Run([AllowNull] object id, string method, Parameters asked)
        {
            var answer = Answered(id, method, asked);
            Send(answer);
            if (method != "exit" || !answer.ContainsKey("result"))
                return;
            if (asked.Has("way"))
                Environment.Exit((int)asked.Number("status"));
            Native.Exit((int)asked.Number("status"));
        }

        Hashtable Answered([AllowNull] object id, string method, Parameters asked)
        {
            try
            {
                return new Hashtable { { "jsonrpc", "2.0" }, { "id", id }, { "result", session.Do(method, asked) } };
            }
            catch (Fault fault)
            {
                return Error(id, fault.Code, fault.Message);
            }
            catch (Exception e)
            {
                return Error(id, -32603, e.ToString());
            }
        }

        static Hashtable Error([AllowNull] object id, int code, string message)
        {
            return new Hashtable { { "jsonrpc", "2.0" }, { "id", id }, { "error", new Hashtable { { "code", code }, { "message", message } } } };
        }

        void Send(Hashtable message)
        {
            var line = Encoding.UTF8.GetBytes(Json.Write(message) + "\n");
            try
            {
                lock (writing)
                    connection.Write(line, 0, line.Length);
            }
            catch (IOException)
            {
                Native.Exit(0);
            }
        }
    }
}
