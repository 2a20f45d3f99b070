// Scripts of the deployer's, as PowerShell would run them, with the types they know from the .NET framework of OpenICF.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Causeway;
using Org.ForgeRock.OpenICF.Connectors.MsPowerShell;
using Org.IdentityConnectors.Common.Security;
using Org.IdentityConnectors.Framework.Common.Exceptions;
using Org.IdentityConnectors.Framework.Common.Objects;
using Org.IdentityConnectors.Framework.Common.Objects.Filters;

public static class Scripts
{
    private static int given;

    public static readonly Dictionary<string, Action<IDictionary<string, object>, Action<object>>> ByName = new Dictionary<string, Action<IDictionary<string, object>, Action<object>>>
    {
        { "create", Create }, { "update", Update }, { "delete", Delete }, { "search", Search }, { "search many", SearchMany }, { "search by filter", SearchByFilter },
        { "search and talk", SearchAndTalk }, { "create by builder", CreateByBuilder }, { "sync", Sync }, { "schema", DefineSchema }, { "authenticate", Authenticate }, { "resolve", Resolve },
        { "options", (connector, put) => put(new List<object> { ((OperationOptions)connector["Options"]).RunAsUser, ((OperationOptions)connector["Options"]).SortKeys[0].IsAscendingOrder(), ((OperationType)connector["Operation"]).ToString() }) },
        { "arguments", (connector, put) => put(((IDictionary<string, object>)connector["Arguments"])["dn"]) },
        { "log", (connector, put) => { Log log = (Log)connector["Log"]; log.Info("told"); log.Warn("warned"); } },
        { "values", Values }, { "hashtable", (connector, put) => put(new Hashtable { { "a", 1 } }) },
        { "thrown", (connector, put) => { throw new MethodInvocationException("Exception calling \"New\"", new PermissionDeniedException("not yours")); } },
    };

    private static Hashtable Table(params object[] pairs)
    {
        Hashtable table = new Hashtable();
        for (int at = 0; at < pairs.Length; at += 2) table[pairs[at]] = pairs[at + 1];
        return table;
    }

    private static object Configured(IDictionary<string, object> connector, string name) { return ((IDictionary<string, object>)connector["configuration"])[name]; }

    private static void Create(IDictionary<string, object> connector, Action<object> put)
    {
        ConnectorAttributesAccessor attributes = new ConnectorAttributesAccessor((ICollection<ConnectorAttribute>)connector["Attributes"]);
        string secret = SecurityUtil.Decrypt((GuardedString)Configured(connector, "Password"));
        IDictionary<string, object> bag = (IDictionary<string, object>)Configured(connector, "PropertyBag");
        object[] parts = {
            ((ObjectClass)connector["ObjectClass"]).Is("__account__"), connector["Id"], attributes.GetName().GetNameValue(), SecurityUtil.Decrypt(attributes.GetPassword()), attributes.FindBoolean("ENABLED"), attributes.FindInteger("count"),
            attributes.FindLong("big"), string.Join("+", attributes.FindStringList("groups")), attributes.FindString("none"), ((byte[])attributes.FindList("photo")[0]).Length, secret, bag["baseContext"],
        };
        ((UidResult)connector["Result"]).Uid = new PSObject(string.Join("|", parts));
    }

    private static void Update(IDictionary<string, object> connector, Action<object> put)
    {
        Uid uid = (Uid)connector["Uid"];
        ((UidResult)connector["Result"]).Uid = new Uid(uid.GetUidValue() + "-moved", uid.Revision + "1");
    }

    private static void Delete(IDictionary<string, object> connector, Action<object> put)
    {
        Uid uid = (Uid)connector["Uid"];
        if (uid.GetUidValue() != "1") throw new UnknownUidException(uid, (ObjectClass)connector["ObjectClass"]);
    }

    private static void Search(IDictionary<string, object> connector, Action<object> put)
    {
        SearchResults result = (SearchResults)connector["Result"];
        result.Process(new PSObject(Table("__UID__", 7, "__NAME__", "joe", "sn", "Sm\u00efth \ud83d\ude00", "groups", new object[] { "a", null, new PSObject("b") }, "enabled", true, "count", 5, "big", 12345678901L, "half", 0.5, "money", 1.50m, "none", null, "nothing", System.Management.Automation.Internal.AutomationNull.Value,
            "photo", new byte[] { 1, 2, 255 }, "created", new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc), "id", new Guid("1d4c9276-6937-4d9e-9c60-67e8b4207f4e"), "address", Table("city", "Oslo"))));
        result.Process(new ConnectorObjectBuilder { ObjectClass = new ObjectClass("__GROUP__") }.SetUid("8").SetName("staff").AddAttribute("member", "x", "y").Build());
        result.Complete("next");
    }

    private static void SearchMany(IDictionary<string, object> connector, Action<object> put)
    {
        SearchResults result = (SearchResults)connector["Result"];
        if (connector.ContainsKey("Query")) { result.Process(Table("__UID__", "given", "__NAME__", given.ToString())); return; }
        for (given = 1; given <= 100000; given++) if (!(bool)result.Process(Table("__UID__", given, "__NAME__", "n" + given))) break;
    }

    // As PowerShell does with Write-Verbose and Write-Host: to the same output, past the host's own writer.
    private static void SearchAndTalk(IDictionary<string, object> connector, Action<object> put)
    {
        string filler = new string('x', 3000);
        for (int index = 0; index < 50; index++)
        {
            ((SearchResults)connector["Result"]).Process(Table("__UID__", index, "__NAME__", "n" + index, "filler", filler));
            Console.Out.Write("VERBOSE: " + index + (index % 2 == 0 ? "\n" : " "));
            Console.Out.Flush();
        }
    }

    // PowerShell's New-Object takes an IList apart into arguments; the sample scripts give it $Connector.Attributes.
    private static void CreateByBuilder(IDictionary<string, object> connector, Action<object> put)
    {
        ICollection<ConnectorAttribute> attributes = (ICollection<ConnectorAttribute>)connector["Attributes"];
        ICollection<ConnectorAttribute> basic = ConnectorAttributeUtil.GetBasicAttributes(attributes);
        ConnectorObject built = new ConnectorObjectBuilder { ObjectClass = (ObjectClass)connector["ObjectClass"] }.SetUid("7").AddAttributes(attributes).Build();
        ((UidResult)connector["Result"]).Uid = string.Join("|", attributes is IList, basic is IList, built.Name.GetNameValue(), ConnectorAttributeUtil.GetLongValue(built.GetAttributeByName("BIG")), basic.Count);
    }

    private static string Shown(Filter filter)
    {
        CompositeFilter both = filter as CompositeFilter;
        if (both != null) return "(" + Shown(both.Left) + (both is AndFilter ? " and " : " or ") + Shown(both.Right) + ")";
        NotFilter not = filter as NotFilter;
        if (not != null) return "not " + Shown(not.Filter);
        PresenceFilter presence = filter as PresenceFilter;
        if (presence != null) return presence.Name + " present";
        AttributeFilter of = (AttributeFilter)filter;
        return of.GetName() + " " + filter.GetType().Name + " " + string.Join("+", of.GetAttribute().Value.ToArray());
    }

    private static void SearchByFilter(IDictionary<string, object> connector, Action<object> put)
    {
        ((SearchResults)connector["Result"]).Process(Table("__UID__", "1", "__NAME__", Shown((Filter)connector["Query"])));
    }

    private static void Sync(IDictionary<string, object> connector, Action<object> put)
    {
        if ((OperationType)connector["Operation"] == OperationType.GET_LATEST_SYNC_TOKEN) { ((TokenResult)connector["Result"]).SyncToken = new PSObject(17L); return; }
        SyncResults result = (SyncResults)connector["Result"];
        long token = Convert.ToInt64(connector["Token"]);
        result.Process(new SyncDeltaBuilder { Token = new SyncToken(token + 1), DeltaType = SyncDeltaType.CREATE, ObjectClass = ObjectClass.ACCOUNT, Object = new ConnectorObjectBuilder().SetUid("2").SetName("two").Build() }.Build());
        result.Process(Table("SyncToken", token + 2, "DeltaType", "UPDATE", "Uid", "3", "PreviousUid", "30", "Object", Table("__NAME__", "three")));
        result.Process(Table("SyncToken", token + 3, "DeltaType", "Delete", "Uid", "4"));
        result.Complete(token + 10);
        result.Process(Table("SyncToken", token + 4, "DeltaType", "MOVE", "Uid", "4"));
    }

    private static void DefineSchema(IDictionary<string, object> connector, Action<object> put)
    {
        SchemaBuilder schema = (SchemaBuilder)connector["SchemaBuilder"];
        ObjectClassInfoBuilder account = new ObjectClassInfoBuilder();
        account.AddAttributeInfo(ConnectorAttributeInfoBuilder.Build("sn", typeof(string), ConnectorAttributeInfoFlags.REQUIRED | ConnectorAttributeInfoFlags.MULTIVALUED));
        account.AddAttributeInfo(OperationalAttributeInfos.PASSWORD);
        account.AddAttributeInfo(new ConnectorAttributeInfoBuilder("age", typeof(int?)).SetUpdateable(false).Build());
        schema.DefineObjectClass(account.Build());
        schema.DefineObjectClass("device", new object[] { ConnectorAttributeInfoBuilder.Build("tags", typeof(Hashtable)), ConnectorAttributeInfoBuilder.Define("mail").SetMultiValued(true).Build() });
    }

    private static void Authenticate(IDictionary<string, object> connector, Action<object> put)
    {
        if ((string)connector["Password"] != "right") throw new InvalidPasswordException("wrong");
        ((UidResult)connector["Result"]).Uid = connector["Username"];
    }

    private static void Resolve(IDictionary<string, object> connector, Action<object> put) { ((UidResult)connector["Result"]).Uid = "uid of " + connector["username"]; }

    private static void Values(IDictionary<string, object> connector, Action<object> put)
    {
        PSObject custom = new PSObject();
        custom.Properties.Add(new PSPropertyInfo { Name = "a", Value = new PSObject(1) });
        foreach (object value in new object[] { true, "text", new object[] { 1, 2L }, new Dictionary<string, object> { { "k", 'c' } }, custom, (byte)200, null }) put(value);
    }
}
