import { HOME_FOLDER, isOfOneBuild, moduleNameBy, PACKAGES_FOLDER, VAGUE_NAME } from './g3-module-name.js';

/** Folders that a build, a server or a deployment begins with; what is below them is of the program. */
const ROOT_FOLDER =
  /^(?:src|dist|build|lib|out|app|apps?|server|client|static|assets|js|scripts|chunks|bundles?|public|_next|www|web|current|target|classes|main|java|code|workspace|)$/;

/** File name without what differs from build to build, with its folder or package. */
export function moduleName(file: string | undefined): string {
  return moduleNameBy(file, folderOf);
}

/** The folder next to the file, below those that every deployment has others of. */
function folderOf(segments: readonly string[], name: string): string {
  const folders = segments.map((segment) => segment.toLowerCase()).filter((segment) => !isOfOneBuild(segment));
  const last = folders.findLastIndex((folder) => ROOT_FOLDER.test(folder));
  const inPackage = folders.findLastIndex((folder) => PACKAGES_FOLDER.test(folder));
  const owner = inPackage !== -1 && inPackage < folders.length - 1 ? (folders[inPackage + 1] ?? '') : '';
  let below = folders.slice(last + 1);
  // An absolute path: what it begins with is the machine's.
  if (folders[0] === '' || /^[a-z]:$/.test(folders[0] ?? '')) {
    const home = folders.findIndex((folder) => HOME_FOLDER.test(folder));
    const project = home === -1 ? 1 : home + (/^(?:home|users)$/.test(folders[home] ?? '') ? 2 : 1);
    below = folders.slice(Math.max(last + 1, project + 1));
  }
  const folder = below.at(-1) ?? (VAGUE_NAME.test(name) && owner === '' ? vagueFolder(folders) : '');
  return [owner === folder ? '' : owner, folder].filter((part) => part !== '').join('/');
}

function vagueFolder(folders: readonly string[]): string {
  const folder = folders.at(-1) ?? '';
  return ROOT_FOLDER.test(folder) ? '' : folder;
}
