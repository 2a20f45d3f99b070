<#
.SYNOPSIS
Installs or upgrades the Causeway agent as a Windows service. Run it in an elevated PowerShell 5.1 or later.

.DESCRIPTION
Copies program files to a folder that only administrators can change, keeps the configuration and state that are there, and lets the
service run as a virtual account (NT SERVICE\CausewayAgent) that can read the program and its configuration and write its state.
An upgrade stops the service (operations under way may finish), keeps the last program folder as app.previous, and starts it again;
with -Rollback that folder takes its place again.

.EXAMPLE
.\install.ps1 -App .\causeway -Node 'C:\Program Files\nodejs\node.exe' -WinSW .\WinSW-x64.exe -WinSWHash (Get-Content .\WinSW-x64.exe.sha256)
.EXAMPLE
.\install.ps1 -Rollback
#>
[CmdletBinding(DefaultParameterSetName = 'Install', SupportsShouldProcess)]
param(
  # The unpacked package: dist, node_modules, package.json.
  [Parameter(Mandatory, ParameterSetName = 'Install')] [string] $App,
  # node.exe, 20.19 or later of version 20.
  [Parameter(Mandatory, ParameterSetName = 'Install')] [string] $Node,
  # The service wrapper, and its SHA-256 as its publisher states it.
  [Parameter(Mandatory, ParameterSetName = 'Install')] [string] $WinSW,
  [Parameter(Mandatory, ParameterSetName = 'Install')] [ValidatePattern('^[0-9a-fA-F]{64}$')] [string] $WinSWHash,
  [Parameter(Mandatory, ParameterSetName = 'Rollback')] [switch] $Rollback,
  [string] $Destination = (Join-Path $env:ProgramFiles 'Causeway')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$service = 'CausewayAgent'
$account = "NT SERVICE\$service"
$data = Join-Path $env:ProgramData 'Causeway'
$wrapper = Join-Path $Destination 'causeway-agent.exe'

$identity = [Security.Principal.WindowsPrincipal] [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'Run this in an elevated PowerShell: services and their folders are an administrator''s.' }

function Invoke-Program([string] $Program, [string[]] $Arguments) {
  & $Program @Arguments | Write-Verbose
  if ($LASTEXITCODE -ne 0) { throw "$Program $($Arguments -join ' ') ended with $LASTEXITCODE." }
}

# Nobody but administrators and the system may write; inherited rights go, so that no folder above lends any (CVE-2023-1314 was of that kind).
function Protect-Folder([string] $Path, [string] $ServiceRight) {
  New-Item -ItemType Directory -Force -Path $Path | Out-Null
  $grants = @('*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F')
  if ($ServiceRight) { $grants += "${account}:(OI)(CI)$ServiceRight" }
  Invoke-Program icacls.exe (@($Path, '/inheritance:r', '/grant:r') + $grants + @('/Q'))
}

function Stop-Agent {
  $running = Get-Service -Name $service -ErrorAction SilentlyContinue
  if ($null -ne $running -and $running.Status -ne 'Stopped') {
    Stop-Service -Name $service
    $running.WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
  }
}

function Switch-Folder([string] $From, [string] $To) {
  if (Test-Path -LiteralPath $To) { Remove-Item -LiteralPath $To -Recurse -Force }
  if (Test-Path -LiteralPath $From) { Move-Item -LiteralPath $From -Destination $To }
}

$current = Join-Path $Destination 'app'
$previous = Join-Path $Destination 'app.previous'
$failed = Join-Path $Destination 'app.failed'

if ($Rollback) {
  if (-not (Test-Path -LiteralPath $previous)) { throw "There is nothing to go back to: $previous does not exist." }
  if ($PSCmdlet.ShouldProcess($Destination, 'go back to the previous version')) {
    Stop-Agent
    Switch-Folder $current $failed
    Switch-Folder $previous $current
    Start-Service -Name $service
    Write-Output "The previous version runs again; the one before is kept as $failed."
  }
  return
}

foreach ($needed in @((Join-Path $App 'dist\deploy\cli\causeway.js'), (Join-Path $App 'node_modules'), $Node, $WinSW)) {
  if (-not (Test-Path -LiteralPath $needed)) { throw "$needed does not exist." }
}
if ((Get-FileHash -LiteralPath $WinSW -Algorithm SHA256).Hash -ne $WinSWHash) { throw "$WinSW is not the file whose SHA-256 was given." }
$version = & $Node '--version'
if ($version -notmatch '^v(20\.(19|[2-9]\d)|2[2-9]|[3-9]\d)\.') { throw "$Node is Node $version; 20.19 or later is needed." }
if (-not $PSCmdlet.ShouldProcess($Destination, 'install the Causeway agent')) { return }

Stop-Agent
Protect-Folder $Destination ''
$staged = Join-Path $Destination 'app.new'
if (Test-Path -LiteralPath $staged) { Remove-Item -LiteralPath $staged -Recurse -Force }
Copy-Item -LiteralPath $App -Destination $staged -Recurse
Copy-Item -LiteralPath $Node -Destination (Join-Path $Destination 'node.exe') -Force
Copy-Item -LiteralPath $WinSW -Destination $wrapper -Force
Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'causeway-agent.xml') -Destination (Join-Path $Destination 'causeway-agent.xml') -Force
Switch-Folder $current $previous
Move-Item -LiteralPath $staged -Destination $current

if ($null -eq (Get-Service -Name $service -ErrorAction SilentlyContinue)) { Invoke-Program $wrapper @('install') }
# The account exists from here on.
Invoke-Program icacls.exe @($Destination, '/grant', "${account}:(OI)(CI)RX", '/Q')
Protect-Folder $data 'RX'
foreach ($folder in @('state', 'log')) { Protect-Folder (Join-Path $data $folder) 'M' }

$config = Join-Path $data 'agent.yaml'
if (-not (Test-Path -LiteralPath $config)) {
  Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'agent.yaml') -Destination $config
  Write-Output "Installed. Edit $config, enrol, and start the service:"
  Write-Output "  & '$Destination\node.exe' '$current\dist\deploy\cli\causeway.js' agent enroll --config '$config' --token -"
  Write-Output "  Start-Service $service"
} else {
  Start-Service -Name $service
  Write-Output 'Upgraded and started; configuration and state are as they were. To go back: .\install.ps1 -Rollback'
}
