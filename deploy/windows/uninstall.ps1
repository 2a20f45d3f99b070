<#
.SYNOPSIS
Removes the Causeway agent. Configuration and state stay, unless -Purge is given: then identity, journal, audit and secrets go, too.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param([switch] $Purge, [string] $Destination = (Join-Path $env:ProgramFiles 'Causeway'))
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$service = 'CausewayAgent'
$data = Join-Path $env:ProgramData 'Causeway'
if (-not $PSCmdlet.ShouldProcess($service, $(if ($Purge) { 'remove the service, its configuration and its state' } else { 'remove the service' }))) { return }

$installed = Get-Service -Name $service -ErrorAction SilentlyContinue
if ($null -ne $installed) {
  if ($installed.Status -ne 'Stopped') {
    Stop-Service -Name $service
    $installed.WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
  }
  & (Join-Path $Destination 'causeway-agent.exe') uninstall
  if ($LASTEXITCODE -ne 0) { throw "The service could not be removed ($LASTEXITCODE)." }
}
if (Test-Path -LiteralPath $Destination) { Remove-Item -LiteralPath $Destination -Recurse -Force }
if ($Purge -and (Test-Path -LiteralPath $data)) { Remove-Item -LiteralPath $data -Recurse -Force }
