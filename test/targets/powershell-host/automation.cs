// What the host in PowerShell uses of System.Management.Automation, for Mono, where there is no PowerShell.
namespace System.Management.Automation
{
    using System.Collections.Generic;
    public class PSCustomObject { }
    public class PSPropertyInfo { public string Name { get; set; } public object Value { get; set; } }
    public class PSObject
    {
        public PSObject() { BaseObject = new PSCustomObject(); Properties = new List<PSPropertyInfo>(); }
        public PSObject(object given) { BaseObject = given; Properties = new List<PSPropertyInfo>(); }
        public object BaseObject { get; private set; }
        public IList<PSPropertyInfo> Properties { get; private set; }
    }
    namespace Internal { public static class AutomationNull { public static readonly PSObject Value = new PSObject(); } }
    public class RuntimeException : SystemException { public RuntimeException(string message, Exception inner) : base(message, inner) { } }
    public class MethodInvocationException : RuntimeException { public MethodInvocationException(string message, Exception inner) : base(message, inner) { } }
    public class ParseException : RuntimeException { public ParseException(string message) : base(message, null) { } }
}
