/**
 * The part of the .NET framework of OpenICF that scripts use, for `Add-Type`: the same namespaces, names and meanings, written anew.
 * C# 5, which the compiler of Windows PowerShell 4 knows; no assemblies but System, System.Core and PowerShell's own.
 */
export const OBJECTS_SOURCE = String.raw`
namespace Org.IdentityConnectors.Framework.Common.Exceptions
{
    using System;
    public class ConnectorException : Exception { public ConnectorException() { } public ConnectorException(string m) : base(m) { } public ConnectorException(string m, Exception e) : base(m, e) { } public ConnectorException(Exception e) : base(e == null ? null : e.Message, e) { } }
    public class AlreadyExistsException : ConnectorException { public AlreadyExistsException() { } public AlreadyExistsException(string m) : base(m) { } }
    public class ConfigurationException : ConnectorException { public ConfigurationException() { } public ConfigurationException(string m) : base(m) { } }
    public class ConnectorIOException : ConnectorException { public ConnectorIOException() { } public ConnectorIOException(string m) : base(m) { } }
    public class ConnectionBrokenException : ConnectorIOException { public ConnectionBrokenException() { } public ConnectionBrokenException(string m) : base(m) { } }
    public class ConnectionFailedException : ConnectorIOException { public ConnectionFailedException() { } public ConnectionFailedException(string m) : base(m) { } }
    public class ConnectorSecurityException : ConnectorException { public ConnectorSecurityException() { } public ConnectorSecurityException(string m) : base(m) { } }
    public class InvalidCredentialException : ConnectorSecurityException { public InvalidCredentialException() { } public InvalidCredentialException(string m) : base(m) { } }
    public class InvalidPasswordException : InvalidCredentialException { public InvalidPasswordException() { } public InvalidPasswordException(string m) : base(m) { } }
    public class PasswordExpiredException : InvalidPasswordException { public PasswordExpiredException() { } public PasswordExpiredException(string m) : base(m) { } }
    public class PermissionDeniedException : ConnectorSecurityException { public PermissionDeniedException() { } public PermissionDeniedException(string m) : base(m) { } }
    public class UnknownUidException : InvalidCredentialException { public UnknownUidException() { } public UnknownUidException(string m) : base(m) { } public UnknownUidException(Org.IdentityConnectors.Framework.Common.Objects.Uid uid, Org.IdentityConnectors.Framework.Common.Objects.ObjectClass of) : base("Object with Uid '" + uid.GetUidValue() + "' and ObjectClass '" + of.Type + "' does not exist!") { } }
    public class InvalidAttributeValueException : ConnectorException { public InvalidAttributeValueException() { } public InvalidAttributeValueException(string m) : base(m) { } }
    public class OperationTimeoutException : ConnectorException { public OperationTimeoutException() { } public OperationTimeoutException(string m) : base(m) { } }
    public class PreconditionFailedException : ConnectorException { public PreconditionFailedException() { } public PreconditionFailedException(string m) : base(m) { } }
    public class PreconditionRequiredException : ConnectorException { public PreconditionRequiredException() { } public PreconditionRequiredException(string m) : base(m) { } }
    public class RetryableException : ConnectorException { public RetryableException() { } public RetryableException(string m) : base(m) { } }
}
namespace Org.IdentityConnectors.Common.Security
{
    using System;
    using System.Runtime.InteropServices;
    using System.Security;
    public sealed class GuardedString : IDisposable
    {
        private readonly SecureString secret;
        public GuardedString() { secret = new SecureString(); }
        public GuardedString(string clear) { secret = new SecureString(); foreach (char c in clear) secret.AppendChar(c); secret.MakeReadOnly(); }
        public GuardedString(SecureString given) { secret = given.Copy(); }
        public SecureString ToSecureString() { return secret.Copy(); }
        internal string Reveal()
        {
            IntPtr at = Marshal.SecureStringToGlobalAllocUnicode(secret);
            try { return Marshal.PtrToStringUni(at); } finally { Marshal.ZeroFreeGlobalAllocUnicode(at); }
        }
        public void Dispose() { secret.Dispose(); }
        public override string ToString() { return "***"; }
    }
    public static class SecurityUtil
    {
        public static string Decrypt(GuardedString value) { return value == null ? null : value.Reveal(); }
        public static byte[] Decrypt(byte[] value) { return value; }
    }
}
namespace Org.IdentityConnectors.Framework.Common.Objects
{
    using System;
    using System.Collections;
    using System.Collections.Generic;
    using Org.IdentityConnectors.Common.Security;

    public class ConnectorAttribute
    {
        public string Name { get; private set; }
        public IList<object> Value { get; private set; }
        public ConnectorAttribute(string name, IList<object> value) { if (string.IsNullOrEmpty(name)) throw new ArgumentException("Name must not be blank!"); Name = name; Value = value; }
        public bool Is(string name) { return string.Equals(Name, name, StringComparison.OrdinalIgnoreCase); }
        internal object Single() { if (Value == null || Value.Count == 0) return null; if (Value.Count > 1) throw new ArgumentException("Must be a single value: " + Name); return Value[0]; }
    }
    public class Uid : ConnectorAttribute
    {
        public static readonly string NAME = "__UID__";
        public string Revision { get; private set; }
        public Uid(string value) : this(value, null) { }
        public Uid(string value, string revision) : base(NAME, new List<object> { value }) { if (string.IsNullOrEmpty(value)) throw new ArgumentException("Uid must not be blank"); Revision = revision; }
        public string GetUidValue() { return (string)Single(); }
        public override string ToString() { return GetUidValue(); }
    }
    public class Name : ConnectorAttribute
    {
        public static readonly string NAME = "__NAME__";
        public Name(string value) : base(NAME, new List<object> { value }) { }
        public string GetNameValue() { return (string)Single(); }
        public override string ToString() { return GetNameValue(); }
    }
    public static class OperationalAttributes
    {
        public static readonly string ENABLE_NAME = "__ENABLE__", ENABLE_DATE_NAME = "__ENABLE_DATE__", DISABLE_DATE_NAME = "__DISABLE_DATE__", LOCK_OUT_NAME = "__LOCK_OUT__";
        public static readonly string PASSWORD_NAME = "__PASSWORD__", CURRENT_PASSWORD_NAME = "__CURRENT_PASSWORD__", PASSWORD_EXPIRED_NAME = "__PASSWORD_EXPIRED__", PASSWORD_EXPIRATION_DATE_NAME = "__PASSWORD_EXPIRATION_DATE__";
    }
    /// <summary>No IList, as in the framework: New-Object T($attributes) would take a list apart into arguments.</summary>
    public class ConnectorAttributes : ICollection<ConnectorAttribute>
    {
        private readonly List<ConnectorAttribute> held = new List<ConnectorAttribute>();
        public int Count { get { return held.Count; } }
        public bool IsReadOnly { get { return false; } }
        public void Add(ConnectorAttribute attribute) { held.Add(attribute); }
        public void Clear() { held.Clear(); }
        public bool Contains(ConnectorAttribute attribute) { return held.Contains(attribute); }
        public void CopyTo(ConnectorAttribute[] array, int index) { held.CopyTo(array, index); }
        public bool Remove(ConnectorAttribute attribute) { return held.Remove(attribute); }
        public IEnumerator<ConnectorAttribute> GetEnumerator() { return held.GetEnumerator(); }
        IEnumerator IEnumerable.GetEnumerator() { return held.GetEnumerator(); }
    }
    public static class ConnectorAttributeBuilder
    {
        public static ConnectorAttribute Build(string name, params object[] values)
        {
            if (values == null || values.Length == 0) return new ConnectorAttribute(name, null);
            List<object> list = new List<object>();
            foreach (object value in values) { object plain = Causeway.Wire.Unwrap(value); if (plain is IEnumerable && !(plain is string) && !(plain is byte[]) && !(plain is IDictionary)) foreach (object item in (IEnumerable)plain) list.Add(item); else list.Add(plain); }
            return Of(name, list);
        }
        internal static ConnectorAttribute Of(string name, IList<object> values)
        {
            if (name == Uid.NAME) return new Uid(Convert.ToString(values[0]));
            if (name == Name.NAME) return new Name(Convert.ToString(values[0]));
            return new ConnectorAttribute(name, values);
        }
        public static ConnectorAttribute BuildEnabled(bool value) { return Build(OperationalAttributes.ENABLE_NAME, value); }
        public static ConnectorAttribute BuildLockOut(bool value) { return Build(OperationalAttributes.LOCK_OUT_NAME, value); }
        public static ConnectorAttribute BuildPassword(GuardedString value) { return Build(OperationalAttributes.PASSWORD_NAME, value); }
        public static ConnectorAttribute BuildPasswordExpired(bool value) { return Build(OperationalAttributes.PASSWORD_EXPIRED_NAME, value); }
    }
    public static class ConnectorAttributeUtil
    {
        public static ConnectorAttribute Find(string name, ICollection<ConnectorAttribute> attributes) { foreach (ConnectorAttribute attribute in attributes) if (attribute.Is(name)) return attribute; return null; }
        public static Name GetNameFromAttributes(ICollection<ConnectorAttribute> attributes) { return Find(Name.NAME, attributes) as Name; }
        public static Uid GetUidAttribute(ICollection<ConnectorAttribute> attributes) { return Find(Uid.NAME, attributes) as Uid; }
        public static bool IsSpecial(ConnectorAttribute attribute) { return IsSpecialName(attribute.Name); }
        public static bool IsSpecialName(string name) { return name.StartsWith("__") && name.EndsWith("__"); }
        public static ICollection<ConnectorAttribute> GetBasicAttributes(ICollection<ConnectorAttribute> attributes) { ConnectorAttributes basic = new ConnectorAttributes(); foreach (ConnectorAttribute attribute in attributes) if (!IsSpecial(attribute)) basic.Add(attribute); return basic; }
        public static ICollection<ConnectorAttribute> GetSpecialAttributes(ICollection<ConnectorAttribute> attributes) { ConnectorAttributes special = new ConnectorAttributes(); foreach (ConnectorAttribute attribute in attributes) if (IsSpecial(attribute)) special.Add(attribute); return special; }
        public static IDictionary<string, ConnectorAttribute> ToMap(ICollection<ConnectorAttribute> attributes) { Dictionary<string, ConnectorAttribute> map = new Dictionary<string, ConnectorAttribute>(StringComparer.OrdinalIgnoreCase); foreach (ConnectorAttribute attribute in attributes) map[attribute.Name] = attribute; return map; }
        public static object GetSingleValue(ConnectorAttribute attribute) { return attribute.Single(); }
        public static string GetStringValue(ConnectorAttribute attribute) { return (string)attribute.Single(); }
        public static string GetAsStringValue(ConnectorAttribute attribute) { object value = attribute.Single(); return value == null ? null : value.ToString(); }
        public static long? GetLongValue(ConnectorAttribute attribute) { return (long?)attribute.Single(); }
        public static double? GetDoubleValue(ConnectorAttribute attribute) { return (double?)attribute.Single(); }
        public static byte[] GetByteArrayValue(ConnectorAttribute attribute) { return (byte[])attribute.Single(); }
        public static bool NamesEqual(string one, string other) { return string.Equals(one, other, StringComparison.OrdinalIgnoreCase); }
        public static ICollection<ConnectorAttribute> FilterUid(ICollection<ConnectorAttribute> attributes) { ConnectorAttributes rest = new ConnectorAttributes(); foreach (ConnectorAttribute attribute in attributes) if (!(attribute is Uid)) rest.Add(attribute); return rest; }
        public static GuardedString GetGuardedStringValue(ConnectorAttribute attribute) { return (GuardedString)attribute.Single(); }
        public static bool? GetBooleanValue(ConnectorAttribute attribute) { return (bool?)attribute.Single(); }
        public static int? GetIntegerValue(ConnectorAttribute attribute) { return (int?)attribute.Single(); }
        public static GuardedString GetPasswordValue(ICollection<ConnectorAttribute> attributes) { ConnectorAttribute found = Find(OperationalAttributes.PASSWORD_NAME, attributes); return found == null ? null : GetGuardedStringValue(found); }
    }
    public class ConnectorAttributesAccessor
    {
        private readonly IDictionary<string, ConnectorAttribute> map;
        public ConnectorAttributesAccessor(ICollection<ConnectorAttribute> attributes) { map = ConnectorAttributeUtil.ToMap(attributes); }
        public ConnectorAttribute Find(string name) { ConnectorAttribute found; return map.TryGetValue(name, out found) ? found : null; }
        public bool HasAttribute(string name) { return map.ContainsKey(name); }
        public ICollection<string> ListAttributeNames() { return map.Keys; }
        public Name GetName() { return Find(Name.NAME) as Name; }
        public Uid GetUid() { return Find(Uid.NAME) as Uid; }
        public bool GetEnabled(bool standard) { bool? value = FindBoolean(OperationalAttributes.ENABLE_NAME); return value ?? standard; }
        public GuardedString GetPassword() { return FindGuardedString(OperationalAttributes.PASSWORD_NAME); }
        public IList<object> FindList(string name) { ConnectorAttribute found = Find(name); return found == null ? null : found.Value; }
        public IList<string> FindStringList(string name) { IList<object> values = FindList(name); if (values == null) return null; List<string> texts = new List<string>(); foreach (object value in values) texts.Add((string)value); return texts; }
        private object One(string name) { ConnectorAttribute found = Find(name); return found == null ? null : found.Single(); }
        public string FindString(string name) { return (string)One(name); }
        public bool? FindBoolean(string name) { return (bool?)One(name); }
        public int? FindInteger(string name) { return (int?)One(name); }
        public long? FindLong(string name) { return (long?)One(name); }
        public double? FindDouble(string name) { return (double?)One(name); }
        public byte[] FindByteArray(string name) { return (byte[])One(name); }
        public IDictionary FindDictionary(string name) { return (IDictionary)One(name); }
        public GuardedString FindGuardedString(string name) { return (GuardedString)One(name); }
    }
    public class ObjectClass
    {
        public static readonly string ACCOUNT_NAME = "__ACCOUNT__", GROUP_NAME = "__GROUP__", ALL_NAME = "__ALL__";
        public static readonly ObjectClass ACCOUNT = new ObjectClass(ACCOUNT_NAME), GROUP = new ObjectClass(GROUP_NAME), ALL = new ObjectClass(ALL_NAME);
        public string Type { get; private set; }
        public ObjectClass(string type) { Type = type; }
        public string GetObjectClassValue() { return Type; }
        public bool Is(string type) { return string.Equals(Type, type, StringComparison.OrdinalIgnoreCase); }
        public override string ToString() { return Type; }
    }
    public class SortKey { private readonly bool ascending; public string Field { get; private set; } public SortKey(string field, bool isAscendingOrder) { Field = field; ascending = isAscendingOrder; } public bool IsAscendingOrder() { return ascending; } }
    public class OperationOptions
    {
        public IDictionary<string, object> Options { get; private set; }
        public OperationOptions(IDictionary<string, object> options) { Options = options; }
        private object Get(string key) { object value; return Options.TryGetValue(key, out value) ? value : null; }
        public string[] AttributesToGet { get { IEnumerable names = Get("ATTRS_TO_GET") as IEnumerable; if (names == null) return null; List<string> list = new List<string>(); foreach (object name in names) list.Add((string)name); return list.ToArray(); } }
        public int? PageSize { get { return (int?)Get("PAGE_SIZE"); } }
        public int? PagedResultsOffset { get { return (int?)Get("PAGED_RESULTS_OFFSET"); } }
        public string PagedResultsCookie { get { return (string)Get("PAGED_RESULTS_COOKIE"); } }
        public string Scope { get { return (string)Get("SCOPE"); } }
        public object Container { get { return Get("CONTAINER"); } }
        public string RunAsUser { get { return (string)Get("RUN_AS_USER"); } }
        public GuardedString RunWithPassword { get { return (GuardedString)Get("RUN_WITH_PASSWORD"); } }
        public SortKey[] SortKeys { get { List<SortKey> keys = new List<SortKey>(); IEnumerable given = Get("SORT_KEYS") as IEnumerable; if (given != null) foreach (object key in given) { IDictionary<string, object> map = (IDictionary<string, object>)key; keys.Add(new SortKey((string)map["Field"], (bool)map["IsAscendingOrder"])); } return keys.ToArray(); } }
    }
    public class SyncToken { public object Value { get; private set; } public SyncToken(object value) { Value = value; } public override string ToString() { return Convert.ToString(Value); } }
    public enum SyncDeltaType { CREATE_OR_UPDATE, DELETE, CREATE, UPDATE }
    public class SearchResult { public string PagedResultsCookie { get; private set; } public int RemainingPagedResults { get; private set; } public SearchResult() { RemainingPagedResults = -1; } public SearchResult(string cookie, int remaining) { PagedResultsCookie = cookie; RemainingPagedResults = remaining; } }
    public class ConnectorObject
    {
        public ObjectClass ObjectClass { get; private set; }
        public IDictionary<string, ConnectorAttribute> Attributes { get; private set; }
        public ConnectorObject(ObjectClass objectClass, IDictionary<string, ConnectorAttribute> attributes) { ObjectClass = objectClass; Attributes = attributes; }
        public ICollection<ConnectorAttribute> GetAttributes() { return Attributes.Values; }
        public ConnectorAttribute GetAttributeByName(string name) { ConnectorAttribute found; return Attributes.TryGetValue(name, out found) ? found : null; }
        public Uid Uid { get { return GetAttributeByName("__UID__") as Uid; } }
        public Name Name { get { return GetAttributeByName("__NAME__") as Name; } }
    }
    public class ConnectorObjectBuilder
    {
        private readonly Dictionary<string, ConnectorAttribute> attributes = new Dictionary<string, ConnectorAttribute>(StringComparer.OrdinalIgnoreCase);
        public ObjectClass ObjectClass { get; set; }
        public ConnectorObjectBuilder() { ObjectClass = ObjectClass.ACCOUNT; }
        public ConnectorObjectBuilder SetUid(string uid) { attributes["__UID__"] = new Uid(uid); return this; }
        public ConnectorObjectBuilder SetUid(Uid uid) { attributes["__UID__"] = uid; return this; }
        public ConnectorObjectBuilder SetName(string name) { attributes["__NAME__"] = new Name(name); return this; }
        public ConnectorObjectBuilder AddAttribute(string name, params object[] values) { attributes[name] = ConnectorAttributeBuilder.Build(name, values); return this; }
        public ConnectorObjectBuilder AddAttribute(ConnectorAttribute attribute) { attributes[attribute.Name] = attribute; return this; }
        public ConnectorObjectBuilder AddAttributes(ICollection<ConnectorAttribute> all) { foreach (ConnectorAttribute attribute in all) AddAttribute(attribute); return this; }
        public ConnectorObject Build() { return new ConnectorObject(ObjectClass, attributes); }
    }
    public class SyncDelta
    {
        public SyncToken Token { get; internal set; } public SyncDeltaType DeltaType { get; internal set; } public Uid Uid { get; internal set; }
        public Uid PreviousUid { get; internal set; } public ObjectClass ObjectClass { get; internal set; } public ConnectorObject Object { get; internal set; }
    }
    public class SyncDeltaBuilder
    {
        public SyncToken Token { get; set; } public SyncDeltaType DeltaType { get; set; } public object Uid { get; set; } public object PreviousUid { get; set; }
        public ObjectClass ObjectClass { get; set; } public ConnectorObject Object { get; set; }
        internal static Uid AsUid(object value) { value = Causeway.Wire.Unwrap(value); if (value == null) return null; Uid uid = value as Uid; return uid ?? new Uid(value.ToString()); }
        public SyncDelta Build() { return new SyncDelta { Token = Token, DeltaType = DeltaType, Uid = AsUid(Uid) ?? (Object == null ? null : Object.Uid), PreviousUid = AsUid(PreviousUid), ObjectClass = ObjectClass ?? (Object == null ? null : Object.ObjectClass), Object = Object }; }
    }
}
`;
