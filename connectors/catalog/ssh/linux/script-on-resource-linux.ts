/** A script of the language Shell, by its standard input; its arguments are environment variables. */
export const SCRIPT_ON_RESOURCE = String.raw`
if (!['shell', 'sh'].includes(scriptLanguage.trim().toLowerCase())) throw icf.error('illegalArgument', 'Scripts on the SSH server are of the language Shell, not ' + scriptLanguage + '.');
const env = {};
for (const name of Object.keys(scriptArguments)) env[name] = String(scriptArguments[name]);
const { exitCode, stdout, stderr } = await connection.exec(['/bin/sh', '-s'], { stdin: scriptText, env });
return { exitCode, stdout, stderr };
`;
