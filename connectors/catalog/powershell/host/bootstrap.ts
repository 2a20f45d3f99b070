import { HOST_SOURCE } from './host-source.js';
import { OBJECTS_SOURCE } from './objects-source.js';
import { SCHEMA_SOURCE } from './schema-source.js';
import { WIRE_SOURCE } from './wire-source.js';

/**
 * The loop around scripts. `do … while` catches a `break` of a script that is in no loop of its own; `exit` ends the interpreter,
 * which the agent notices. Warnings of the compiler would count as errors.
 */
const LOOP = String.raw`
$causewayHost = New-Object Causeway.Host($causewayInput, $causewayOutput)
try {
    $causewayHost.Initialize()
    foreach ($causewayModule in $causewayHost.Modules) { Import-Module $causewayModule -Global -DisableNameChecking -ErrorAction Stop }
    $causewayHost.Ready($PSVersionTable.PSVersion.ToString())
} catch { $causewayHost.Failed($_.Exception); exit 1 }
while ($causewayHost.NextRequest()) {
    try {
        $causewayBlock = [ScriptBlock]::Create($causewayHost.Script)
        if (-not $causewayHost.IsParsedOnly) {
            Set-Variable -Name $causewayHost.Prefix -Value $causewayHost.Binding -Scope Global -Force
            $ErrorActionPreference = 'Continue'
            do { & $causewayBlock | ForEach-Object { $causewayHost.Put($_) } } while ($false)
        }
        $causewayHost.Succeeded()
    } catch { $causewayHost.Failed($_.Exception) }
    finally { $ErrorActionPreference = 'Stop'; Remove-Variable -Name $causewayHost.Prefix -Scope Global -Force -ErrorAction SilentlyContinue }
}
`;

/**
 * All of it as one PowerShell program; the first line the interpreter reads. PSObject needs System.Core, which Add-Type of Windows
 * PowerShell does not refer to by itself; that of PowerShell 6 and later refers to all of .NET, unless it is given a list.
 */
const PROGRAM = `$ErrorActionPreference = 'Stop'
$causewayReferences = @{}
if ($PSVersionTable.PSVersion.Major -lt 6) { $causewayReferences['ReferencedAssemblies'] = 'System.Core' }
Add-Type -IgnoreWarnings @causewayReferences -TypeDefinition @'\n${[OBJECTS_SOURCE, SCHEMA_SOURCE, WIRE_SOURCE, HOST_SOURCE].join('\n')}\n'@\n${LOOP}`;

/**
 * Given by -EncodedCommand, so that no shell has anything to quote; short enough for cmd.exe too. Standard input is read by nobody
 * else: see -InputFormat None in {@link interpreterArguments}. Output that is none of ours may come in between; lines of ours are marked.
 */
const BOOTSTRAP = `$ProgressPreference = 'SilentlyContinue'
$causewayInput = New-Object System.IO.StreamReader ([Console]::OpenStandardInput()), ([System.Text.Encoding]::ASCII)
$causewayOutput = New-Object System.IO.StreamWriter ([Console]::OpenStandardOutput()), ([System.Text.Encoding]::ASCII)
. ([ScriptBlock]::Create([System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($causewayInput.ReadLine()))))`;

export function programLine(): string {
  return Buffer.from(PROGRAM, 'utf8').toString('base64');
}

/**
 * https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_pwsh. `-InputFormat None` keeps
 * PowerShell from reading standard input for itself.
 */
export function interpreterArguments(executionPolicy: string | null): readonly string[] {
  const policy = executionPolicy === null || executionPolicy.trim() === '' ? [] : ['-ExecutionPolicy', executionPolicy.trim()];
  return ['-NoLogo', '-NoProfile', '-NonInteractive', '-InputFormat', 'None', '-OutputFormat', 'Text', ...policy, '-EncodedCommand', Buffer.from(BOOTSTRAP, 'utf16le').toString('base64')];
}
