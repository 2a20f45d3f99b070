/** What runs scripts for the agent inside PowerShell: messages (wire-format.ts), a request at a time, results under backpressure. */
export const HOST_SOURCE = String.raw`
namespace Org.ForgeRock.OpenICF.Connectors.MsPowerShell
{
    public enum OperationType { AUTHENTICATE, CREATE, DELETE, GET_LATEST_SYNC_TOKEN, RESOLVE_USERNAME, SCHEMA, SEARCH, SYNC, TEST, RUNSCRIPTONCONNECTOR, RUNSCRIPTONRESOURCE, UPDATE }
}
namespace Causeway
{
    using System;
    using System.Collections;
    using System.Collections.Generic;
    using System.IO;
    using System.Management.Automation;
    using Org.IdentityConnectors.Common.Security;
    using Org.IdentityConnectors.Framework.Common.Exceptions;
    using Org.IdentityConnectors.Framework.Common.Objects;
    using Org.IdentityConnectors.Framework.Common.Objects.Filters;
    using Org.ForgeRock.OpenICF.Connectors.MsPowerShell;

    public class UidResult { public object Uid { get; set; } }
    public class TokenResult { public object SyncToken { get; set; } }
    public class Log
    {
        private readonly Host host;
        internal Log(Host host) { this.host = host; }
        public void Info(string text) { host.Tell("info", text); }
        public void Ok(string text) { host.Tell("info", text); }
        public void Warn(string text) { host.Tell("warn", text); }
        public void Error(string text) { host.Tell("error", text); }
    }
    public class SearchResults
    {
        private readonly Host host; private readonly string objectClass;
        internal SearchResults(Host host, string objectClass) { this.host = host; this.objectClass = objectClass; }
        public void Complete() { host.Send("complete", null); }
        public void Complete(string cookie) { host.Send("complete", string.IsNullOrEmpty(cookie) ? null : cookie); }
        public void Complete(SearchResult result) { host.Send("complete", result == null || string.IsNullOrEmpty(result.PagedResultsCookie) ? null : result.PagedResultsCookie); }
        public object Process(object given)
        {
            object result = Wire.Unwrap(given);
            if (result == null) return true;
            return host.Deliver("object", Objects.Of(result, objectClass, null));
        }
    }
    public class SyncResults
    {
        private readonly Host host; private readonly string objectClass;
        internal SyncResults(Host host, string objectClass) { this.host = host; this.objectClass = objectClass; }
        public void Complete(object token) { object value = Wire.Unwrap(token); SyncToken held = value as SyncToken; host.Send("complete", held == null ? value : held.Value); }
        public bool Process(object given)
        {
            object result = Wire.Unwrap(given);
            SyncDelta delta = result as SyncDelta;
            return (bool)host.Deliver("delta", delta == null ? Objects.Delta((IDictionary)result, objectClass) : Objects.Delta(delta, objectClass));
        }
    }
    internal static class Objects
    {
        internal static object Of(object result, string objectClass, string uid)
        {
            Dictionary<string, object> attributes = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
            ConnectorObject built = result as ConnectorObject;
            if (built != null) { objectClass = built.ObjectClass.Type; foreach (ConnectorAttribute attribute in built.GetAttributes()) attributes[attribute.Name] = attribute.Value; }
            else if (result is IDictionary) foreach (DictionaryEntry entry in (IDictionary)result) attributes[entry.Key.ToString()] = Values(entry.Key.ToString(), Wire.Unwrap(entry.Value));
            else throw new ArgumentException("A result has to be a Hashtable or a ConnectorObject.");
            if (uid != null) attributes["__UID__"] = new List<object> { uid };
            if (!attributes.ContainsKey("__UID__") || attributes["__UID__"] == null) throw new ConnectorException("Uid can not be null");
            if (!attributes.ContainsKey("__NAME__") || attributes["__NAME__"] == null) throw new ConnectorException("Name can not be null");
            Dictionary<string, object> map = new Dictionary<string, object>();
            map["ObjectClass"] = objectClass; map["Attributes"] = attributes;
            return map;
        }
        private static object Values(string name, object value)
        {
            if (value == null) return null;
            if (name == "__UID__" || name == "__NAME__") return new List<object> { value.ToString() };
            if (value is string || value is byte[] || value is IDictionary || !(value is IEnumerable)) return new List<object> { value };
            List<object> list = new List<object>();
            foreach (object item in (IEnumerable)value) if (item != null) list.Add(item);
            return list;
        }
        internal static object Delta(IDictionary given, string objectClass)
        {
            if (!given.Contains("SyncToken")) throw new ArgumentException("SyncToken is missing in Sync result");
            string type = Convert.ToString(Wire.Unwrap(given["DeltaType"])).ToUpperInvariant();
            if (string.IsNullOrEmpty(type)) throw new ArgumentException("DeltaType is missing in Sync result");
            if (type != "CREATE" && type != "UPDATE" && type != "DELETE" && type != "CREATE_OR_UPDATE") throw new ArgumentException("Unrecognized DeltaType in Sync result");
            string uid = Convert.ToString(Wire.Unwrap(given["Uid"]));
            if (string.IsNullOrEmpty(uid)) throw new ArgumentException("Uid is missing in Sync result");
            string previous = Convert.ToString(Wire.Unwrap(given["PreviousUid"]));
            if (!string.IsNullOrEmpty(previous) && type == "DELETE") throw new ArgumentException("PreviousUid can only be specified for Create or Update.");
            IDictionary attributes = Wire.Unwrap(given["Object"]) as IDictionary;
            if (attributes == null && type != "DELETE") throw new ArgumentException("Object is missing in Sync result");
            if (attributes != null && !attributes.Contains("__NAME__")) throw new ArgumentException("The Object must contain a Name");
            if (attributes != null && attributes.Contains("__UID__") && Convert.ToString(Wire.Unwrap(attributes["__UID__"])) != uid) throw new ArgumentException("Uid from Object is different than Uid from Sync result");
            object named = Wire.Unwrap(given["ObjectClass"]);
            string of = named == null ? objectClass : named.ToString();
            return Map(Wire.Unwrap(given["SyncToken"]) ?? 0L, type, uid, previous, of, attributes == null || type == "DELETE" ? null : Of(attributes, of, uid));
        }
        internal static object Delta(SyncDelta delta, string objectClass)
        {
            string of = delta.ObjectClass == null ? objectClass : delta.ObjectClass.Type;
            return Map(delta.Token == null ? 0L : Wire.Unwrap(delta.Token.Value), delta.DeltaType.ToString(), delta.Uid.GetUidValue(), delta.PreviousUid == null ? null : delta.PreviousUid.GetUidValue(), of, delta.Object == null ? null : Of(delta.Object, of, null));
        }
        private static object Map(object token, string type, string uid, string previous, string objectClass, object value)
        {
            Dictionary<string, object> map = new Dictionary<string, object>();
            map["Token"] = token; map["DeltaType"] = type; map["Uid"] = uid; map["PreviousUid"] = string.IsNullOrEmpty(previous) ? null : previous; map["ObjectClass"] = objectClass; map["Object"] = value;
            return map;
        }
    }
    /// <summary>Reads requests from the agent and answers them; the loop around it is PowerShell's.</summary>
    public class Host
    {
        private readonly TextReader input; private readonly TextWriter output;
        private string mark; private int window, left; private bool stopped;
        private object configuration; private object results; private List<object> values;
        public IList<object> Modules { get; private set; }
        public string Prefix { get; private set; } public string Script { get; private set; } public bool IsParsedOnly { get; private set; }
        public Dictionary<string, object> Binding { get; private set; }
        public Host(TextReader input, TextWriter output) { this.input = input; this.output = output; }
        public void Initialize()
        {
            IDictionary<string, object> given = (IDictionary<string, object>)Wire.Decode(input.ReadLine());
            mark = (string)given["Mark"]; window = (int)given["Window"]; Prefix = (string)given["Prefix"]; Modules = (IList<object>)given["Modules"]; configuration = given["Configuration"];
        }
        /// <summary>At once: what PowerShell itself writes to the same output, as by Write-Verbose, must not come into the middle of a line.</summary>
        internal void Send(string kind, object value) { output.WriteLine(mark + " " + kind + " " + Wire.Encode(value)); output.Flush(); }
        internal void Tell(string level, string text) { Send("log", new List<object> { level, text }); }
        public void Ready(string version) { Send("ready", version); }
        internal object Deliver(string kind, object value)
        {
            if (stopped) return false;
            Send(kind, value);
            if (--left > 0) return true;
            Send("more", null);
            left = window;
            stopped = input.ReadLine() != "go";
            return !stopped;
        }
        /// <summary>A request that cannot be read, say for a number .NET has no type for, fails; the next one is waited for.</summary>
        public bool NextRequest()
        {
            for (;;)
            {
                string line = input.ReadLine();
                if (line == null) return false;
                try { Prepare(line); return true; } catch (Exception error) { Failed(error); }
            }
        }
        private void Prepare(string line)
        {
            IDictionary<string, object> request = (IDictionary<string, object>)Wire.Decode(line);
            Script = (string)request["Script"]; IsParsedOnly = (bool)request["ParseOnly"];
            stopped = false; left = window; values = new List<object>();
            OperationType operation = (OperationType)Enum.Parse(typeof(OperationType), (string)request["Operation"]);
            Binding = new Dictionary<string, object>((IDictionary<string, object>)request["Arguments"], StringComparer.OrdinalIgnoreCase);
            Binding["Operation"] = operation; Binding["Action"] = operation; Binding["Configuration"] = configuration; Binding["Log"] = new Log(this);
            string objectClass = Given<string>("ObjectClass");
            if (objectClass != null) Binding["ObjectClass"] = new ObjectClass(objectClass);
            string uid = Given<string>("Uid");
            if (uid != null) Binding["Uid"] = new Uid(uid, Given<string>("Revision"));
            IDictionary<string, object> attributes = Given<IDictionary<string, object>>("Attributes");
            if (attributes != null) Binding["Attributes"] = Attributes(attributes);
            Binding["Options"] = new OperationOptions(Given<IDictionary<string, object>>("Options") ?? new Dictionary<string, object>());
            IDictionary<string, object> filter = Given<IDictionary<string, object>>("NativeQuery");
            if (filter != null) { Binding.Remove("NativeQuery"); Binding["Query"] = FilterReader.Read(filter); }
            results = ResultsFor(operation, objectClass, uid);
            if (operation == OperationType.SCHEMA) Binding["SchemaBuilder"] = results; else if (results != null) Binding["Result"] = results;
        }
        private T Given<T>(string name) where T : class { object value; return Binding.TryGetValue(name, out value) ? value as T : null; }
        private static ICollection<ConnectorAttribute> Attributes(IDictionary<string, object> given)
        {
            ConnectorAttributes list = new ConnectorAttributes();
            foreach (KeyValuePair<string, object> entry in given) list.Add(entry.Value == null ? new ConnectorAttribute(entry.Key, null) : ConnectorAttributeBuilder.Of(entry.Key, (IList<object>)entry.Value));
            return list;
        }
        private object ResultsFor(OperationType operation, string objectClass, string uid)
        {
            switch (operation)
            {
                case OperationType.SEARCH: return new SearchResults(this, objectClass);
                case OperationType.SYNC: return new SyncResults(this, objectClass);
                case OperationType.GET_LATEST_SYNC_TOKEN: return new TokenResult();
                case OperationType.SCHEMA: return new SchemaBuilder();
                case OperationType.CREATE: case OperationType.AUTHENTICATE: case OperationType.RESOLVE_USERNAME: return new UidResult();
                case OperationType.UPDATE: return new UidResult { Uid = new Uid(uid) };
                default: return null;
            }
        }
        /// <summary>Something a script put out; only what runs on the connector answers by it.</summary>
        public void Put(object value)
        {
            if (results != null || !Binding.ContainsKey("Arguments")) return;
            object plain = Wire.Unwrap(value);
            if (plain is Hashtable) throw new ConnectorException("No serializer for class: System.Collections.Hashtable");
            values.Add(plain);
        }
        public void Succeeded() { Send("end", Answer()); }
        private object Answer()
        {
            UidResult uid = results as UidResult;
            if (uid != null) { object value = Wire.Unwrap(uid.Uid); Uid held = value as Uid; return value == null ? null : new List<object> { held == null ? value.ToString() : held.GetUidValue(), held == null ? null : held.Revision }; }
            TokenResult token = results as TokenResult;
            if (token != null) { object value = Wire.Unwrap(token.SyncToken); SyncToken held = value as SyncToken; return held == null ? value : Wire.Unwrap(held.Value); }
            SchemaBuilder schema = results as SchemaBuilder;
            if (schema != null) return schema.ToWire();
            return values.Count == 0 ? null : values.Count == 1 ? values[0] : values;
        }
        public void Failed(Exception error)
        {
            while ((error is MethodInvocationException || error is System.Reflection.TargetInvocationException) && error.InnerException != null) error = error.InnerException;
            Send("failed", new List<object> { error.GetType().FullName, error.Message });
        }
    }
}
`;
