/** The messages of wire-format.ts on the side of PowerShell. */
export const WIRE_SOURCE = String.raw`
namespace Causeway
{
    using System;
    using System.Collections;
    using System.Collections.Generic;
    using System.Globalization;
    using System.Management.Automation;
    using System.Security;
    using System.Text;
    using Org.IdentityConnectors.Common.Security;
    using Org.IdentityConnectors.Framework.Common.Objects;

    public static class Wire
    {
        public static object Decode(string line) { string text = Encoding.UTF8.GetString(Convert.FromBase64String(line)); int at = 0; return Read(text, ref at); }
        private static string Until(string text, char end, ref int at) { int found = text.IndexOf(end, at); string part = text.Substring(at, found - at); at = found + 1; return part; }
        private static string Counted(string text, ref int at) { int length = int.Parse(Until(text, ':', ref at), CultureInfo.InvariantCulture); string part = text.Substring(at, length); at += length; return part; }
        private static object Read(string text, ref int at)
        {
            CultureInfo plain = CultureInfo.InvariantCulture;
            char kind = text[at++];
            switch (kind)
            {
                case 'N': return null;
                case 'T': return true;
                case 'F': return false;
                case 'S': return Counted(text, ref at);
                case 'G': return new GuardedString(Counted(text, ref at));
                case 'B': return Convert.FromBase64String(Counted(text, ref at));
                case 'C': return Counted(text, ref at)[0];
                case 'I': return int.Parse(Until(text, ';', ref at), plain);
                case 'L': return long.Parse(Until(text, ';', ref at), plain);
                case 'D': return double.Parse(Until(text, ';', ref at), plain);
                case 'E': return float.Parse(Until(text, ';', ref at), plain);
                case 'Y': return sbyte.Parse(Until(text, ';', ref at), plain);
                case 'X': return decimal.Parse(Until(text, ';', ref at), plain);
                case 'A':
                    {
                        int count = int.Parse(Until(text, ';', ref at), plain);
                        List<object> list = new List<object>(count);
                        for (int i = 0; i < count; i++) list.Add(Read(text, ref at));
                        return list;
                    }
                case 'M':
                    {
                        int count = int.Parse(Until(text, ';', ref at), plain);
                        Dictionary<string, object> map = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
                        for (int i = 0; i < count; i++) { string key = (string)Read(text, ref at); map[key] = Read(text, ref at); }
                        return map;
                    }
                default: throw new FormatException("Unknown kind of value: " + kind);
            }
        }
        public static string Encode(object value) { StringBuilder text = new StringBuilder(); Write(text, value); return Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ToString())); }
        public static object Unwrap(object value)
        {
            PSObject wrapped = value as PSObject;
            // What a command without output leaves in a hash table.
            if (wrapped != null && ReferenceEquals(wrapped, System.Management.Automation.Internal.AutomationNull.Value)) return null;
            return wrapped == null || wrapped.BaseObject is PSCustomObject ? value : wrapped.BaseObject;
        }
        private static void Text(StringBuilder text, char kind, string content) { text.Append(kind).Append(content.Length.ToString(CultureInfo.InvariantCulture)).Append(':').Append(content); }
        private static void Number(StringBuilder text, char kind, IFormattable number, string format) { text.Append(kind).Append(number.ToString(format, CultureInfo.InvariantCulture)).Append(';'); }
        private static void Write(StringBuilder text, object given)
        {
            object value = Unwrap(given);
            if (value == null) text.Append('N');
            else if (value is bool) text.Append((bool)value ? 'T' : 'F');
            else if (value is string) Text(text, 'S', (string)value);
            else if (value is char) Text(text, 'C', value.ToString());
            else if (value is Enum || value is Guid || value is Uri) Text(text, 'S', value.ToString());
            else if (value is int || value is short || value is ushort) Number(text, 'I', (IFormattable)value, "D");
            else if (value is long || value is uint) Number(text, 'L', (IFormattable)value, "D");
            else if (value is byte || value is sbyte) Number(text, value is byte && (byte)value > 127 ? 'I' : 'Y', (IFormattable)value, "D");
            else if (value is double) Number(text, 'D', (IFormattable)value, "R");
            else if (value is float) Number(text, 'E', (IFormattable)value, "R");
            else if (value is decimal || value is ulong) Number(text, 'X', (IFormattable)value, null);
            else if (value is DateTime || value is DateTimeOffset) Text(text, 'S', ((IFormattable)value).ToString("o", CultureInfo.InvariantCulture));
            else if (value is byte[]) Text(text, 'B', Convert.ToBase64String((byte[])value));
            else if (value is GuardedString) Text(text, 'G', SecurityUtil.Decrypt((GuardedString)value));
            else if (value is SecureString) Text(text, 'G', SecurityUtil.Decrypt(new GuardedString((SecureString)value)));
            else if (value is ConnectorAttribute && !(value is Uid) && !(value is Name)) Write(text, ((ConnectorAttribute)value).Value);
            else if (value is PSObject) WriteProperties(text, (PSObject)value);
            else if (value is IDictionary) WriteMap(text, (IDictionary)value);
            else if (value is IEnumerable) WriteList(text, (IEnumerable)value);
            else Text(text, 'S', value.ToString());
        }
        private static void WriteList(StringBuilder text, IEnumerable values)
        {
            List<object> list = new List<object>();
            foreach (object value in values) list.Add(value);
            text.Append('A').Append(list.Count.ToString(CultureInfo.InvariantCulture)).Append(';');
            foreach (object value in list) Write(text, value);
        }
        private static void WriteMap(StringBuilder text, IDictionary map)
        {
            text.Append('M').Append(map.Count.ToString(CultureInfo.InvariantCulture)).Append(';');
            foreach (DictionaryEntry entry in map) { Text(text, 'S', entry.Key.ToString()); Write(text, entry.Value); }
        }
        private static void WriteProperties(StringBuilder text, PSObject value)
        {
            List<PSPropertyInfo> properties = new List<PSPropertyInfo>(value.Properties);
            text.Append('M').Append(properties.Count.ToString(CultureInfo.InvariantCulture)).Append(';');
            foreach (PSPropertyInfo property in properties) { Text(text, 'S', property.Name); Write(text, property.Value); }
        }
    }
}
`;
