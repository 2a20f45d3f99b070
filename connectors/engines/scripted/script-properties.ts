import type { ApiOperation } from '../../../protocol/model/index.js';
import { file, flag, guarded, integer, text, textList, withGroup } from '../../framework/properties.js';

const slot = (operations: readonly ApiOperation[], fileName: string | undefined, what: string) =>
  text({ operations, default: fileName ?? null, help: `Name of the script file that ${what}, below one of the scriptRoots. Without it the operation is not available.` });

type ScriptedOperation =
  | 'authenticate' | 'create' | 'delete' | 'resolveUsername' | 'schema' | 'scriptOnResource' | 'search' | 'sync' | 'test' | 'update';

/** The script of each operation. `bundled`: names of scripts the connector brings along. */
export function scriptSlots(bundled: Partial<Readonly<Record<ScriptedOperation, string>>> = {}) {
  return withGroup('Operation Script Files', {
    authenticateScriptFileName: slot(['AuthenticationApiOp'], bundled.authenticate, 'checks a user name and a password'),
    createScriptFileName: slot(['CreateApiOp'], bundled.create, 'creates objects'),
    customizerScriptFileName: text({ help: 'Name of a script file that adapts the connector itself, such as its client. Optional.' }),
    deleteScriptFileName: slot(['DeleteApiOp'], bundled.delete, 'deletes objects'),
    resolveUsernameScriptFileName: slot(['ResolveUsernameApiOp'], bundled.resolveUsername, 'finds the uid of a user name'),
    schemaScriptFileName: slot(['SchemaApiOp'], bundled.schema, 'describes the object classes'),
    scriptOnResourceScriptFileName: slot(['ScriptOnResourceApiOp'], bundled.scriptOnResource, 'runs scripts on the target'),
    searchScriptFileName: slot(['GetApiOp', 'SearchApiOp'], bundled.search, 'finds objects'),
    syncScriptFileName: slot(['SyncApiOp'], bundled.sync, 'lists changes since a sync token'),
    testScriptFileName: slot(['TestApiOp'], bundled.test, 'tests the connection'),
    updateScriptFileName: slot(['UpdateApiOp'], bundled.update, 'changes objects'),
  });
}

/** Where scripts are, what they are given, and the settings of Groovy's compiler that existing provisioner files carry. */
export function scriptEngineProperties(defaults: { readonly scriptRoots?: readonly string[]; readonly customConfiguration?: string } = {}) {
  return withGroup('Groovy Engine configuration', {
    scriptRoots: textList({ required: true, default: defaults.scriptRoots ?? null, help: 'Folders the scripts are in. Empty: those of classpath.' }),
    classpath: textList({ help: 'Further folders for the compilation of scripts.' }),
    debug: flag({ default: false, help: 'Run debugging code of the script engine.' }),
    disabledGlobalASTTransformations: textList({ default: null, help: 'Names of global Groovy AST transformations to leave out. Empty: none.' }),
    minimumRecompilationInterval: integer({ default: 100, help: 'Shortest time between two compilations of a script.' }),
    recompileGroovySource: flag({ default: false, help: 'Compile a script again when its file has changed.' }),
    scriptBaseClass: text({ help: 'Base class of compiled Groovy scripts; has to derive from groovy.lang.Script.' }),
    scriptExtensions: textList({ default: ['groovy'], help: 'Extensions of files that are taken for scripts.' }),
    sourceEncoding: text({ default: 'UTF-8', help: 'Character encoding of the script files.' }),
    targetDirectory: file({ help: 'Folder for compiled Groovy classes.' }),
    tolerance: integer({ default: 10, help: 'Non-fatal errors a compilation goes on after.' }),
    verbose: flag({ default: false, help: 'Let the compiler report what it does.' }),
    warningLevel: integer({ default: 1, help: 'Warning level of the compiler.' }),
    customConfiguration: text({ default: defaults.customConfiguration ?? null, help: 'Settings of your own for the scripts, as ConfigSlurper text or JSON.' }),
    customSensitiveConfiguration: guarded({ help: 'Secret settings of your own for the scripts, as ConfigSlurper text or JSON.' }),
  });
}
