import type { StackFrame } from '../occurrences/occurrence.js';

/** Names that say nothing without their folder. */
export const VAGUE_NAME =
  /^(index|main|mod|__init__|__main__|route|routes|page|layout|handler|handlers|controller|service|model|models|view|views|tasks|urls|admin|utils|helpers|types)$/;

/** Folders that a build, a server or a deployment begins with; what is below them is of the program. */
const ROOT_FOLDER =
  /^(?:src|dist|build|lib|out|app|apps?|server|client|static|assets|js|scripts|chunks|bundles?|public|_next|www|web|html|public_html|httpdocs|htdocs|wwwroot|webroot|current|target|classes|main|java|code|workspace|)$/;

/** Folders whose next is a package of a repository with several. */
export const PACKAGES_FOLDER = /^(?:packages|libs|apps|services|modules|plugins)$/;

/** Folders that begin absolute paths of servers: the next is the project's own. */
export const HOME_FOLDER = /^(?:srv|opt|home|users|var|mnt|usr|root|data|releases|[a-z]:)$/;

/** Folders of a person, of a build server or of a system that have projects in them. */
const WORK_FOLDER =
  /^(?:builds|work|_work|workspace|code|projects|repos?|dev|git|source|src|sites|www|vhosts|apps|local|share|lib|agent|jenkins|__w|efs|a)$/;

/** The folder of a project below that of a server for development on Windows. */
const LOCAL_SERVER =
  /^[A-Za-z]:[\\/](?:xampp|wamp(?:64)?|laragon|mamp)[\\/](?:htdocs|www)[\\/](?!(?:wp-\w{1,40}|inc|includes|admin|api|src|app|lib|classes|public|modules|plugins|templates)[\\/])[^\\/]{1,100}(?=[\\/])/i;

/** Package of a file that belongs to a library. */
const PACKAGE =
  /(?:node_modules|site-packages|dist-packages)[\\/](?!\.)((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](?!.*(?:node_modules|site-packages)[\\/])/;

/** Whether the file is served to browsers or comes in an app: its folders and short names are those of a bundle. */
export function isBundle(file: string | undefined): boolean {
  return (
    file !== undefined &&
    /^(?:https?|capacitor|ionic|tauri|blob|app|webpack-internal):\/\/|\.(?:js)?bundle$|\/\.expo-internal\/\w{1,80}$/.test(
      file,
    )
  );
}

/** File name without what differs from build to build, with its folder or package. */
export function moduleName(file: string | undefined): string {
  return moduleNameBy(file, folderOf);
}

/** The same by other rules for the folder of a file that belongs to no package. */
export function moduleNameBy(
  file: string | undefined,
  folderBy: (segments: readonly string[], name: string) => string,
): string {
  const path = withoutOrigin((file ?? '').split(/[?#]|\/\/&/)[0] ?? '');
  const segments = path.split(/[\\/]/);
  // Expo calls what it loaded by a digest.
  const name = fileName(segments.at(-2) === '.expo-internal' ? 'main.bundle' : (segments.at(-1) ?? ''));
  segments.pop();
  // Its folder is that of a device or a build.
  if (name === 'bundle') return name;
  const owner = PACKAGE.exec(path)?.[1]?.replaceAll('\\', '/').toLowerCase() ?? folderBy(segments, name);
  return owner === '' ? name : `${owner}/${name}`;
}

function withoutOrigin(file: string): string {
  return (
    file
      .replace(/^(?:https?|capacitor|ionic|tauri):\/\/[^/]*\//, '')
      // Below the folder of a local server is a project each, or the one that it serves.
      .replace(LOCAL_SERVER, 'htdocs')
      // Of a file on a disk, what it begins with is the machine's.
      .replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?(?=\/|[A-Za-z]:)/, '')
      .replace(
        /^(?:webpack-internal|webpack|turbopack|app|ng):\/{2,3}(?:[\w@.-]{0,100}\/(?=\.\/))?(?:\([\w-]{1,40}\)\/)?(?:\[project\]\/)?/,
        '',
      )
      .replace(/^(?:\.\/)+/, '')
  );
}

/** The package of a function of Go with the file, whatever the root that it was built in; a program's own package is called the same everywhere. */
export function packageOfGo(name: string | undefined, file: string | undefined): string | undefined {
  if (name === undefined || file?.endsWith('.go') !== true) return undefined;
  const receiver = name.indexOf('(');
  const slash = name.lastIndexOf('/', receiver === -1 ? undefined : receiver);
  const steps = name.slice(0, name.indexOf('.', slash + 1)).split('/');
  const last = /^v\d{1,3}$/.test(steps.at(-1) ?? '') ? steps.at(-2) : steps.at(-1);
  if (last === undefined || !/^[a-z]\w{0,60}$/.test(last)) return undefined;
  const base = fileName(file.split(/[\\/]/).at(-1) ?? '');
  if (last !== 'main') return `${last}/${base}`;
  // Each program has a package of this name.
  return VAGUE_NAME.test(base) ? undefined : base;
}

/** The folder next to the file, below those that every deployment has others of. */
function folderOf(segments: readonly string[], name: string): string {
  // `worker-4f2a91c`: what was deployed, and the commit it was made of.
  const deployed = /^([a-z]{3,30})-(?=[a-f]{0,6}\d)[0-9a-f]{7,12}$/.exec(segments.at(-1) ?? '')?.[1];
  if (deployed !== undefined) return deployed;
  const folders = segments
    .map((segment) => segment.toLowerCase())
    // Caches of templates have a folder for the first two digits of a digest.
    .filter((segment) => !isOfOneBuild(segment) && !(name === 'chunk' && /^[0-9a-f]{2}$/.test(segment)));
  const last = folders.findLastIndex((folder) => ROOT_FOLDER.test(folder));
  // Of an absolute path, what it begins with is the machine's.
  const project = projectFolder(folders);
  const inPackage = folders.findLastIndex((folder, index) => index > project && PACKAGES_FOLDER.test(folder));
  const owner = inPackage !== -1 && inPackage < folders.length - 1 ? (folders[inPackage + 1] ?? '') : '';
  const below = folders.slice(Math.max(last, project) + 1);
  const folder = below.at(-1) ?? (VAGUE_NAME.test(name) && owner === '' ? vagueFolder(folders) : '');
  return [owner === folder ? '' : owner, folder].filter((part) => part !== '').join('/');
}

/** Where the folder of the project is, whose parents are the machine's; -1 in a relative path. */
function projectFolder(folders: readonly string[]): number {
  if (folders[0] !== '' && !/^[a-z]:$/.test(folders[0] ?? '')) return -1;
  const home = folders.findIndex((folder) => HOME_FOLDER.test(folder));
  const isOfPerson = /^(?:home|users)$/.test(folders[home] ?? '');
  let at = home === -1 ? (folders[1] === 'builds' ? 3 : 1) : home + (isOfPerson ? 2 : 1);
  // Checkouts are some folders down: `/home/ada/work/shop`, `/var/lib/jenkins/workspace/shop`, `/usr/src/shop`.
  if (home !== -1 || folders[1] === '__w') while (at < folders.length - 1 && WORK_FOLDER.test(folders[at] ?? '')) at++;
  // Runners check out `shop` below a folder of its name.
  if (folders[at] !== undefined && folders[at] === folders[at + 1]) at++;
  // Where programs are put, as in `/srv/apps/shop` and `D:\\apps\\shop`.
  const project = PACKAGES_FOLDER.test(folders[at] ?? '') ? at + 1 : at;
  // Below `releases` was the name of one, which is left out already.
  return folders[project + 1] === 'releases' ? project + 1 : project;
}

function vagueFolder(folders: readonly string[]): string {
  const folder = folders.at(-1) ?? '';
  return ROOT_FOLDER.test(folder) ? '' : folder;
}

export function isOfOneBuild(folder: string): boolean {
  return /^v?\d[\d._-]*$|^(?=.{0,40}\d)[a-z0-9_-]{12,}$|^[0-9a-f]{7,}$/.test(folder) || /^\.{1,2}$/.test(folder);
}

function fileName(base: string): string {
  // Cells of a notebook, code from text: `<ipython-input-3-8fa2c1d9>`.
  if (base.startsWith('<')) return base.replace(/-\w{0,40}\d\w{0,40}/g, '').toLowerCase();
  const extension = /\.(?:[cm]?[jt]sx?|jsbundle|bundle|pyc?|css|vue|svelte|php|rb|go)$/.exec(base)?.[0] ?? '';
  let name = extension === '' ? base : base.slice(0, -extension.length);
  if (/bundle$/.test(extension)) return 'bundle';
  name = name.replace(
    /\.(?:android|ios|min|bundle|chunk|prod|production|esm|umd|cjs|module|modern|legacy|ngfactory)\b/g,
    '',
  );
  const hash = hashIn(name);
  if (hash !== undefined) name = name.slice(0, -hash.length);
  name = name.replace(/[-.](?:legacy|modern|es5|es20\d\d|min|bundle|chunk)$/, '');
  // A chunk is called by its number, or by its hash alone.
  if (
    name === '' ||
    /^\d+$/.test(name) ||
    (hash === undefined && isHash(name) && !/^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/.test(name))
  )
    return extension === '' ? name.toLowerCase() : 'chunk';
  return name.toLowerCase();
}

/** What a bundler put at the end of a name, with its separator. */
function hashIn(name: string): string | undefined {
  const short = /[.~-](?=\d{0,6}[a-f])(?=[a-f]{0,6}\d)[0-9a-f]{6,7}$/.exec(name)?.[0];
  if (short !== undefined) return short;
  const plain = /[.~-][A-Za-z0-9_]{8,}$/.exec(name)?.[0];
  if (plain !== undefined && isHash(plain.slice(1))) return plain;
  // Of base64url, eight characters with signs among them.
  const signed = /[.-][\w-]{8}$/.exec(name)?.[0];
  return signed !== undefined && /[A-Z]/.test(signed) && /[a-z]/.test(signed) && /[-_]/.test(signed.slice(1))
    ? signed
    : undefined;
}

/** Eight and more characters that are no word: with digits, all capitals, or capitals where no word begins. */
function isHash(word: string): boolean {
  if (/^[0-9a-f]{8,64}$/.test(word)) return true;
  if (!/^\w{8,}$/.test(word) || /^_+[a-z]+_*$/.test(word)) return false;
  if (/\d/.test(word))
    return (
      /^[0-9a-f]+$/.test(word) || /[A-Z]/.test(word) || /\d[^a-z]{0,40}[a-z].{0,60}\d/.test(word) || /^\d/.test(word)
    );
  if (/^[A-Z_]+$/.test(word)) return true;
  return /[a-z]/.test(word) &&
    /[A-Z]/.test(word) &&
    word.length <= 10 &&
    !/^[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*$/.test(word)
    ? true
    : word.length === 8 && /^(?:[A-Z]?[a-z]+)(?:[A-Z][a-z]*)+$/.test(word);
}

/** Class as it was written: without what proxies, enhancers and compilers add at run time. */
export function className(module: string): string {
  return module
    .replace(
      /(?:\$\$(?:EnhancerBy|Enhancer|SpringCGLIB|EnhancerBySpringCGLIB)\w{0,40}|\$HibernateProxy|\$MockitoMock|\$ByteBuddy|\$auxiliary|_\$\$_(?:javassist|jvst)|\$Proxy\$_\$\$)[\w$]{0,80}/,
      '',
    )
    .replace(/_(?:ClientProxy|Subclass)$/, '')
    .replace(/(?<=\$|closure|eval|fn__)\d+/g, '')
    .replace(/`\d+(?:\[.{0,200}\])?/g, '');
}

/** Function without decoration; `undefined` when the runtime has no name for it or a minifier made it up. */
export function functionName({ function: name, file, module }: StackFrame): string | undefined {
  if (name === undefined) return undefined;
  const alias = name.endsWith(']') ? name.lastIndexOf(' [as ') : -1;
  const plain = (alias === -1 ? name : name.slice(0, alias))
    .replace(
      /^(?:async[ *]|new |get |set |static |[a-zA-Z]{3,30} (?:handler|callback)\*|EventListener\.handleEvent\*|block (?:\(\d+ levels\) )?in |rescue in |ensure in )+/,
      '',
    )
    // Blocks of Objective-C are counted.
    .replace(/(?<=_block_invoke)(?:[._]\d{1,4}){1,3}$/, '')
    // The type that a method of Go belongs to.
    .replace(/\(\*?(\w{1,100})(?:\[\.{3}\])?\)\.(?=[\w-]{1,200}$)/, '$1:')
    .replace(/-fm$/, '')
    .replace(/\.func\d+(?:\.\d+)*$|\{closure:.*$|\[\.\.\.\]$/, '')
    .replace(
      /^.*[.#/\\](?!(?:[gs]etter|modify|read|didset|willset)$)(?=[^.#/\\]+(?:\.(?:[gs]etter|modify|read|didset|willset))?$)/,
      '',
    )
    .replace(/(?:_{2,3}\d{1,20}(?:_\d{1,20}){0,9}|\$\d{1,9})$/, '');
  if (
    /^(\?|<anonymous>|anonymous|\(anonymous\)|<anonymous function>|\(anonymous function\)|eval|(?:global|module|eval) code|_callee\d*\$?|<computed>|<|<main>|<top \(required\)>|)$/.test(
      plain,
    )
  )
    return undefined;
  if (module !== undefined || !isBundle(file)) return plain;
  return plain.length <= 2 || (plain.length === 3 && !/^[a-z]+$/.test(plain))
    ? undefined
    : plain.replace(/^_(?=[a-z])|\d{0,4}\$$/g, '');
}
