/**
 * Scripts that keep accounts in a JSON file, for the stand-in of PowerShell: what sample scripts do with Active Directory. Their
 * errors are those of the framework and of the Active Directory module.
 */
const STORE = `
  const { existsSync, readFileSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const { PropertyBag: { store, down }, Password } = $Connector.Configuration;
  const OPENICF = 'Org.IdentityConnectors.Framework.Common.Exceptions.';
  const requireService = () => { if (existsSync(down)) dotnet('Microsoft.ActiveDirectory.Management.ADServerDownException', 'Unable to contact the server.'); };
  requireService();
  const accounts = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {};
  const keep = () => writeFileSync(store, JSON.stringify(accounts));
  const mine = () => accounts[$Connector.Uid] ?? dotnet(OPENICF + 'UnknownUidException', 'There is no account ' + $Connector.Uid + '.');
  const readable = ([name]) => name !== '__PASSWORD__';
  const holds = (query, account) => {
    const compare = { EQUALS: (a, b) => a === b, CONTAINS: (a, b) => a.includes(b), STARTSWITH: (a, b) => a.startsWith(b), ENDSWITH: (a, b) => a.endsWith(b), GREATERTHAN: (a, b) => a > b, GREATERTHANOREQUAL: (a, b) => a >= b, LESSTHAN: (a, b) => a < b, LESSTHANOREQUAL: (a, b) => a <= b }[query.Operation];
    const held = compare === undefined ? undefined : Object.entries(account).find(([name]) => name.toLowerCase() === query.Left.toLowerCase())?.[1];
    // Undefined for what is not there, also under Not.
    const both = compare === undefined ? [holds(query.Left, account), holds(query.Right, account)] : [];
    const decides = query.Operation !== 'And';
    const result = compare !== undefined ? held?.length === 1 ? compare(held[0], query.Right) : undefined : both.includes(decides) ? decides : both.includes(undefined) ? undefined : !decides;
    return result === undefined ? undefined : result !== query.Not;
  };
`;

export const STORE_SCRIPTS: Readonly<Record<string, string>> = {
  Test: `${STORE} if (Password.guarded !== 's3rv1ce-w0rd') dotnet('System.Security.Authentication.AuthenticationException', 'The user name or password is incorrect.');`,
  Create: `${STORE}
    const uid = 'guid-' + $Connector.Id;
    if (accounts[uid] !== undefined) dotnet('Microsoft.ActiveDirectory.Management.ADIdentityAlreadyExistsException', 'The specified account already exists');
    accounts[uid] = Object.fromEntries([...Object.entries($Connector.Attributes).filter(readable), ['__UID__', [uid]]]);
    keep();
    $Connector.Result.Uid = uid;`,
  Update: `${STORE}
    const account = mine();
    for (const [name, values] of Object.entries($Connector.Attributes).filter(readable)) {
      const known = Object.keys(account).find((held) => held.toLowerCase() === name.toLowerCase()) ?? name;
      if (values === null || values.length === 0) delete account[known]; else account[known] = values;
    }
    keep();
    $Connector.Result.Uid = $Connector.Uid;`,
  Delete: `${STORE} mine(); delete accounts[$Connector.Uid]; keep();`,
  Search: `${STORE}
    for (const account of Object.values(accounts)) {
      requireService();
      if ($Connector.Query === undefined || holds($Connector.Query, account)) { if (!$Connector.Result.Process(account)) break; }
    }
    $Connector.Result.Complete();`,
};
