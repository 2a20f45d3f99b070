import { readFile } from 'node:fs/promises';

/** A file of the built console. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly isImmutable: boolean;
  body(): Promise<Buffer>;
}

export interface ConsoleFiles {
  /** `path`: behind `/console/`. Every address without a file is a page of the application, which index.html is. */
  find(path: string): Promise<ConsoleFile | undefined>;
}

/** What the build writes beside the files: path -> type and digest. */
type Manifest = Readonly<Record<string, { readonly type: string; readonly sha256: string }>>;

/** The build's folder. Only what its list names is ever read for a request. */
export class BuiltConsole implements ConsoleFiles {
  readonly #folder: URL;
  #manifest: Promise<Manifest> | undefined;
  readonly #read = new Map<string, Promise<Buffer>>();

  constructor(folder: URL = new URL('./page/', import.meta.url)) {
    this.#folder = folder;
  }

  async find(path: string): Promise<ConsoleFile | undefined> {
    const manifest = await this.#list();
    const name = Object.hasOwn(manifest, path) ? path : path.startsWith('assets/') ? undefined : 'index.html';
    const found = name === undefined ? undefined : manifest[name];
    if (name === undefined || found === undefined) return undefined;
    return { contentType: found.type, etag: `"${found.sha256.slice(0, 32)}"`, isImmutable: name.startsWith('assets/'), body: () => this.#body(name) };
  }

  #list(): Promise<Manifest> {
    const manifest = this.#manifest ?? readFile(new URL('files.json', this.#folder), 'utf8').then((text) => JSON.parse(text) as Manifest);
    this.#manifest = manifest;
    manifest.catch(() => { this.#manifest = undefined; });
    return manifest;
  }

  #body(name: string): Promise<Buffer> {
    const body = this.#read.get(name) ?? readFile(new URL(name, this.#folder));
    this.#read.set(name, body);
    body.catch(() => this.#read.delete(name));
    return body;
  }
}
