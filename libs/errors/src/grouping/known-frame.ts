import { RecentMap } from '#platform/kernel';
import type { StackFrame } from '../occurrences/occurrence.js';
import { isDispatcher, isEntry, isFrameworkInTree, isPage, isShownBySome } from './dispatchers.js';
import { isInApp, isNoise } from './foreign-code.js';
import { className, functionName, isBundle, moduleName, packageOfGo } from './module-name.js';

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
  /** What is behind it is on stacks of other faults too, or is shown by some engines only. */
  readonly isOuterEnd: boolean;
  /** Of what starts the program: says nothing if what it called is shown. */
  readonly isEntry: boolean;
  /** What does the work of another of the same name, which a runtime may leave out: module without its role, and function. */
  readonly work: string | undefined;
}

/** The frames of a program are few and come again and again; working them out takes most of the time of grouping. */
const remembered = new RecentMap<string, KnownFrame>(2_000);

/** Frames that are longer are not remembered, so that the memory is bounded. */
const MAX_REMEMBERED_KEY = 1_000;

/** What grouping makes of a frame, remembered if it was seen lately. */
export function knownFrame(frame: StackFrame): KnownFrame {
  const { inApp, function: name, module, file, source } = frame;
  const key = `${inApp}\0${name ?? ''}\0${module ?? ''}\0${file ?? ''}\0${source ?? ''}`;
  const before = remembered.get(key);
  if (before) return before;
  const known = read(frame);
  if (key.length <= MAX_REMEMBERED_KEY)
    remembered.set(key, { ...known, text: ofItsOwn(known.text), work: ofItsOwn(known.work) });
  return known;
}

const NOISE: KnownFrame = {
  isNoise: true,
  isOwn: false,
  text: undefined,
  isOuterEnd: false,
  isEntry: false,
  work: undefined,
};

function read(frame: Telling): KnownFrame {
  if (isNoise(frame)) return NOISE;
  const { inApp, module, file } = frame;
  const isOwn = inApp && (module !== undefined || isInApp(file)) && !isFrameworkInTree(frame);
  const [place, name] = [placeOf(frame), functionName(frame)];
  return {
    isNoise: false,
    isOwn,
    text: describe(frame, place, name),
    isOuterEnd: (!isOwn && isDispatcher(frame)) || isShownBySome(frame),
    isEntry: isOwn && isEntry(frame),
    work: isOwn && name !== undefined ? workOf(frame, place, name) : undefined,
  };
}

/** A copy: part of a stack trace would keep the whole of it in memory. */
function ofItsOwn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString();
}

function placeOf({ module, file, function: name }: Telling): string {
  if (module !== undefined) return className(module);
  return isPage(file) ? '' : (packageOfGo(name, file) ?? moduleName(file));
}

function describe(frame: Telling, place: string, name: string | undefined): string | undefined {
  const isInBundle = frame.module === undefined && isBundle(frame.file);
  // What a bundle shows of a line is the whole file.
  const source = isInBundle ? undefined : frame.source?.replace(/\s+/g, ' ');
  if (name === undefined && source === undefined) return isInBundle || place === '' ? undefined : place;
  return [place, name, source].filter((part) => part !== undefined && part !== '').join('|');
}

/** What a part of a program does for others, behind its name: `orders.controller`, `OrderService`. */
const ROLE =
  /(?:[._-]?(?:controllers?|services?|resolvers?|handlers?|gateways?|facades?|repository|repositories|usecases?|routes?|routers?|impl|managers?|endpoints?|resources?|views?|actions?|api)){1,3}$/;

/**
 * `orders|renew` of `OrdersController.renew`: what hands on to the service of the same name is on a stack only if it waits, which a build, a
 * release or a runtime decides.
 */
function workOf({ module, function: written = '' }: Telling, place: string, name: string): string | undefined {
  if (/->|::|^</.test(written)) return undefined;
  const [leaf = '', folder = ''] = place
    .toLowerCase()
    .split(module === undefined ? '/' : /[.+]/)
    .reverse();
  const stem = leaf.replace(ROLE, '');
  return stem === leaf ? undefined : `${(stem === '' ? folder : stem).replace(/s$/, '')}|${name}`;
}
