/** Schema builders and filters of the .NET framework of OpenICF, as scripts use them; see objects-source.ts. */
export const SCHEMA_SOURCE = String.raw`
namespace Org.IdentityConnectors.Framework.Common.Objects
{
    using System;
    using System.Collections;
    using System.Collections.Generic;
    using Org.IdentityConnectors.Common.Security;

    [Flags]
    public enum ConnectorAttributeInfoFlags { NONE = 0, REQUIRED = 1, MULTIVALUED = 2, NOT_CREATABLE = 4, NOT_UPDATEABLE = 8, NOT_READABLE = 16, NOT_RETURNED_BY_DEFAULT = 32 }
    public class ConnectorAttributeInfo
    {
        public string Name { get; internal set; } public Type ValueType { get; internal set; } public ConnectorAttributeInfoFlags InfoFlags { get; internal set; }
        internal Dictionary<string, object> ToWire()
        {
            List<object> flags = new List<object>();
            foreach (ConnectorAttributeInfoFlags flag in Enum.GetValues(typeof(ConnectorAttributeInfoFlags))) if (flag != ConnectorAttributeInfoFlags.NONE && (InfoFlags & flag) != 0) flags.Add(flag.ToString());
            Dictionary<string, object> map = new Dictionary<string, object>();
            map["Name"] = Name; map["Type"] = TypeName(ValueType); map["Flags"] = flags;
            return map;
        }
        private static string TypeName(Type type)
        {
            if (type == null || type == typeof(string)) return "String";
            if (type == typeof(bool)) return "boolean";
            if (type == typeof(bool?)) return "Boolean";
            if (type == typeof(int)) return "int";
            if (type == typeof(int?)) return "Integer";
            if (type == typeof(long)) return "long";
            if (type == typeof(long?)) return "Long";
            if (type == typeof(double)) return "double";
            if (type == typeof(double?)) return "Double";
            if (type == typeof(float)) return "float";
            if (type == typeof(char)) return "char";
            if (type == typeof(byte)) return "byte";
            if (type == typeof(byte[])) return "byte[]";
            if (type == typeof(decimal)) return "BigDecimal";
            if (type == typeof(GuardedString)) return "GuardedString";
            if (typeof(IDictionary).IsAssignableFrom(type)) return "Map";
            return "String";
        }
    }
    public class ConnectorAttributeInfoBuilder
    {
        private bool required, multiValued, creatable = true, updateable = true, readable = true, returnedByDefault = true;
        public string Name { get; set; } public Type ValueType { get; set; }
        public bool Required { get { return required; } set { required = value; } }
        public bool MultiValued { get { return multiValued; } set { multiValued = value; } }
        public bool Creatable { get { return creatable; } set { creatable = value; } }
        public bool Updateable { get { return updateable; } set { updateable = value; } }
        public bool Readable { get { return readable; } set { readable = value; } }
        public bool ReturnedByDefault { get { return returnedByDefault; } set { returnedByDefault = value; } }
        public ConnectorAttributeInfoBuilder() { ValueType = typeof(string); }
        public ConnectorAttributeInfoBuilder(string name) : this() { Name = name; }
        public ConnectorAttributeInfoBuilder(string name, Type type) { Name = name; ValueType = type; }
        public ConnectorAttributeInfoBuilder SetRequired(bool value) { required = value; return this; }
        public ConnectorAttributeInfoBuilder SetMultiValued(bool value) { multiValued = value; return this; }
        public ConnectorAttributeInfoBuilder SetCreatable(bool value) { creatable = value; return this; }
        public ConnectorAttributeInfoBuilder SetUpdateable(bool value) { updateable = value; return this; }
        public ConnectorAttributeInfoBuilder SetReadable(bool value) { readable = value; return this; }
        public ConnectorAttributeInfoBuilder SetReturnedByDefault(bool value) { returnedByDefault = value; return this; }
        public ConnectorAttributeInfo Build()
        {
            ConnectorAttributeInfoFlags flags = ConnectorAttributeInfoFlags.NONE;
            if (required) flags |= ConnectorAttributeInfoFlags.REQUIRED;
            if (multiValued) flags |= ConnectorAttributeInfoFlags.MULTIVALUED;
            if (!creatable) flags |= ConnectorAttributeInfoFlags.NOT_CREATABLE;
            if (!updateable) flags |= ConnectorAttributeInfoFlags.NOT_UPDATEABLE;
            if (!readable) flags |= ConnectorAttributeInfoFlags.NOT_READABLE;
            if (!returnedByDefault) flags |= ConnectorAttributeInfoFlags.NOT_RETURNED_BY_DEFAULT;
            return Make(Name, ValueType, flags);
        }
        private static ConnectorAttributeInfo Make(string name, Type type, ConnectorAttributeInfoFlags flags) { return new ConnectorAttributeInfo { Name = name, ValueType = type, InfoFlags = flags }; }
        public static ConnectorAttributeInfo Build(string name) { return Make(name, typeof(string), ConnectorAttributeInfoFlags.NONE); }
        public static ConnectorAttributeInfo Build(string name, Type type) { return Make(name, type, ConnectorAttributeInfoFlags.NONE); }
        public static ConnectorAttributeInfo Build(string name, Type type, ConnectorAttributeInfoFlags flags) { return Make(name, type, flags); }
        public static ConnectorAttributeInfoBuilder Define(string name) { return new ConnectorAttributeInfoBuilder(name); }
        public static ConnectorAttributeInfoBuilder Define(string name, Type type) { return new ConnectorAttributeInfoBuilder(name, type); }
    }
    public static class OperationalAttributeInfos
    {
        private const ConnectorAttributeInfoFlags SECRET = ConnectorAttributeInfoFlags.NOT_READABLE | ConnectorAttributeInfoFlags.NOT_RETURNED_BY_DEFAULT;
        public static readonly ConnectorAttributeInfo PASSWORD = ConnectorAttributeInfoBuilder.Build("__PASSWORD__", typeof(GuardedString), SECRET);
        public static readonly ConnectorAttributeInfo CURRENT_PASSWORD = ConnectorAttributeInfoBuilder.Build("__CURRENT_PASSWORD__", typeof(GuardedString), SECRET);
        public static readonly ConnectorAttributeInfo ENABLE = ConnectorAttributeInfoBuilder.Build("__ENABLE__", typeof(bool));
        public static readonly ConnectorAttributeInfo ENABLE_DATE = ConnectorAttributeInfoBuilder.Build("__ENABLE_DATE__", typeof(long));
        public static readonly ConnectorAttributeInfo DISABLE_DATE = ConnectorAttributeInfoBuilder.Build("__DISABLE_DATE__", typeof(long));
        public static readonly ConnectorAttributeInfo LOCK_OUT = ConnectorAttributeInfoBuilder.Build("__LOCK_OUT__", typeof(bool));
        public static readonly ConnectorAttributeInfo PASSWORD_EXPIRED = ConnectorAttributeInfoBuilder.Build("__PASSWORD_EXPIRED__", typeof(bool));
        public static readonly ConnectorAttributeInfo PASSWORD_EXPIRATION_DATE = ConnectorAttributeInfoBuilder.Build("__PASSWORD_EXPIRATION_DATE__", typeof(long));
    }
    public static class PredefinedAttributeInfos
    {
        public static readonly ConnectorAttributeInfo DESCRIPTION = ConnectorAttributeInfoBuilder.Build("__DESCRIPTION__");
        public static readonly ConnectorAttributeInfo GROUPS = ConnectorAttributeInfoBuilder.Build("__GROUPS__", typeof(string), ConnectorAttributeInfoFlags.MULTIVALUED | ConnectorAttributeInfoFlags.NOT_RETURNED_BY_DEFAULT);
        public static readonly ConnectorAttributeInfo LAST_LOGIN_DATE = ConnectorAttributeInfoBuilder.Build("__LAST_LOGIN_DATE__", typeof(long), ConnectorAttributeInfoFlags.NOT_CREATABLE | ConnectorAttributeInfoFlags.NOT_UPDATEABLE);
        public static readonly ConnectorAttributeInfo LAST_PASSWORD_CHANGE_DATE = ConnectorAttributeInfoBuilder.Build("__LAST_PASSWORD_CHANGE_DATE__", typeof(long), ConnectorAttributeInfoFlags.NOT_CREATABLE | ConnectorAttributeInfoFlags.NOT_UPDATEABLE);
    }
    public class ObjectClassInfo { public string ObjectType { get; internal set; } public bool IsContainer { get; internal set; } public IList<ConnectorAttributeInfo> Attributes { get; internal set; } }
    public class ObjectClassInfoBuilder
    {
        private readonly List<ConnectorAttributeInfo> attributes = new List<ConnectorAttributeInfo>();
        public string ObjectType { get; set; } public bool IsContainer { get; set; }
        public ObjectClassInfoBuilder() { ObjectType = ObjectClass.ACCOUNT_NAME; }
        public ObjectClassInfoBuilder AddAttributeInfo(ConnectorAttributeInfo info) { attributes.RemoveAll(delegate(ConnectorAttributeInfo held) { return string.Equals(held.Name, info.Name, StringComparison.OrdinalIgnoreCase); }); attributes.Add(info); return this; }
        public ObjectClassInfoBuilder AddAllAttributeInfo(IEnumerable infos) { foreach (object info in infos) AddAttributeInfo((ConnectorAttributeInfo)Causeway.Wire.Unwrap(info)); return this; }
        public ObjectClassInfo Build() { return new ObjectClassInfo { ObjectType = ObjectType, IsContainer = IsContainer, Attributes = attributes }; }
    }
    public class OperationOptionInfo { public string Name { get; internal set; } public Type OptionType { get; internal set; } }
    public static class OperationOptionInfoBuilder
    {
        public static OperationOptionInfo Build(string name) { return Build(name, typeof(string)); }
        public static OperationOptionInfo Build(string name, Type type) { return new OperationOptionInfo { Name = name, OptionType = type }; }
        public static OperationOptionInfo BuildAttributesToGet() { return Build("ATTRS_TO_GET", typeof(string[])); }
        public static OperationOptionInfo BuildPageSize() { return Build("PAGE_SIZE", typeof(int)); }
        public static OperationOptionInfo BuildPagedResultsCookie() { return Build("PAGED_RESULTS_COOKIE"); }
        public static OperationOptionInfo BuildPagedResultsOffset() { return Build("PAGED_RESULTS_OFFSET", typeof(int)); }
        public static OperationOptionInfo BuildSortKeys() { return Build("SORT_KEYS"); }
        public static OperationOptionInfo BuildRunAsUser() { return Build("RUN_AS_USER"); }
        public static OperationOptionInfo BuildRunWithPassword() { return Build("RUN_WITH_PASSWORD", typeof(GuardedString)); }
    }
    /// <summary>What is told of operations is left to the connector: it knows which scripts there are.</summary>
    public class SchemaBuilder
    {
        private readonly List<object> classes = new List<object>();
        public void DefineObjectClass(ObjectClassInfo info)
        {
            List<object> attributes = new List<object>();
            foreach (ConnectorAttributeInfo attribute in info.Attributes) attributes.Add(attribute.ToWire());
            Dictionary<string, object> map = new Dictionary<string, object>();
            map["Type"] = info.ObjectType; map["IsContainer"] = info.IsContainer; map["Attributes"] = attributes;
            classes.Add(map);
        }
        public void DefineObjectClass(ObjectClassInfo info, params object[] operations) { DefineObjectClass(info); }
        public void DefineObjectClass(string type, IEnumerable attributes) { ObjectClassInfoBuilder builder = new ObjectClassInfoBuilder { ObjectType = type }; builder.AddAllAttributeInfo(attributes); DefineObjectClass(builder.Build()); }
        public void DefineOperationOption(OperationOptionInfo info, params object[] operations) { }
        internal object ToWire() { return classes; }
    }
}
namespace Org.IdentityConnectors.Framework.Common.Objects.Filters
{
    using System;
    using System.Collections.Generic;
    public abstract class Filter { }
    public abstract class CompositeFilter : Filter { public Filter Left { get; internal set; } public Filter Right { get; internal set; } }
    public class AndFilter : CompositeFilter { }
    public class OrFilter : CompositeFilter { }
    public class NotFilter : Filter { public Filter Filter { get; internal set; } }
    public class PresenceFilter : Filter { public string Name { get; internal set; } }
    public abstract class AttributeFilter : Filter
    {
        internal ConnectorAttribute Attribute;
        public ConnectorAttribute GetAttribute() { return Attribute; }
        public string GetName() { return Attribute.Name; }
        public object GetValue() { return Attribute.Single(); }
    }
    public class EqualsFilter : AttributeFilter { }
    public class ContainsFilter : AttributeFilter { }
    public class StartsWithFilter : AttributeFilter { }
    public class EndsWithFilter : AttributeFilter { }
    public class ContainsAllValuesFilter : AttributeFilter { }
    public class GreaterThanFilter : AttributeFilter { }
    public class GreaterThanOrEqualFilter : AttributeFilter { }
    public class LessThanFilter : AttributeFilter { }
    public class LessThanOrEqualFilter : AttributeFilter { }
    internal static class FilterReader
    {
        public static Filter Read(IDictionary<string, object> map)
        {
            string kind = (string)map["Kind"];
            if (kind == "And") return new AndFilter { Left = Read((IDictionary<string, object>)map["Left"]), Right = Read((IDictionary<string, object>)map["Right"]) };
            if (kind == "Or") return new OrFilter { Left = Read((IDictionary<string, object>)map["Left"]), Right = Read((IDictionary<string, object>)map["Right"]) };
            if (kind == "Not") return new NotFilter { Filter = Read((IDictionary<string, object>)map["Filter"]) };
            if (kind == "Presence") return new PresenceFilter { Name = (string)map["Name"] };
            AttributeFilter filter = (AttributeFilter)Activator.CreateInstance(typeof(AttributeFilter).Assembly.GetType("Org.IdentityConnectors.Framework.Common.Objects.Filters." + kind + "Filter"));
            filter.Attribute = ConnectorAttributeBuilder.Of((string)map["Name"], (IList<object>)map["Values"]);
            return filter;
        }
    }
}
`;
