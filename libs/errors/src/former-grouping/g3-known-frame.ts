import type { StackFrame } from '../occurrences/occurrence.js';
import { isInApp, isNoise } from './g3-foreign-code.js';
import { className, functionName, isBundle, moduleName } from './g3-module-name.js';

/** The parts of a frame that take part in grouping; lines and variables do not. */
type Telling = Pick<StackFrame, 'inApp' | 'function' | 'module' | 'file' | 'source'>;

/** What grouping makes of a frame. */
export interface KnownFrame {
  /** Of the service's own code, and no machinery. */
  readonly isOwn: boolean;
  /** Machinery, which says nothing about a failure. */
  readonly isNoise: boolean;
  /** Module, function and source line without what differs from build to build; `undefined` when nothing is left, and of machinery. */
  readonly text: string | undefined;
}

/** What grouping made of a frame. */
export function knownFrame(frame: StackFrame): KnownFrame {
  const { inApp, module, file } = frame;
  if (isNoise(frame)) return { isNoise: true, isOwn: false, text: undefined };
  return { isNoise: false, isOwn: inApp && (module !== undefined || isInApp(file)), text: describe(frame, moduleName) };
}

/** @param nameOf how a file is called */
export function describe(frame: Telling, nameOf: (file: string | undefined) => string | undefined): string | undefined {
  const place = frame.module === undefined ? nameOf(frame.file) : className(frame.module);
  const name = functionName(frame);
  const isInBundle = frame.module === undefined && isBundle(frame.file);
  // What a bundle shows of a line is the whole file.
  const source = isInBundle ? undefined : frame.source?.replace(/\s+/g, ' ');
  if (name === undefined && source === undefined) return isInBundle || place === '' ? undefined : place;
  return [place, name, source].filter((part) => part !== undefined && part !== '').join('|');
}
