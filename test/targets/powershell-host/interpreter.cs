// The loop of the connector's PowerShell program (connectors/catalog/powershell/host/bootstrap.ts) in C#: the same calls of the same
// host, with scripts that are methods of Scripts. The program itself, its first line, is compiled into this one.
using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Text;

public static class Interpreter
{
    public static int Main()
    {
        StreamReader input = new StreamReader(Console.OpenStandardInput(), Encoding.ASCII);
        StreamWriter output = new StreamWriter(Console.OpenStandardOutput(), Encoding.ASCII);
        input.ReadLine();
        Causeway.Host host = new Causeway.Host(input, output);
        host.Initialize();
        host.Ready("5.1");
        while (host.NextRequest())
        {
            try
            {
                Action<IDictionary<string, object>, Action<object>> script;
                if (!Scripts.ByName.TryGetValue(host.Script.Trim(), out script)) throw new MethodInvocationException("Exception calling \"Create\"", new ParseException("Unexpected token"));
                if (!host.IsParsedOnly)
                {
                    if (host.Prefix != "Connector") throw new ArgumentException("Prefix");
                    script(host.Binding, host.Put);
                }
                host.Succeeded();
            }
            catch (Exception error) { host.Failed(error); }
        }
        return 0;
    }
}
